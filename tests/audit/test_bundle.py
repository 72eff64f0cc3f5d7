"""There is one text for a board, and everything else is refused by name."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from election.audit.bundle import (
    decode_bundle,
    encode_bundle,
    read_board,
)
from election.audit.errors import BundleError
from election.audit.packing import pack_text
from election.crypto.transcript import Address, Hash
from election.protocol.board import Board, Call, Head, Log
from election.protocol.finality_proof import FinalityProof, Ways
from reference.bundle import read_bundle
from reference.errors import NoBundleError
from scripts.shared.files.bundle_file import copied
from scripts.shared.files.bundle_file import read_bundle as read_file
from tests.strategies import hashes

addresses = st.binary(min_size=20, max_size=20).map(Address)
numbers = st.integers(0, 2**63 - 1)
logs = st.builds(
    Log,
    address=addresses,
    topics=st.lists(hashes, max_size=4).map(tuple),
    data=st.binary(max_size=80),
    block_number=numbers,
    timestamp=numbers,
    transaction=hashes,
    index=numbers,
)


def give_code(board: Board) -> Board:
    """Give code of every contract that wrote or answered."""
    others = {log.address for log in board.logs}
    others |= {call.address for call in board.answers}
    return replace(board, code=dict.fromkeys(others, b"\xfe") | dict(board.code))


boards = st.builds(
    Board,
    chain_id=numbers,
    election=addresses,
    logs=st.lists(logs, max_size=3).map(tuple),
    code=st.dictionaries(addresses, st.binary(max_size=40), max_size=3),
    answers=st.dictionaries(
        st.builds(Call, address=addresses, calldata=st.binary(max_size=40)),
        st.binary(max_size=40),
        max_size=3,
    ),
    head=st.builds(Head, number=numbers, timestamp=numbers),
).map(give_code)
SMALL = Board(
    chain_id=1,
    election=Address(bytes(20)),
    logs=(
        Log(Address(bytes(20)), (Hash(bytes(32)),), b"\xab", 5, 6, Hash(bytes(32)), 7),
    ),
    code={Address(bytes(20)): b"\xfe"},
    answers={Call(Address(bytes(20)), b"\x01"): b"\x02"},
    head=Head(8, 9),
)
IN_A_TEST = settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def seal(*lines: bytes) -> bytes:
    """Close the lines of a bundle as whoever changed them would."""
    body = b"".join(line + b"\n" for line in lines)
    end = {
        "line": "end",
        "lines": len(lines),
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    return body + json.dumps(end, separators=(",", ":")).encode() + b"\n"


def lines_of(board: Board) -> list[bytes]:
    return encode_bundle(board).splitlines()[:-1]


def test_board_of_the_honest_election_survives(board: Board) -> None:
    assert decode_bundle(pack_text(encode_bundle(board))) == board


@given(boards)
def test_any_board_survives(any_board: Board) -> None:
    text = encode_bundle(any_board)
    assert decode_bundle(text) == any_board
    assert encode_bundle(decode_bundle(text)) == text


def test_order_of_code_and_answers_makes_no_other_text(board: Board) -> None:
    code = dict(reversed(list(board.code.items())))
    answers = dict(reversed(list(board.answers.items())))
    turned = replace(board, code=code, answers=answers)
    assert encode_bundle(turned) == encode_bundle(board)
    assert pack_text(encode_bundle(turned)) == pack_text(encode_bundle(board))


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(raw: bytes) -> None:
    with pytest.raises(BundleError):
        decode_bundle(raw)


@given(at=st.integers(0, len(encode_bundle(SMALL)) - 1), bit=st.integers(0, 7))
def test_any_changed_bit_is_refused(at: int, bit: int) -> None:
    raw = bytearray(encode_bundle(SMALL))
    raw[at] ^= 1 << bit
    with pytest.raises(BundleError):
        decode_bundle(bytes(raw))


@given(st.integers(0, len(encode_bundle(SMALL)) - 1))
def test_cut_bundle_is_refused(size: int) -> None:
    with pytest.raises(BundleError):
        decode_bundle(encode_bundle(SMALL)[:size])


@IN_A_TEST
@given(st.data())
def test_bundle_without_any_one_line_is_refused(
    board: Board, picked: st.DataObject
) -> None:
    lines = encode_bundle(board).splitlines(keepends=True)
    del lines[picked.draw(st.integers(0, len(lines) - 1))]
    with pytest.raises(BundleError):
        decode_bundle(b"".join(lines))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(
    at=st.integers(0, 3),
    picked=st.data(),
    value=json_values,
)
def test_other_value_of_any_field_is_refused_or_kept(
    at: int, picked: st.DataObject, value: object
) -> None:
    lines = lines_of(SMALL)
    fields = json.loads(lines[at])
    fields[picked.draw(st.sampled_from(sorted(fields)))] = value
    lines[at] = json.dumps(fields, separators=(",", ":")).encode()
    raw = seal(*lines)
    try:
        accepted = decode_bundle(raw)
    except BundleError:
        return
    assert encode_bundle(accepted) == raw


def other_forms() -> dict[str, list[bytes]]:
    first, code, answer, log = lines_of(SMALL)
    return {
        "a space": [first, code.replace(b":", b": ", 1), answer, log],
        "capitals": [first, code, answer, log.replace(b"0xab", b"0xAB")],
        "another order of keys": [
            first,
            json.dumps(dict(reversed(json.loads(code).items()))).encode(),
            answer,
            log,
        ],
        "another key": [first, code[:-1] + b',"more":1}', answer, log],
        "a key twice": [first, code[:-1] + b',"code":"0xfe"}', answer, log],
        "a line twice": [first, code, code, answer, log],
        "another order of lines": [first, answer, code, log],
        "a second beginning": [first, first, code, answer, log],
        "no beginning": [code, answer, log],
        "a number as text": [
            first,
            code,
            answer,
            log.replace(b'"index":7', b'"index":"7"'),
        ],
        "a negative number": [
            first,
            code,
            answer,
            log.replace(b'"index":7', b'"index":-7'),
        ],
        "odd hex": [first, code.replace(b"0xfe", b"0xf"), answer, log],
        "no hex": [first, code.replace(b"0xfe", b"0xzz"), answer, log],
        "another format": [first.replace(b"bundle/1", b"bundle/2"), code, answer, log],
        "an empty line": [first, code, b"", answer, log],
        "a newline within bytes": [first, code[:-2] + b'\\n"}', answer, log],
        "a log of a contract without code": [first, answer, log],
        "deep nesting": [first, b"[" * 100_000, answer, log],
        "carriage returns": [line + b"\r" for line in (first, code, answer, log)],
    }


@pytest.mark.parametrize("form", other_forms())
def test_other_form_of_the_same_board_is_refused(form: str) -> None:
    with pytest.raises(BundleError) as refused:
        decode_bundle(seal(*other_forms()[form]))
    assert "line" in str(refused.value)


def test_unchanged_lines_can_be_sealed() -> None:
    assert decode_bundle(seal(*lines_of(SMALL))) == SMALL


@pytest.mark.parametrize(
    "raw",
    [
        pack_text(encode_bundle(SMALL))[:-1],
        pack_text(encode_bundle(SMALL)) + b"\0",
        2 * pack_text(encode_bundle(SMALL)),
        pack_text(encode_bundle(SMALL)[:99]) + pack_text(encode_bundle(SMALL)[99:]),
        b"\x1f\x8b" + bytes(20),
    ],
    ids=["cut off", "a zero more", "twice", "in two members", "no gzip"],
)
def test_damaged_packing_is_refused(raw: bytes) -> None:
    with pytest.raises(BundleError):
        decode_bundle(raw)


@pytest.mark.parametrize("packed", [True, False])
def test_bundle_above_the_largest_is_refused(
    packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = encode_bundle(SMALL)
    raw = pack_text(text) if packed else text
    monkeypatch.setattr("election.audit.packing._MOST_BYTES", len(text))
    assert decode_bundle(raw) == SMALL
    for too_few in (len(text) - 1, len(text) // 2):
        monkeypatch.setattr("election.audit.packing._MOST_BYTES", too_few)
        with pytest.raises(BundleError, match="has more than"):
            decode_bundle(raw)


def test_line_that_nests_deeply_is_refused_before_it_is_decoded() -> None:
    """A decoder skips what it does not know by recursion, down the stack of C."""
    first, *rest = lines_of(SMALL)
    nested = b'{"unknown":' + b"[" * 99 + b"]" * 99 + b"," + rest[0][1:]
    with pytest.raises(BundleError, match="line 2: nests deeper"):
        decode_bundle(seal(first, nested, *rest[1:]))


def test_bundle_begins_with_its_election() -> None:
    first, second, *rest = lines_of(SMALL)
    with pytest.raises(BundleError, match="line 1: is not of"):
        decode_bundle(seal(second, first, *rest))


def test_bundle_without_its_end_is_named_as_cut_off() -> None:
    text = encode_bundle(SMALL)
    cut = text[: text.rindex(b"\n", 0, -1) + 1]
    with pytest.raises(BundleError, match="has no end: it is cut off"):
        decode_bundle(cut)


def test_more_answers_than_there_are_questions_are_refused() -> None:
    election = SMALL.election
    calls = [Call(election, number.to_bytes(4, "big")) for number in range(1_423)]
    most = replace(SMALL, answers=dict.fromkeys(calls[:-1], b""))
    assert decode_bundle(encode_bundle(most)) == most
    raw = encode_bundle(replace(SMALL, answers=dict.fromkeys(calls, b"")))
    with pytest.raises(BundleError, match="more questions than there are"):
        decode_bundle(raw)
    with pytest.raises(NoBundleError, match="more lines of answer"):
        read_bundle(raw)


def test_more_ways_into_the_state_than_there_are_contracts_are_refused() -> None:
    addresses = [Address(bytes(19) + bytes([number])) for number in range(70)]
    ways = dict.fromkeys(addresses, Ways((), ()))
    most = FinalityProof(b"proof", dict(list(ways.items())[:-1]))
    board = replace(SMALL, code=dict.fromkeys(addresses, b"\xfe"), finality=most)
    text = encode_bundle(board)
    assert decode_bundle(text) == board
    assert len(read_bundle(text).code) == 70
    raw = encode_bundle(replace(board, finality=FinalityProof(b"proof", ways)))
    with pytest.raises(BundleError, match="more contracts than an election has"):
        decode_bundle(raw)
    with pytest.raises(NoBundleError, match="more lines of storage"):
        read_bundle(raw)


WITH_ACCOUNTS = replace(
    SMALL,
    finality=FinalityProof(b"proof", {Address(bytes(20)): Ways((), ())}),
    sent={Address(bytes([each]) * 20): each for each in (1, 2)},
)


def test_how_many_transactions_accounts_sent_stands_behind_the_end() -> None:
    text = encode_bundle(WITH_ACCOUNTS)
    assert decode_bundle(text) == WITH_ACCOUNTS
    read_bundle(text)  # by its forms
    end = text.index(b'{"line":"end"')
    plain = encode_bundle(SMALL)
    assert text[:end] == plain[: plain.index(b'{"line":"end"')]


@pytest.mark.parametrize("places", ["exchanged", "twice", "before a proof", "too many"])
def test_accounts_out_of_their_one_order_are_refused(places: str) -> None:
    *others, storage, first, second = encode_bundle(WITH_ACCOUNTS).splitlines(True)
    changed = {
        "exchanged": [storage, second, first],
        "twice": [storage, first, first],
        "before a proof": [first, storage],
        "too many": [
            storage,
            *(first.replace(b"0x01", b"0x%02x" % each) for each in range(41)),
        ],
    }[places]
    raw = b"".join([*others, *changed])
    with pytest.raises(BundleError, match=r"out of order|more accounts than"):
        decode_bundle(raw)
    with pytest.raises(NoBundleError):
        read_bundle(raw)


def test_bounds_are_those_of_as_many_contests_as_there_may_be(board: Board) -> None:
    contests = len({log.address for log in board.logs}) - 5
    assert len(board.code) == 11 + contests
    assert len(board.answers) <= 14 + 22 * contests


def test_board_that_packs_too_well_is_packed_less() -> None:
    text = encode_bundle(replace(SMALL, logs=tuple(SMALL.logs) * 20_000))
    with pytest.raises(BundleError, match="more than 32 times its size"):
        decode_bundle(gzip.compress(text))
    with pytest.raises(NoBundleError, match="more than an election packs"):
        read_bundle(gzip.compress(text))
    packed = pack_text(text)
    assert packed != gzip.compress(text, mtime=0)
    assert encode_bundle(decode_bundle(packed)) == text
    assert len(read_bundle(packed).logs) == 20_000


def test_small_board_may_pack_as_well_as_it_does() -> None:
    text = encode_bundle(replace(SMALL, logs=tuple(SMALL.logs) * 2_000))
    packed = pack_text(text)
    assert len(text) > 40 * len(packed)
    assert encode_bundle(decode_bundle(packed)) == text


def test_bundle_may_come_out_of_a_pipe() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(encode_bundle(SMALL))
    assert read_file(Path(f"/dev/fd/{reading}")) == SMALL
    os.close(reading)


@pytest.mark.parametrize("line", [b"\0", b"x", b"{"])
def test_endless_line_out_of_a_pipe_is_read_no_further_than_it_must(
    line: bytes,
) -> None:
    reading, writing = os.pipe()
    written = 0

    def write() -> None:
        nonlocal written
        with suppress(BrokenPipeError), os.fdopen(writing, "wb", 0) as pipe:
            while written < 2**25:
                written += pipe.write(line * 2**16)

    thread = Thread(target=write, daemon=True)
    thread.start()
    with pytest.raises(BundleError, match="has a line of more than"):
        read_file(Path(f"/dev/fd/{reading}"))
    os.close(reading)
    thread.join()
    assert written < 2**21


@pytest.mark.parametrize("pack", [bytes, pack_text])
def test_bytes_of_a_bundle_come_from_the_reading_that_gave_the_board(
    pack: Callable[[bytes], bytes],
) -> None:
    """A pipe is there only once; a file may be replaced between two readings."""
    raw = pack(encode_bundle(SMALL))
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(raw)
    path = Path(f"/dev/fd/{reading}")
    with copied(path) as copy:
        for _ in range(2):
            assert read_board(copy) == SMALL
            copy.seek(0)
            assert copy.read() == raw
    os.close(reading)


def test_log_of_five_topics_is_refused() -> None:
    log = replace(SMALL.logs[0], topics=(Hash(bytes(32)),) * 5)
    with pytest.raises(BundleError, match="topics: is not what belongs there"):
        decode_bundle(encode_bundle(replace(SMALL, logs=(log,))))


def test_documentation_shows_a_bundle() -> None:
    path = Path(__file__).resolve().parents[2] / "docs" / "bundle.md"
    text = path.read_text(encoding="utf-8")
    example = text.split("```jsonl\n")[1].split("```")[0].encode()
    assert encode_bundle(decode_bundle(example)) == example
