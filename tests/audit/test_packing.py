"""Where the bounds of a file are: what is just within them is read, and no more."""

from __future__ import annotations

import zlib
from io import BytesIO

import pytest

from election.audit import packing
from election.audit.errors import BundleError
from election.audit.packing import copy_file, pack_lines, read_lines

LINE = b"x" * 99 + b"\n"


def gzip(text: bytes, level: int = 9) -> bytes:
    packer = zlib.compressobj(level, wbits=31)
    return packer.compress(text) + packer.flush()


def read(raw: bytes) -> list[bytes]:
    return [*read_lines(BytesIO(raw))]


@pytest.fixture(autouse=True)
def _small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_PIECE", 64)


def test_every_line_is_read_whatever_is_packed() -> None:
    lines = [b"%d" % number for number in range(200)]
    text = b"".join(line + b"\n" for line in lines)
    for raw in (text, gzip(text), gzip(text, 0)):
        assert read(raw) == lines


@pytest.mark.parametrize("size", [63, 64, 65, 127, 128, 192, 6400])
def test_text_of_any_number_of_pieces_is_unpacked(size: int) -> None:
    assert read(gzip(b"x" * (size - 1) + b"\n")) == [b"x" * (size - 1)]


@pytest.mark.parametrize("raw", [LINE * 3, gzip(LINE * 3)])
def test_file_is_read_up_to_the_most_bytes(
    raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_MOST_BYTES", 300)
    assert read(raw) == [LINE[:-1]] * 3
    monkeypatch.setattr(packing, "_MOST_BYTES", 299)
    with pytest.raises(BundleError, match="more than 299 bytes"):
        read(raw)


@pytest.mark.parametrize("line", [LINE, b"x" * 63 + b"\n", b"x" * 64 + b"\n"])
def test_line_is_read_up_to_the_longest(
    line: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_LONGEST_LINE", len(line) - 1)
    assert read(line) == [line[:-1]]
    monkeypatch.setattr(packing, "_LONGEST_LINE", len(line) - 2)
    with pytest.raises(BundleError, match="has a line of more than"):
        read(line)


def test_line_is_too_long_before_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one without an end would be held in memory."""
    monkeypatch.setattr(packing, "_LONGEST_LINE", 99)
    with pytest.raises(BundleError, match="has a line of more than 99 bytes"):
        read(b"x" * 200)


def test_packed_file_is_unpacked_up_to_a_multiple_of_its_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = LINE * 90
    raw = gzip(text)
    monkeypatch.setattr(packing, "_EXPANSION", 2)
    monkeypatch.setattr(packing, "_FREE", len(text) - 2 * len(raw))
    assert read(raw) == [LINE[:-1]] * 90
    monkeypatch.setattr(packing, "_FREE", len(text) - 2 * len(raw) - 1)
    with pytest.raises(BundleError, match="unpacks to more than"):
        read(raw)


def test_text_is_packed_as_far_as_a_reader_unpacks_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beyond that it is stored as it is, and never written so as to be refused."""
    lines = [LINE] * 90
    tight = gzip(b"".join(lines))
    monkeypatch.setattr(packing, "_EXPANSION", 2)
    for spare, is_packed in ((0, True), (-1, False)):
        monkeypatch.setattr(packing, "_FREE", 9000 - 2 * len(tight) + spare)
        file = BytesIO()
        pack_lines(lambda: lines, file)
        assert (file.getvalue() == tight) == is_packed
        assert read(file.getvalue()) == [LINE[:-1]] * 90


@pytest.mark.parametrize("text", [LINE * 3, b"x" * 99])
def test_file_is_copied_up_to_the_most_bytes(
    text: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_MOST_BYTES", len(text))
    copied = BytesIO()
    copy_file(BytesIO(text), copied)
    assert copied.getvalue() == text
    monkeypatch.setattr(packing, "_MOST_BYTES", len(text) - 1)
    with pytest.raises(BundleError, match="has more than"):
        copy_file(BytesIO(text), BytesIO())


def test_file_is_copied_up_to_the_longest_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packing, "_LONGEST_LINE", 128)
    copied = BytesIO()
    copy_file(BytesIO(b"x" * 128 + b"\n"), copied)
    assert copied.getvalue() == b"x" * 128 + b"\n"
    with pytest.raises(BundleError, match="has a line of more than 128 bytes"):
        copy_file(BytesIO(b"x" * 129), BytesIO())


def test_packed_file_has_no_lines_when_it_is_copied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packing, "_LONGEST_LINE", 99)
    raw, copied = packing._GZIP_MAGIC + b"x" * 300, BytesIO()
    copy_file(BytesIO(raw), copied)
    assert copied.getvalue() == raw


def test_file_is_packed_by_what_it_begins_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "_LONGEST_LINE", 99)
    raw = b"x" * 64 + packing._GZIP_MAGIC + b"x" * 300
    with pytest.raises(BundleError, match="has a line of more than 99 bytes"):
        copy_file(BytesIO(raw), BytesIO())


def test_text_that_ends_within_a_line_is_refused() -> None:
    with pytest.raises(BundleError, match="is cut off within a line"):
        read(LINE + b"x")


def test_nothing_stands_behind_a_member_that_ends_with_a_piece() -> None:
    text = next(
        text
        for text in (b"x" * size + b"\n" for size in range(99))
        if len(gzip(text, 0)) % 64 == 0
    )
    assert read(gzip(text, 0)) == [text[:-1]]
    with pytest.raises(BundleError, match="behind its one member"):
        read(gzip(text, 0) + b"x")
