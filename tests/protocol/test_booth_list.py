"""A booth's list has one writing, and holds what a booth may serve."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from election.errors import EncodingError
from election.protocol import booth_list
from election.protocol.booth_list import (
    LARGEST_FILE,
    LARGEST_LIST,
    decode_list,
    encode_list,
    list_file,
    make_list,
)

FILES: Final = (list_file("a.js", b"a"), list_file("b/c.css", b"c"))
LISTED: Final = make_list(FILES)
TEXT: Final = encode_list(LISTED)


def test_list_is_read_as_it_was_written() -> None:
    assert decode_list(TEXT) == LISTED


@pytest.mark.parametrize(
    ("path", "size", "fact"),
    [
        ("../a.js", 0, "no path"),
        ("/a.js", 0, "no path"),
        ("a b.js", 0, "no path"),
        ("a.exe", 0, "no kind"),
        ("a.js", LARGEST_FILE + 1, "has more than"),
    ],
)
def test_file_that_no_booth_serves_is_not_listed(
    path: str, size: int, fact: str
) -> None:
    with pytest.raises(EncodingError, match=fact):
        list_file(path, bytes(size))


def test_largest_file_is_listed() -> None:
    assert list_file("a.js", bytes(LARGEST_FILE)).size == LARGEST_FILE


@pytest.mark.parametrize(
    ("raw", "fact"),
    [
        (bytes(LARGEST_LIST + 1), "has more than"),
        (TEXT + "я".encode(), "ascii"),
        (TEXT.replace(b"veche-booth/1", b"veche-booth/2"), "does not begin"),
        (TEXT.replace(b"file ", b"item ", 1), "neither header nor file"),
        (TEXT.replace(b" b/c.css", b" b/../c"), "neither header nor file"),
        (TEXT[:-1] + b"x", "one writing|neither"),
        (TEXT + b"no end", "one writing"),
    ],
    ids=["long", "letters", "magic", "line", "path", "end", "more"],
)
def test_other_writing_is_no_list(raw: bytes, fact: str) -> None:
    with pytest.raises(EncodingError, match=fact):
        decode_list(raw)


@pytest.mark.parametrize(
    "listed",
    [
        replace(LISTED, files=LISTED.files[::-1]),
        replace(LISTED, files=LISTED.files[:1] * 2),
        replace(LISTED, headers=LISTED.headers[::-1]),
        replace(LISTED, headers=LISTED.headers[:1] * 2),
    ],
    ids=["files", "file twice", "headers", "header twice"],
)
def test_list_is_in_order_and_names_nothing_twice(
    listed: booth_list.BoothList,
) -> None:
    with pytest.raises(EncodingError, match="twice, or out of order"):
        decode_list(encode_list(listed))


def test_list_of_too_many_files_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booth_list, "MOST_FILES", len(FILES))
    assert decode_list(TEXT) == LISTED
    monkeypatch.setattr(booth_list, "MOST_FILES", len(FILES) - 1)
    with pytest.raises(EncodingError, match="files"):
        decode_list(TEXT)


def test_list_of_a_file_that_is_too_large_is_refused() -> None:
    listed = replace(LISTED, files=(replace(FILES[0], size=LARGEST_FILE + 1),))
    with pytest.raises(EncodingError, match="a file of more than"):
        decode_list(encode_list(listed))
