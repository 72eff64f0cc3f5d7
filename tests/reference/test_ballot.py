"""A ballot with one field changed is refused by both audits."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from election.audit.bundle import encode_bundle
from election.protocol.board import Board
from election.protocol.events import BallotCast
from reference.audit import list_checks, run_check
from reference.ballot import claim_ballot, read_record
from reference.build import Build
from reference.bundle import read_bundle
from reference.curve import ORDER
from reference.errors import RefutedError
from reference.record import Record
from tests.audit.checks.test_ballots import FIELDS
from tests.audit.tampering import change, examine, find
from tests.reference.low_order import ORDERS, low_order_bytes

SLOTS = 3


@pytest.fixture(scope="module")
def record(board: Board) -> Record:
    return Record(read_bundle(encode_bundle(board)))


@pytest.fixture(scope="module")
def raw(record: Record) -> bytes:
    cast: bytes = record.every("BallotCast", contest=1)[0]["ballot"]
    return cast


def verify(record: Record, raw: bytes) -> bytes:
    box = record.box(1)
    ballot = read_record(raw, slots=len(box.keys))
    return claim_ballot(
        ballot, ctx=box.ctx, keys=box.keys, credential_key=box.credential_key
    )


def put_at(raw: bytes, word: int, content: bytes) -> bytes:
    return raw[: 32 * word] + content + raw[32 * word + len(content) :]


def test_honest_ballot_has_the_announced_hash(record: Record, raw: bytes) -> None:
    announced = record.every("BallotCast", contest=1)[0]["ballot_hash"]
    assert verify(record, raw) == announced


@pytest.mark.parametrize("field", FIELDS)
def test_ballot_with_a_changed_field_is_refused(
    record: Record, raw: bytes, field: str
) -> None:
    changed = bytearray(raw)
    changed[32 * FIELDS[field] + 31] ^= 1
    with pytest.raises(RefutedError):
        verify(record, bytes(changed))


@pytest.mark.parametrize("field", ["z", "f_1"])
def test_response_that_is_not_reduced_is_refused(
    record: Record, raw: bytes, field: str
) -> None:
    at = FIELDS[field]
    value = int.from_bytes(raw[32 * at : 32 * at + 32], "big") + ORDER
    if value < 2**256:
        with pytest.raises(RefutedError, match="not reduced"):
            verify(record, put_at(raw, at, value.to_bytes(32, "big")))


@pytest.mark.parametrize("field", ["A", "sigma"])
def test_infinity_is_refused(record: Record, raw: bytes, field: str) -> None:
    with pytest.raises(RefutedError):
        verify(record, put_at(raw, FIELDS[field], bytes(128)))


@pytest.mark.parametrize("field", ["A", "B_1", "C", "A'", "D", "sigma"])
def test_point_outside_the_subgroup_is_refused(
    record: Record, raw: bytes, field: str
) -> None:
    with pytest.raises(RefutedError):
        verify(record, put_at(raw, FIELDS[field], low_order_bytes(ORDERS[0])))


@pytest.mark.parametrize("size", [0, 31, -32])
def test_ballot_of_another_length_is_refused(
    record: Record, raw: bytes, size: int
) -> None:
    with pytest.raises(RefutedError, match="length"):
        verify(record, raw[:size])


def test_proof_of_a_ballot_that_was_cast_is_what_both_audits_check(
    board: Board, builds: Mapping[str, Build]
) -> None:
    cast = find(board, BallotCast)
    wrong = cast.event.ballot[:-1] + bytes([cast.event.ballot[-1] ^ 1])
    tampered = change(board, cast, ballot=wrong)
    checks = list_checks(builds)
    record = Record(read_bundle(encode_bundle(tampered)))
    assert not run_check("ballots", record, checks=checks).held
    assert examine(tampered).keys() == {"ballots"}
