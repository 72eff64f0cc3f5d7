"""Well-formed ballots that prove nothing: forged, copied, or made for another box."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

from election.crypto.elgamal import Ciphertext, encrypt
from election.crypto.group import G, G1Point, encode_g1
from election.crypto.proofs.unit_vector import (
    UnitVectorCommitments,
    UnitVectorMasks,
    UnitVectorStatement,
    prove_unit_vector,
)
from election.crypto.scalar import ORDER, Scalar
from election.crypto.transcript import Address, Hash
from election.protocol.context import derive_ctx
from tests.contracts.booth import Booth, open_booth
from tests.contracts.records import (
    compose,
    forge_ballot,
    get,
    masks_of,
    put,
    sign_record,
)
from tests.contracts.rehearsal import SMALL

SLOTS: Final = 3
UNSIGNED: Final = "ballot_box: ballot is not signed by its credential"
FALSE: Final = "ballot_box: ballot proof does not hold"
COMMITMENTS: Final = ("C", "A'", "B'_1", "B'_2", "B'_3", "D")


@pytest.fixture
def booth() -> Iterator[Booth]:
    with open_booth() as opened:
        yield opened


# Forged


def test_own_forgery_tool_makes_good_ballots(booth: Booth) -> None:
    assert booth.refusal(booth.forge((0, 1, 0))) is None


def test_ballot_counts_with_the_least_and_the_greatest_response(booth: Booth) -> None:
    """No difference from q is checked; where nothing is chosen, f is the mask."""
    masks = UnitVectorMasks(Scalar(31), (Scalar(0), Scalar(ORDER - 1)))
    ballot = booth.forge((0, 0, 1), masks=masks)
    responses = [int.from_bytes(get(ballot, name), "big") for name in ("f_1", "f_2")]
    assert responses == [0, ORDER - 1]
    assert booth.refusal(ballot) is None
    assert booth.refusal(booth.forge((1, 0, 1), masks=masks)) == FALSE


@pytest.mark.parametrize(
    "messages",
    [(0, 0, 0), (2, 0, -1), (1, 1, -1), (1, 1, 0), (2, 0, 0), (1, 1, 1), (100, -99, 0)],
)
def test_ballot_is_refused_when_it_is_not_one_choice(
    booth: Booth, messages: tuple[int, ...]
) -> None:
    assert booth.refusal(booth.forge(messages)) == FALSE


def shift_by(
    name: str, point: G1Point
) -> Callable[[UnitVectorCommitments], UnitVectorCommitments]:
    """Add a point to one commitment before the challenge."""

    def shift(old: UnitVectorCommitments) -> UnitVectorCommitments:
        if name == "C":
            return replace(old, linear=old.linear + point)
        if name == "A'":
            return replace(old, ephemeral=old.ephemeral + point)
        if name == "D":
            return replace(old, constant=old.constant + point)
        slots = list(old.slots)
        slots[int(name[-1]) - 1] += point
        return replace(old, slots=tuple(slots))

    return shift


@pytest.mark.parametrize("name", COMMITMENTS)
def test_every_equation_is_checked(booth: Booth, name: str) -> None:
    """One commitment was wrong before the challenge, so one equation alone is."""
    ballot = booth.forge((0, 1, 0), shift=shift_by(name, G))
    assert booth.refusal(ballot) == FALSE


@pytest.mark.parametrize("name", COMMITMENTS)
def test_two_ballots_are_refused_when_their_errors_cancel(
    booth: Booth, name: str
) -> None:
    ballots = [
        booth.forge((0, 1, 0), voter, shift=shift_by(name, point))
        for voter, point in zip(booth.credentials, (G, -G), strict=False)
    ]
    assert booth.refusal(*ballots) == FALSE


@pytest.mark.parametrize(
    ("one", "other"), [("A'", "B'_1"), ("A'", "D"), ("B'_1", "B'_2"), ("B'_1", "B'_3")]
)
def test_ballot_is_refused_when_its_own_errors_cancel(
    booth: Booth, one: str, other: str
) -> None:
    """One hash gives two weights; those of B'_1 and B'_3 have the same place in it."""

    def shift(old: UnitVectorCommitments) -> UnitVectorCommitments:
        return shift_by(other, -G)(shift_by(one, G)(old))

    assert booth.refusal(booth.forge((0, 1, 0), shift=shift)) == FALSE


@pytest.mark.parametrize("place", [0, 14, 15, 16])
def test_forged_ballot_is_refused_anywhere_in_a_batch(booth: Booth, place: int) -> None:
    """The first sum takes fifteen ballots."""
    ballots = [booth.make(at) for at in range(17)]
    ballots[place] = booth.forge((1, 1, -1), booth.credentials[place])
    assert booth.refusal(*ballots) == FALSE


# Made for another box


def test_ballot_is_refused_when_two_candidates_keys_are_swapped(booth: Booth) -> None:
    first, second, third = booth.box.election_keys
    swapped = replace(booth.box, election_keys=(second, first, third))
    ballot = forge_ballot(swapped, booth.credential, (1, 0, 0))
    assert booth.refusal(ballot) == FALSE


@pytest.mark.parametrize(
    "change",
    [
        {"chain_id": 1},
        {"box": Address(b"\1" * 20)},
        {"voter_list": Address(b"\1" * 20)},
        {"trustees_ceremony": Address(b"\1" * 20)},
        {"issuers_ceremony": Address(b"\1" * 20)},
        {"election_id": Hash(b"\1" * 32)},
        {"contest": SMALL},
        {"trustees": 4},
        {"trustee_threshold": 2},
        {"candidates": ("Candidate 1", "Candidate 0", "Candidate 2")},
        {"issuers": 4},
        {"issuer_threshold": 2},
        {"opening": 1},
        {"issue_closing": 1},
        {"cast_closing": 1},
        {"minimum_cast": 1},
    ],
    ids=lambda change: str(*change),
)
def test_ballot_is_refused_when_it_was_made_on_other_terms(
    booth: Booth, change: dict[str, Any]
) -> None:
    terms = replace(booth.contest.terms, **change)
    elsewhere = replace(booth.box, ctx=derive_ctx(terms))
    ballot = forge_ballot(elsewhere, booth.credential, (1, 0, 0))
    assert booth.refusal(ballot) == UNSIGNED
    assert booth.refusal(booth.sign(ballot)) == FALSE


# Copied


def test_ballot_is_refused_when_it_is_copied_under_another_credential(
    booth: Booth,
) -> None:
    copier = booth.credentials[1]
    copied = put(booth.make(), "cred", copier.address.rjust(32, b"\0"))
    copied = put(copied, "sigma", encode_g1(copier.sigma))
    signed = sign_record(copied, booth.box.ctx, copier.ballot_key)
    assert booth.refusal(signed) == FALSE


def test_ballot_is_refused_when_it_is_copied_with_other_randomness(
    booth: Booth,
) -> None:
    box, copier = booth.box, booth.credentials[1]
    ciphertext = encrypt(2, box.election_keys, nonce=Scalar(777))
    statement = UnitVectorStatement(
        box.ctx, box.election_keys, booth.credential.address, ciphertext
    )
    proof = prove_unit_vector(statement, 2, nonce=Scalar(777), masks=masks_of(SLOTS))
    pairs = zip(box.election_keys, ciphertext.slots, strict=True)
    copied = Ciphertext(
        ciphertext.ephemeral + G * Scalar(5),
        tuple(slot + key * Scalar(5) for key, slot in pairs),
    )
    ballot = compose(box.ctx, copier, copied, proof=proof)
    assert booth.refusal(ballot) == FALSE
