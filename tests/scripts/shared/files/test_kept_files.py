"""What stands beside a key file and was spoilt is told as a file's fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from election.crypto.transcript import Hash
from scripts.shared.errors import FileError
from scripts.shared.files.answered_file import answer_noted, find_answer
from scripts.shared.files.bundle_file import _FIRST, _NO_END, _is_spoilt
from scripts.shared.files.past_file import PastFile, UnusableError, _compare_title

_LEAF = Hash(bytes(32))


def _answer(path: Path) -> object:
    asked = [(_LEAF, b"blinded")]
    return [*answer_noted(path, _LEAF, asked, lambda each: each, seal=b"")]


@pytest.mark.parametrize(
    "read", [_answer, lambda path: find_answer(path, _LEAF, _LEAF)]
)
def test_record_of_answers_that_is_none_is_named(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    path = tmp_path / "issuer.answered"
    path.write_bytes(b"no database" * 1_000)
    with pytest.raises(FileError, match="ask again"):
        read(path)


@pytest.mark.parametrize(
    ("fact", "is_spoilt"),
    [
        (_NO_END, True),
        ("line 3: no json", True),
        (f"line 1: {_FIRST}", False),
        ("", False),
    ],
)
def test_record_is_spoilt_only_if_its_first_line_was_one(
    fact: str, *, is_spoilt: bool
) -> None:
    assert _is_spoilt(fact) is is_spoilt


def test_verified_record_without_a_block_is_named() -> None:
    record: Any = SimpleNamespace(_ask=lambda *_: [])
    with pytest.raises(FileError, match="knows nothing of block 7"):
        PastFile.running_at(record, 7)


@pytest.mark.parametrize(
    ("found", "fact"),
    [("1 b c d", "another election"), ("1 a c e", "another checks"), ("1 a", "else")],
)
def test_verified_record_of_something_else_is_not_gone_on_from(
    found: str, fact: str
) -> None:
    binding: Any = SimpleNamespace(title="1 a c d")
    _compare_title(Path("past"), "1 a c d", binding)
    with pytest.raises(UnusableError, match=fact):
        _compare_title(Path("past"), found, binding)
