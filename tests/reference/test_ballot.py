"""A ballot with one field changed is refused by both audits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from election.audit.bundle import encode_bundle
from election.crypto.group import G
from election.crypto.proofs.unit_vector import UnitVectorMasks, UnitVectorStatement
from election.crypto.scalar import Scalar
from election.protocol.board import Board
from election.protocol.encoding import decode_record, encode_record
from election.protocol.events import BallotCast
from reference.audit import list_checks, run_check
from reference.ballot import claim_ballot, read_record
from reference.build import Build
from reference.bundle import read_bundle
from reference.curve import ORDER
from reference.errors import RefutedError
from reference.record import Record
from tests.audit.checks.test_ballots import FIELDS
from tests.audit.story import Told
from tests.audit.tampering import change, examine, find
from tests.forger import Shift, encrypt_vector, prove_vector
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
    for each in (ORDER, min(value, 2**256 - 1)):
        with pytest.raises(RefutedError, match="not reduced"):
            verify(record, put_at(raw, at, each.to_bytes(32, "big")))


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


FORGERIES: dict[str, tuple[tuple[int, ...], Shift]] = {
    "E_A": ((1, 0, 0), lambda c: replace(c, ephemeral=c.ephemeral + G)),
    "E_1": ((1, 0, 0), lambda c: replace(c, slots=(c.slots[0] + G, *c.slots[1:]))),
    "E_3": ((1, 0, 0), lambda c: replace(c, slots=(*c.slots[:2], c.slots[2] + G))),
    "E_Q": ((1, 0, 0), lambda c: replace(c, constant=c.constant + G)),
}


@pytest.mark.parametrize("equation", FORGERIES)
def test_each_equation_is_checked(
    told: Told, record: Record, raw: bytes, equation: str
) -> None:
    messages, shift = FORGERIES[equation]
    with pytest.raises(RefutedError, match=f"does not hold {equation}$"):
        verify(record, forge(told, raw, messages, shift=shift))


@pytest.mark.parametrize("messages", [(1, 1, -1), (2, -1, 0), (2, 0, -1)])
def test_vector_that_is_no_choice_does_not_hold_the_quadratic_equation(
    told: Told, record: Record, raw: bytes, messages: tuple[int, ...]
) -> None:
    with pytest.raises(RefutedError, match="E_Q"):
        verify(record, forge(told, raw, messages))


@pytest.mark.parametrize("messages", [(1, 1, 0), (0, 0, 0), (2, 0, 0)])
def test_vector_that_is_not_one_choice_is_refused(
    told: Told, record: Record, raw: bytes, messages: tuple[int, ...]
) -> None:
    with pytest.raises(RefutedError, match="E_3"):
        verify(record, forge(told, raw, messages))


def test_proof_that_is_not_forged_holds_all_equations(
    told: Told, record: Record, raw: bytes
) -> None:
    # what is missing is the signature of the ballot key over the new proof
    with pytest.raises(RefutedError, match=r"not signed by|of nobody"):
        verify(record, forge(told, raw, (0, 1, 0)))


def forge(
    told: Told, raw: bytes, messages: tuple[int, ...], *, shift: Shift = replace
) -> bytes:
    """Put another ciphertext and its proof into a record."""
    box, old = told.boxes[1], decode_record(raw, slots=SLOTS)
    nonce, masks = Scalar(5), UnitVectorMasks(Scalar(6), (Scalar(7), Scalar(8)))
    ciphertext = encrypt_vector(messages, box.election_keys, nonce=nonce)
    statement = UnitVectorStatement(
        box.ctx, box.election_keys, old.credential, ciphertext
    )
    proof = prove_vector(statement, messages, nonce=nonce, masks=masks, shift=shift)
    return encode_record(replace(old, ciphertext=ciphertext, proof=proof))


@pytest.mark.parametrize("words", [0, 1, 25, 54])
def test_ballot_of_another_length_is_refused(
    record: Record, raw: bytes, words: int
) -> None:
    with pytest.raises(RefutedError, match=r"^has a wrong length$"):
        verify(record, (raw + bytes(32))[: 32 * words])


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
