"""Whatever arrives from outside is taken or refused by name; nothing else happens."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from eth_abi.abi import encode
from hypothesis import given, settings
from hypothesis import strategies as st

import election
from election.audit.bundle import decode_bundle, encode_bundle, read_origin
from election.audit.packing import pack_text
from election.client.delivering import accept_transaction
from election.client.json_rpc import decode_answers
from election.client.sending import sign_act
from election.client.wire import Act, parse_bytes, parse_number
from election.crypto.group import (
    G2,
    G,
    decode_all_g1,
    decode_g1,
    decode_g2,
    encode_g1,
    encode_g2,
)
from election.crypto.scalar import accept_scalar, decode_scalar
from election.crypto.signature import (
    Signature,
    SigningKey,
    decode_signature,
    derive_address,
    encode_signature,
    recover_signer,
    sign_hash,
)
from election.crypto.transcript import (
    Address,
    Hash,
    decode_address,
    decode_hash,
    uint_word,
)
from election.errors import ElectionError
from election.protocol.abi import (
    ContractName,
    _event_readers,
    decode_act,
    decode_answer,
    decode_event,
    decode_values,
    read_abi,
)
from election.protocol.account import parse_account
from election.protocol.attestation import Action, Attestation, Request, Role
from election.protocol.attestation import accept_attestation as accept_statement
from election.protocol.ballot import (
    accept_ballot,
    accept_batch,
    accept_each,
    accept_unsolicited,
    read_tracking_code,
)
from election.protocol.board import Board, Call, Head, Log
from election.protocol.booth_list import (
    decode_list,
    encode_list,
    list_file,
    make_list,
)
from election.protocol.codec import encode_act
from election.protocol.context import decode_box
from election.protocol.decryption import DecryptionShare, Result, accept_result
from election.protocol.encoding import (
    decode_g1_list,
    decode_record,
    decode_records,
    decode_totals,
)
from election.protocol.issuance import accept_share
from election.protocol.manifest import parse_manifest
from election.protocol.nesting import check_nesting
from election.protocol.promise import Promise, accept_promise, sign_promise
from election.protocol.toml_text import parse_toml
from tests import honest
from tests.vectors.judges.files import read_cases
from tests.vectors.judges.library import LIBRARY
from tests.vectors.make_negative.givens import tally
from tests.vectors.make_negative.tallies import open_by

MUCH: Final = settings(max_examples=60)
SLOTS: Final = 3
RECORD: Final = 32 * (26 + 9 * SLOTS)
Take = Callable[[bytes], object]

ROOT: Final = Path(__file__).resolve().parents[1]
WORD: Final = Hash(bytes(32))
POINT, POINT_2 = encode_g1(G), encode_g2(G2)
PROMISE: Final = Promise(WORD, Address(bytes(20)), WORD, 9)
BUNDLE: Final = encode_bundle(
    Board(
        chain_id=1,
        election=Address(bytes(20)),
        logs=(Log(Address(bytes(20)), (WORD,), b"\xab", 5, 6, WORD, 7),),
        code={Address(bytes(20)): b"\xfe"},
        answers={Call(Address(bytes(20)), b"\x01"): b"\x02"},
        head=Head(8, 9),
    )
)
MANIFEST: Final = ("mgd-2019.toml", "test-accounts.toml")
CALL: Final = Act(
    Address(bytes([7]) * 20), encode_act(ContractName.TALLY, "freeze", 1), 9
)
NAMES: Final = ({"type": "string[]"}, {"type": "bytes32[4][]"})

DECODERS: Final[Mapping[str, tuple[bytes, Take]]] = {
    "decode_g1": (POINT, decode_g1),
    "decode_g1 or O": (bytes(128), lambda raw: decode_g1(raw, allow_infinity=True)),
    "decode_g2": (POINT_2, decode_g2),
    "decode_g2 or O": (bytes(256), lambda raw: decode_g2(raw, allow_infinity=True)),
    "decode_g1_list": (POINT * 3, decode_g1_list),
    "decode_all_g1": (POINT, lambda raw: decode_all_g1([POINT, raw])),
    "decode_totals": (POINT * 4, lambda raw: decode_totals(raw, slots=SLOTS)),
    "decode_scalar": (uint_word(5), decode_scalar),
    "decode_signature": (
        encode_signature(sign_hash(WORD, SigningKey(5))),
        decode_signature,
    ),
    "decode_address": (bytes([7]) * 20, decode_address),
    "decode_hash": (WORD, decode_hash),
    "decode_record": (
        honest.ballot(2, 1),
        lambda raw: decode_record(raw, slots=SLOTS),
    ),
    "decode_records": (
        honest.ballot(2, 1),
        lambda raw: decode_records((raw, raw), slots=SLOTS),
    ),
    "accept_each": (
        honest.ballot(2, 1),
        lambda raw: accept_each((raw, raw), honest.box()),
    ),
    "read_tracking_code": (
        honest.ballot(1, 1),
        lambda raw: read_tracking_code(raw, honest.box()),
    ),
    "accept_ballot": (
        honest.ballot(2, 1),
        lambda raw: accept_ballot(raw, honest.box()),
    ),
    "accept_unsolicited": (
        honest.ballot(2, 1),
        lambda raw: accept_unsolicited(raw, honest.box()),
    ),
    "accept_promise": (
        encode_signature(sign_promise(PROMISE, SigningKey(5))),
        lambda raw: accept_promise(
            PROMISE,
            decode_signature(raw),
            relay=derive_address(SigningKey(5)),
            now=PROMISE.deadline,
        ),
    ),
    "accept_batch": (
        honest.ballot(2, 1),
        lambda raw: accept_batch((raw, raw), honest.box()),
    ),
    "accept_share": (
        POINT,
        lambda raw: accept_share(raw, issuer=1, blinded=G, key=G2),
    ),
    "decode_bundle": (BUNDLE, decode_bundle),
    "decode_bundle packed": (pack_text(BUNDLE), decode_bundle),
    "read_origin": (BUNDLE, lambda raw: read_origin(BytesIO(raw))),
    "parse_manifest": (
        b"".join((ROOT / "elections" / name).read_bytes() for name in MANIFEST),
        lambda raw: parse_manifest(raw.decode(errors="replace")),
    ),
    "parse_toml": (
        (ROOT / "elections" / MANIFEST[0]).read_bytes(),
        lambda raw: parse_toml(raw.decode(errors="replace")),
    ),
    "decode_list": (
        encode_list(make_list([list_file("a.js", b"1"), list_file("b.html", b"2")])),
        decode_list,
    ),
    "decode_box": (
        POINT * 2 + POINT_2,
        lambda raw: decode_box(
            1, WORD, election_keys=raw[:-256], credential_key=raw[-256:]
        ),
    ),
    "decode_values": (
        encode(["string[]", "bytes32[4][]"], [["one", "two"], [[WORD] * 4]]),
        lambda raw: decode_values(NAMES, raw, subject="names"),
    ),
    "check_nesting": (b'[{"a":' * 30 + b"]}" * 30, check_nesting),
    "decode_answers": (
        b'[{"id":1,"result":{"a":[1]}},{"id":0,"error":{"code":3}}]',
        lambda raw: decode_answers(raw, count=2),
    ),
    "decode_answers to one": (
        b'{"id":0,"result":"0x"}',
        lambda raw: decode_answers(raw, count=1),
    ),
    "parse_account": (
        b"0x" + 20 * b"ab",
        lambda raw: parse_account(raw.decode("latin-1")),
    ),
    "accept_transaction": (
        bytes.fromhex(sign_act(CALL, SigningKey(5), chain_id=9, nonce=1).raw[2:]),
        accept_transaction,
    ),
    "decode_act": (
        CALL.payload,
        lambda raw: decode_act(ContractName.TALLY, raw),
    ),
    "parse_bytes": (b"0xabcdef", lambda raw: parse_bytes(raw.decode("latin-1"))),
    "parse_number": (b"0xabcdef", lambda raw: parse_number(raw.decode("latin-1"))),
}
"""For each function something that it takes, and how it is called."""

BELOW: Final[Mapping[str, str]] = {
    "accept_scalar": "any number is a scalar",
    "recover_signer": "any signature is recovered",
    "accept_attestation": "any attestation is taken",
    "accept_result": "any counts are taken",
    "decode_event": "any log is an event",
    "decode_answer": "any answer is decoded",
    "accept_enrolment": "message with any bytes",
    "accept_reveal": "message with any bytes",
    "accept_deal": "message with any bytes",
    "accept_confirmation": "message with any bytes",
    "accept_credential": "message with any bytes",
    "accept_decryption_share": "message with any bytes",
}
"""Functions that tests further below give anything, by how these begin."""

ELSEWHERE: Final[Mapping[str, str]] = {
    "accept_manifest": "takes what parse_manifest has typed",
    "accept_seed": "tests/audit/test_reconciliation.py",
    "accept_casts": "takes what accept_each gives",
    "read_abi": "reads a file of this repository",
    "read_artifact": "reads a file of this repository",
    "read_function": "reads a file of this repository",
    "read_refusal": "tests/client/test_revert.py",
    "parse_head": "its errors are caught by well_formed, as those of the next two",
    "parse_log": "tests/client/test_hostile_answers.py",
    "parse_receipt": "tests/client/test_hostile_answers.py",
    "read_board": "tests/client/test_hostile_answers.py, as all that ask a node",
    "read_lines": "gives its lines to decode_bundle",
    "read_anchor": "tests/client/test_hostile_answers.py",
    "check_anchor": "tests/client/test_hostile_answers.py",
    "check_remembered": "asks check_anchor",
    "check_capitals": "takes what parse_account or a file has found to be hex",
    "read_attempt": "asks a node",
    "read_finality": "asks a node; msgspec converts what it says",
    "accept_leaf": "takes a claim that a file has typed",
    "accept_signatures": "tests/booth/test_pinned.py",
    "accept_notice": "tests/protocol/test_notice.py",
    "read_logs": "tests/client/test_hostile_answers.py",
    "accept_enrolments": "asks accept_enrolment",
    "accept_reveals": "asks accept_reveal",
    "accept_deals": "asks accept_deal",
    "read_issued": "asks a node",
    "read_issuer_keys": "asks a node",
    "read_block": "tests/client/test_block_header.py",
    "read_box": "asks a node",
    "read_ballots": "asks a node",
    "read_shares": "asks a node",
    "read_answer": "asks decode_answer",
    "decode_result": "tests/client/test_hostile_answers.py",
    "unpack_log": "tests/scripts/members/test_going_on.py",
}
"""Functions that are given no foreign bytes, or are given them by other tests."""

_VERBS: Final = ("accept", "check", "decode", "parse", "read", "recover", "unpack")


def take(accept: Take, raw: bytes) -> None:
    """Let a function take bytes; it may only refuse them by name."""
    try:
        accept(raw)
    except ElectionError:
        return


def list_takers() -> Iterator[str]:
    """List the public functions of the library whose verb says that they take."""
    for found in pkgutil.walk_packages(election.__path__, "election."):
        if found.name.startswith("election.audit.checks."):
            continue  # they take evidence, never bytes, and never raise
        module = importlib.import_module(found.name)
        for name, value in vars(module).items():
            is_own = getattr(value, "__module__", "") == found.name and callable(value)
            if is_own and name.partition("_")[0] in _VERBS:
                yield name


def test_every_function_that_takes_is_given_anything() -> None:
    labels = {label.partition(" ")[0] for label in DECODERS}
    assert {*list_takers()} == labels | BELOW.keys() | ELSEWHERE.keys()
    tests = [name.removeprefix("test_").replace("_", " ") for name in globals()]
    for start in BELOW.values():
        assert any(name.startswith(start) for name in tests), start


@pytest.mark.parametrize("name", DECODERS)
def test_honest_input_is_taken(name: str) -> None:
    raw, accept = DECODERS[name]
    accept(raw)


@pytest.mark.parametrize("name", DECODERS)
@MUCH
@given(st.data())
def test_any_bytes_are_taken_or_refused_by_name(name: str, data: st.DataObject) -> None:
    size, accept = len(DECODERS[name][0]), DECODERS[name][1]
    right_size = st.binary(min_size=size, max_size=size)
    take(accept, data.draw(st.binary(max_size=2 * size) | right_size))


@pytest.mark.parametrize("name", DECODERS)
@MUCH
@given(st.data())
def test_changed_input_is_taken_or_refused_by_name(
    name: str, data: st.DataObject
) -> None:
    raw, accept = DECODERS[name]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(at, min(at + 40, len(raw))))
        other = data.draw(
            st.binary(max_size=end - at)
            | st.binary(min_size=end - at, max_size=end - at)
            | st.sampled_from([raw[:at], raw[at:], bytes(32), b"\xff" * 32])
        )
        raw = raw[:at] + other + raw[end:]
    take(accept, raw)


@MUCH
@given(st.data())
def test_honest_ballot_with_any_bytes_in_it_is_refused(data: st.DataObject) -> None:
    raw = honest.ballot(2, 1)
    at = data.draw(st.integers(0, len(raw) - 1))
    other = data.draw(st.binary(min_size=1, max_size=200))
    changed = (raw[:at] + other + raw[at + len(other) :])[: len(raw)]
    if changed == raw:
        return
    with pytest.raises(ElectionError):
        accept_ballot(changed, honest.box())


@given(st.integers())
def test_any_number_is_a_scalar_or_refused_by_name(value: int) -> None:
    take(lambda _: accept_scalar(value), b"")


numbers = st.integers(-(2**257), 2**257) | st.sampled_from([0, 1, 26, 27, 28, 29])
words = st.binary(min_size=32, max_size=32).map(Hash)


@given(words, numbers, numbers, numbers)
def test_any_signature_is_recovered_or_refused_by_name(
    digest: Hash, v: int, r: int, s: int
) -> None:
    take(lambda _: recover_signer(digest, Signature(v, r, s)), b"")
    near = Signature(27 + v % 2, r, s)
    take(lambda _: recover_signer(digest, near), b"")


@given(words, numbers, numbers, st.integers(0, 2**64))
def test_any_attestation_is_taken_or_refused_by_name(
    word: Hash, r: int, s: int, expiry: int
) -> None:
    request = Request(word, Action.ISSUE, word, 0, word)
    said = Attestation(expiry, Signature(27, r, s))
    take(
        lambda raw: accept_statement(
            said, request, role=Role.PORTAL, signer=Address(raw), now=expiry
        ),
        bytes(20),
    )


SHARES: Final = [
    DecryptionShare(trustee, decode_g1_list(raw))
    for trustee, raw in open_by(1, 3, 5).items()
]


@MUCH
@given(
    st.lists(numbers, max_size=5) | st.just([1, 3, 5]),
    st.lists(numbers, max_size=4) | st.permutations([0, 4, 6]),
)
def test_any_counts_are_taken_or_refused_by_name(
    trustees: list[int], counts: list[int]
) -> None:
    result = Result(tuple(trustees), tuple(counts))
    take(lambda _: accept_result(result, SHARES, tally=tally()), b"")


ANSWERS: Final = [
    (name, entry["name"])
    for name in ContractName
    for entry in read_abi(name)
    if entry["type"] == "function" and len(entry["outputs"]) == 1
]
SPEAKERS: Final = [name for name in ContractName if _event_readers(name)]
LOG: Final = Log(Address(bytes(20)), (), b"", 1, 1, Hash(bytes(32)), 0)


@MUCH
@given(st.data())
def test_any_log_is_an_event_or_refused_by_name(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(SPEAKERS))
    first = data.draw(st.sampled_from(list(_event_readers(name))) | words)
    small = st.integers(0, 400).map(lambda each: each.to_bytes(32, "big"))
    rest = data.draw(st.binary(max_size=31))
    body = [*data.draw(st.lists(small | words, max_size=24)), rest]
    topics = (first, *data.draw(st.lists(words, max_size=3)))
    log = replace(LOG, topics=topics, data=b"".join(body))
    take(lambda _: decode_event(log, name), b"")


@MUCH
@given(st.sampled_from(ANSWERS), st.binary(max_size=200))
def test_any_answer_is_decoded_or_refused_by_name(
    question: tuple[ContractName, str], raw: bytes
) -> None:
    take(lambda each: decode_answer(*question, each), raw)


MESSAGES: Final = (
    "enrolment",
    "reveal",
    "deal",
    "confirmation",
    "complaint",
    "request",
    "issuer share",
    "decryption share",
)
HONEST: Final[Mapping[str, list[dict[str, Any]]]] = {
    kind: [each["input"] for each in read_cases()["accepted"] if each["kind"] == kind]
    for kind in MESSAGES
}
KEPT: Final = {"key", "blinded"}
"""What an issuer's share is held against, and not of the message."""


@pytest.mark.parametrize("kind", HONEST)
@settings(max_examples=25)
@given(st.data())
def test_message_with_any_bytes_in_a_field_is_refused_by_name(
    kind: str, data: st.DataObject
) -> None:
    message = data.draw(st.sampled_from(HONEST[kind]))
    kept = KEPT if kind == "issuer share" else set()
    names = [k for k, v in message.items() if isinstance(v, str) and k not in kept]
    name = data.draw(st.sampled_from([n for n in names if n not in _NAMES]))
    size = len(message[name]) // 2
    sizes = st.just(size) if name in _WORDS else st.sampled_from([0, size, 128, 256])
    raw = data.draw(sizes.flatmap(lambda n: st.binary(min_size=n, max_size=n)))
    if raw.hex() == message[name]:
        return
    with pytest.raises(ElectionError):
        LIBRARY[kind]({**message, name: raw.hex()})


_NAMES: Final = {"attempt", "tally"}
_WORDS: Final = {"s", "salt", "commitment"}
"""What a caller hands over as a number or a hash."""
