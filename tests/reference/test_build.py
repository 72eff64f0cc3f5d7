"""What the reference audit has the compiler make of the contracts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from reference import build
from reference.build import compile_contracts
from reference.errors import NoBuildError


@pytest.fixture
def compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A compiler that a test writes, beside the interpreter."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    return tmp_path / "vyper"


def write(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def ignore(_: str) -> None:
    """Show no progress."""


def test_other_compiler_is_refused(compiler: Path) -> None:
    write(compiler, "echo 0.4.2+commit.1234")
    with pytest.raises(NoBuildError, match=r"vyper is 0\.4\.2 instead of 0\.4\.3"):
        compile_contracts(compiler.parent, progress=ignore)


def test_missing_compiler_is_named(compiler: Path) -> None:
    with pytest.raises(NoBuildError, match="vyper: does not run: No such file"):
        compile_contracts(compiler.parent, progress=ignore)


def test_source_that_does_not_compile_is_an_error(compiler: Path) -> None:
    write(
        compiler,
        '[ "$1" = --version ] && echo 0.4.3 || { echo "no Election" >&2; exit 1; }',
    )
    with pytest.raises(NoBuildError, match="compiles nothing: no Election"):
        compile_contracts(compiler.parent, progress=ignore)


def test_temporary_folder_that_takes_nothing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "BallotBox.vy").write_text(build._LARGE)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(NoBuildError, match="takes no source: No such file"):
        build._compile_small_box(tmp_path)


@pytest.mark.parametrize("times", [0, 2])
def test_box_says_once_how_many_slots_it_has(tmp_path: Path, times: int) -> None:
    (tmp_path / "BallotBox.vy").write_text(build._LARGE * times)
    with pytest.raises(NoBuildError, match="does not say once how many slots"):
        build._compile_small_box(tmp_path)
