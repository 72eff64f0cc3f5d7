"""What is kept of the compiler's work decides nothing that it did not make."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from election import artifacts
from election.artifacts import CONTRACTS, DIGESTS, SMALL_BOX, Artifact, read_artifact

NAME: Final = "Deployer"  # the smallest
COMMITTED: Final = json.loads((artifacts.ROOT / DIGESTS).read_text())


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the file that is kept of a contract in a copy of the project."""
    shutil.copytree(artifacts.ROOT / "contracts", tmp_path / "contracts")
    monkeypatch.setattr(artifacts, "ROOT", tmp_path)
    artifacts._source_hash.cache_clear()
    read()
    (path,) = (tmp_path / "build" / "contracts").iterdir()
    return path


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hear of what is compiled."""
    names: list[str] = []
    honest = artifacts.compile_fields

    def listen(name: str) -> dict[str, Any]:
        names.append(name)
        return honest(name)

    monkeypatch.setattr(artifacts, "compile_fields", listen)
    return names


def read() -> Artifact:
    """Read as another process does, which remembers nothing."""
    return read_artifact.__wrapped__(NAME)


def change(**fields: Any) -> Callable[[dict[str, Any]], str]:
    return lambda kept: json.dumps(kept | fields)


def of_another(_: dict[str, Any]) -> str:
    return json.dumps(artifacts.compile_fields("Tally"))


def test_every_contract_has_a_committed_digest() -> None:
    assert set(COMMITTED) == {*CONTRACTS, SMALL_BOX}


def test_kept_build_is_used_when_it_has_the_committed_digest(
    kept: Path, compiled: list[str]
) -> None:
    assert artifacts.digest_fields(json.loads(kept.read_text())) == COMMITTED[NAME]
    assert read() == read()
    assert not compiled


@pytest.mark.parametrize(
    "spoil",
    [
        change(runtime="6000"),
        change(initcode="6000"),
        change(immutables=[["_x", 0, 32]]),
        change(abi=[]),
        change(more=1),
        lambda kept: json.dumps(kept)[:-9],
        lambda _: "",
        lambda _: "5",
        lambda _: "[]",
        of_another,
    ],
)
def test_stale_torn_or_foreign_build_is_compiled_again(
    kept: Path, compiled: list[str], spoil: Callable[[dict[str, Any]], str]
) -> None:
    honest, text = read(), kept.read_text()
    kept.write_text(spoil(json.loads(text)))
    compiled.clear()
    assert read() == honest
    assert compiled == [NAME]
    assert kept.read_text() == text


def test_build_is_compiled_where_nothing_was_committed(
    kept: Path, compiled: list[str]
) -> None:
    (artifacts.ROOT / DIGESTS).unlink()
    kept.write_text(change(runtime="6000")(json.loads(kept.read_text())))
    assert read().runtime != bytes.fromhex("6000")
    assert compiled == [NAME]
