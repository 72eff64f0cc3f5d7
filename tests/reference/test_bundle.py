"""A bundle is read in its one form only, and as the first audit reads it."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import replace

import pytest

from election.audit.bundle import decode_bundle, encode_bundle
from election.audit.errors import BundleError
from election.crypto.transcript import Hash
from election.protocol.board import Board
from reference.bundle import Bundle, _cut_lines, read_bundle
from reference.errors import NoBundleError


@pytest.fixture(scope="module")
def text(board: Board) -> bytes:
    return encode_bundle(board)


def sealed(lines: list[bytes]) -> bytes:
    """Close lines with an end that fits them."""
    import hashlib

    body = b"".join(line + b"\n" for line in lines)
    digest = hashlib.sha256(body).hexdigest()
    end = f'{{"line":"end","lines":{len(lines)},"sha256":"{digest}"}}\n'
    return body + end.encode()


def show(raw: bytes) -> Bundle:
    """Read a bundle, with its logs where they can be compared."""
    bundle = read_bundle(raw)
    return replace(bundle, logs=tuple(bundle.logs))


def test_bundle_is_what_was_exported(board: Board, text: bytes) -> None:
    bundle = read_bundle(text)
    assert bundle.election == board.election
    assert bundle.chain_id == board.chain_id
    assert (bundle.head, bundle.head_timestamp) == (
        board.head.number,
        board.head.timestamp,
    )
    assert dict(bundle.code) == dict(board.code)
    assert {(call.address, call.calldata): raw for call, raw in board.answers.items()}
    assert [log.data for log in bundle.logs] == [log.data for log in board.logs]
    assert [log.topics for log in bundle.logs] == [log.topics for log in board.logs]


def test_packed_bundle_is_read_too(text: bytes) -> None:
    assert show(gzip.compress(text)) == show(text)


def broken(text: bytes) -> dict[str, bytes]:
    lines = text.splitlines()[:-1]
    first, code, answer = lines[0], lines[1], lines[8]
    at = next(n for n, line in enumerate(lines) if line.startswith(b'{"line":"answer'))

    def rewrite(old: bytes, new: bytes) -> bytes:
        """Write the first text that fits otherwise."""
        body = b"\n".join(lines)
        return sealed(re.sub(old, new, body, count=1).split(b"\n"))

    return {
        "empty": b"",
        "no json": b"no bundle\n\n",
        "cut off": text[:-1],
        "a line that does not end behind the end": text + b"x",
        "without an end": b"".join(line + b"\n" for line in lines),
        "another end": text.replace(b'"lines":', b'"lines":1'),
        "packed and cut off": gzip.compress(text)[:-9],
        "packed in two members": gzip.compress(text[:99]) + gzip.compress(text[99:]),
        "packed, and zeros": gzip.compress(text) + bytes(64),
        "packed, and more": gzip.compress(text) + b"abc",
        "packed otherwise": b"\x1f\x8b" + bytes(20),
        "no election": sealed(lines[1:]),
        "two elections": sealed([first, *lines]),
        "another format": sealed([first.replace(b"bundle/1", b"bundle/2"), *lines[1:]]),
        "codes out of order": sealed([first, lines[2], code, *lines[3:]]),
        "a code twice": sealed([first, code, *lines[1:]]),
        "an answer before codes": sealed([first, lines[at], code, *lines[2:at]]),
        "a space": sealed([first.replace(b":1", b": 1", 1), *lines[1:]]),
        "another key": sealed([first[:-1] + b',"x":1}', *lines[1:]]),
        "keys out of order": sealed([first, b'{"code":"0x","line":"code"}']),
        "upper case": sealed([first, code.replace(b"0x", b"0X"), *lines[2:]]),
        "a number of text": rewrite(rb'"head":(\d+)', rb'"head":"\1"'),
        "a truth": rewrite(rb'"head":\d+', b'"head":true'),
        "a fraction": rewrite(rb'"head":\d+', b'"head":1.5'),
        "a number just too large": rewrite(rb'"head":\d+', b'"head":%d' % 2**63),
        "an index of text": rewrite(rb'"index":(\d+)', rb'"index":"\1"'),
        "an output of upper case": rewrite(rb'"output":"0x', rb'"output":"0X'),
        "a last topic of 31 bytes": rewrite(
            rb'"topics":\[([^]]*)..\"\]', rb'"topics":[\1"]'
        ),
        "a text of number": rewrite(b'"veche-bundle/1"', b"1"),
        "an address of number": rewrite(rb'"election":"0x[0-9a-f]+"', b'"election":1'),
        "topics of text": rewrite(rb'"topics":\[[^]]*\]', b'"topics":""'),
        "a topic of 31 bytes": rewrite(rb'"topics":\["0x..', b'"topics":["0x'),
        "one line": text.splitlines(keepends=True)[-1],
        "a negative number": sealed([first.replace(b'"head":', b'"head":-'), answer]),
        "a large number": sealed(
            [first.replace(b'"head":', b'"head":' + b"9" * 20), *lines[1:]]
        ),
        "an unknown line": sealed([*lines, b'{"line":"note"}']),
        "an end inside": sealed([*lines, text.splitlines()[-1]]),
        "no object": sealed([*lines, b"[]"]),
        "deep json": sealed([*lines, b"[" * 100_000]),
        "deep json in an object": sealed([*lines, b'{"line":' + b"[" * 100_000]),
    }


_FACTS = {
    "empty": "has no end",
    "no json": "a line that is no object of values",
    "cut off": "has no end",
    "a line that does not end behind the end": "has no end",
    "without an end": "has no end",
    "another end": "its end is of another text",
    "packed and cut off": "not one whole member",
    "packed in two members": "not one whole member",
    "packed, and zeros": "not one whole member",
    "packed, and more": "not one whole member",
    "packed otherwise": "not packed by gzip",
    "no election": "does not begin",
    "two elections": "its lines are out of order",
    "another format": "does not begin",
    "codes out of order": "lines of code are out of order",
    "a code twice": "lines of code are out of order",
    "an answer before codes": "a line of answer of no contract",
    "a space": "written in another way",
    "another key": "a line of no known kind",
    "keys out of order": "a line of no known kind",
    "upper case": "a field of the wrong form",
    "a number of text": "a field of the wrong form",
    "a truth": "a field of the wrong form",
    "a fraction": "a field of the wrong form",
    "a number just too large": "a field of the wrong form",
    "an index of text": "a field of the wrong form",
    "an output of upper case": "a field of the wrong form",
    "a last topic of 31 bytes": "a field of the wrong form",
    "a text of number": "a field of the wrong form",
    "an address of number": "a field of the wrong form",
    "topics of text": "a field of the wrong form",
    "a topic of 31 bytes": "a field of the wrong form",
    "one line": "does not begin",
    "a negative number": "a field of the wrong form",
    "a large number": "a field of the wrong form",
    "an unknown line": "a line of no known kind",
    "an end inside": "its lines are out of order",
    "no object": "a line that is no object of values",
    "deep json": "a line that is no object of values",
    "deep json in an object": "a line that is no object of values",
}


@pytest.mark.parametrize("name", _FACTS)
def test_any_other_text_is_refused_by_both(text: bytes, name: str) -> None:
    raw = broken(text)[name]
    with pytest.raises(NoBundleError, match=_FACTS[name]):
        read_bundle(raw)
    with pytest.raises(BundleError):
        decode_bundle(raw)


def test_every_broken_text_has_its_fact(text: bytes) -> None:
    assert broken(text).keys() == _FACTS.keys()


@pytest.mark.parametrize("packed", [True, False])
def test_bundle_above_the_largest_is_refused(
    text: bytes, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = gzip.compress(text) if packed else text
    monkeypatch.setattr("reference.bundle._LARGEST", len(text))
    assert show(raw) == show(text)
    for largest in (len(text) - 1, len(text) // 2):
        monkeypatch.setattr("reference.bundle._LARGEST", largest)
        with pytest.raises(NoBundleError, match="larger than any"):
            read_bundle(raw)


def with_topics(board: Board, count: int) -> bytes:
    log = replace(board.logs[0], topics=(Hash(bytes(32)),) * count)
    return encode_bundle(replace(board, logs=(log, *board.logs[1:])))


def test_packed_bundle_that_begins_with_nothing_for_long_is_read_by_both(
    text: bytes,
) -> None:
    """A piece of it unpacks to nothing, and is not its end."""
    packer = zlib.compressobj(wbits=31)
    nothing = [packer.flush(zlib.Z_FULL_FLUSH) for _ in range(20_000)]
    raw = b"".join((*nothing, packer.compress(text), packer.flush()))
    assert len(raw) > 2**16 + len(text) // 32
    assert show(raw) == show(text)
    assert decode_bundle(raw) == decode_bundle(text)


def test_member_may_end_with_a_piece_and_nothing_stands_behind(
    text: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = gzip.compress(text)
    monkeypatch.setattr("reference.bundle._PIECE", len(raw))
    assert show(raw) == show(text)
    with pytest.raises(NoBundleError, match="not one whole member"):
        read_bundle(raw + b"x")


def test_log_of_five_topics_is_refused_by_both(board: Board) -> None:
    raw = with_topics(board, 4)
    assert len(read_bundle(raw).logs[0].topics) == 4
    assert len(decode_bundle(raw).logs[0].topics) == 4
    raw = with_topics(board, 5)
    with pytest.raises(NoBundleError):
        read_bundle(raw)
    with pytest.raises(BundleError):
        decode_bundle(raw)


def test_largest_number_is_read_by_both(board: Board) -> None:
    raw = encode_bundle(replace(board, chain_id=2**63 - 1))
    assert read_bundle(raw).chain_id == decode_bundle(raw).chain_id == 2**63 - 1


@pytest.mark.parametrize(
    ("name", "kind"), [("_MOST_CODES", "code"), ("_MOST_ANSWERS", "answers")]
)
def test_bundle_of_as_many_lines_as_may_be_is_read_by_both(
    board: Board,
    text: bytes,
    name: str,
    kind: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    most = len(getattr(board, kind))
    for audit in ("reference", "election.audit"):
        monkeypatch.setattr(f"{audit}.bundle.{name}", most)
    assert len(getattr(read_bundle(text), kind)) == most
    assert len(getattr(decode_bundle(text), kind)) == most
    for audit in ("reference", "election.audit"):
        monkeypatch.setattr(f"{audit}.bundle.{name}", most - 1)
    with pytest.raises(NoBundleError, match="has more lines"):
        read_bundle(text)
    with pytest.raises(BundleError):
        decode_bundle(text)


@pytest.mark.parametrize("last", [b"\n", b"x\n"])
def test_line_may_end_where_a_piece_begins(
    last: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reference.bundle._LONGEST_LINE", 9 + len(last) - 1)
    line = b"x" * 9
    assert [*_cut_lines([line, last])] == [line + last[:-1]]
    with pytest.raises(NoBundleError, match="longer than any"):
        list(_cut_lines([line + b"xx", b"\n"]))


def test_packed_text_is_read_up_to_a_multiple_of_its_size(
    text: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = gzip.compress(text)
    monkeypatch.setattr("reference.bundle._EXPANSION", 1)
    monkeypatch.setattr("reference.bundle._UNPACKED_FREELY", len(text) - len(raw))
    assert show(raw) == show(text)
    monkeypatch.setattr("reference.bundle._UNPACKED_FREELY", len(text) - len(raw) - 1)
    with pytest.raises(NoBundleError, match="unpacks to more"):
        read_bundle(raw)


@pytest.mark.parametrize("seed", range(12))
def test_text_without_a_byte_is_refused(text: bytes, seed: int) -> None:
    at = seed * len(text) // 12
    with pytest.raises(NoBundleError):
        read_bundle(text[:at] + text[at + 1 :])
