"""Whatever arrives from outside is taken or refused by name; nothing else happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from election.audit.bundle import decode_bundle, unpack_bundle
from election.crypto.group import decode_g1, decode_g2
from election.crypto.scalar import accept_scalar, decode_scalar
from election.crypto.signature import Signature, decode_signature, recover_signer
from election.crypto.transcript import Address, Hash, decode_address, decode_hash
from election.errors import ElectionError
from election.protocol.abi import (
    ContractName,
    _event_abis,
    decode_answer,
    decode_event,
    read_abi,
)
from election.protocol.attestation import Action, Attestation, Request, Role
from election.protocol.attestation import accept_attestation as accept_statement
from election.protocol.ballot import accept_ballot, accept_batch
from election.protocol.board import Log
from election.protocol.context import decode_box
from election.protocol.decryption import DecryptionShare, Result, accept_result
from election.protocol.encoding import decode_g1_list, decode_record, decode_totals
from election.protocol.manifest import parse_manifest
from tests import honest
from tests.vectors.judges.files import read_cases
from tests.vectors.judges.library import LIBRARY
from tests.vectors.make_negative.givens import tally
from tests.vectors.make_negative.tallies import open_by

MUCH: Final = settings(max_examples=60, deadline=None)
SLOTS: Final = 3
RECORD: Final = 32 * (26 + 9 * SLOTS)
Take = Callable[[bytes], object]

DECODERS: Final[Mapping[str, tuple[int, Take]]] = {
    "g1": (128, decode_g1),
    "g1 or infinity": (128, lambda raw: decode_g1(raw, allow_infinity=True)),
    "g2": (256, decode_g2),
    "g2 or infinity": (256, lambda raw: decode_g2(raw, allow_infinity=True)),
    "g1 list": (384, decode_g1_list),
    "totals": (512, lambda raw: decode_totals(raw, slots=SLOTS)),
    "scalar": (32, decode_scalar),
    "signature": (96, decode_signature),
    "address": (20, decode_address),
    "hash": (32, decode_hash),
    "record": (RECORD, lambda raw: decode_record(raw, slots=SLOTS)),
    "ballot": (RECORD, lambda raw: accept_ballot(raw, honest.box())),
    "batch": (RECORD, lambda raw: accept_batch((raw, raw), honest.box())),
    "bundle": (200, lambda raw: decode_bundle(unpack_bundle(raw))),
    "packed bundle": (200, lambda raw: unpack_bundle(b"\x1f\x8b" + raw)),
    "manifest": (200, lambda raw: parse_manifest(raw.decode("latin-1"))),
    "box, keys": (
        256,
        lambda raw: decode_box(
            1, Hash(bytes(32)), election_keys=raw, credential_key=bytes(256)
        ),
    ),
}


def take(accept: Take, raw: bytes) -> None:
    """Let a function take bytes; it may only refuse them by name."""
    try:
        accept(raw)
    except ElectionError:
        return


@pytest.mark.parametrize("name", DECODERS)
@MUCH
@given(st.data())
def test_any_bytes_are_taken_or_refused_by_name(name: str, data: st.DataObject) -> None:
    size, accept = DECODERS[name]
    right_size = st.binary(min_size=size, max_size=size)
    take(accept, data.draw(st.binary(max_size=2 * size) | right_size))


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
SPEAKERS: Final = [name for name in ContractName if _event_abis(name)]
LOG: Final = Log(Address(bytes(20)), (), b"", 1, 1, Hash(bytes(32)), 0)


@MUCH
@given(st.data())
def test_any_log_is_an_event_or_refused_by_name(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(SPEAKERS))
    first = data.draw(st.sampled_from(list(_event_abis(name))) | words)
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
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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
