"""Every field of a ballot: bound by the signature, and refused when malformed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from election.crypto.elgamal import encrypt
from election.crypto.proofs.unit_vector import UnitVectorStatement, prove_unit_vector
from election.crypto.scalar import ORDER, Scalar
from election.crypto.signature import SECP256K1_ORDER
from tests.contracts.bad_points import BAD_G1, flip
from tests.contracts.booth import Booth, open_booth
from tests.contracts.records import compose, fields_of, get, masks_of, put, put_number
from tests.reference import curve
from tests.reference.low_order import low_order_point

SLOTS: Final = 3
UNSIGNED: Final = "ballot_box: ballot is not signed by its credential"
FALSE: Final = "ballot_box: ballot proof does not hold"
INVALID: Final = "curve: invalid point"
INVALID_SUM: Final = "ballot_box: sum of an invalid point"
SUMMED: Final = ("A", "B_1", "B_2", "B_3")
COMMITMENTS: Final = ("C", "A'", "B'_1", "B'_2", "B'_3", "D")
OFF_THE_CURVE: Final = tuple(name for name in BAD_G1 if "order" not in name)


@pytest.fixture
def booth() -> Iterator[Booth]:
    with open_booth() as opened:
        yield opened


# Changed by somebody else


@pytest.mark.parametrize(
    "name",
    [each for each in fields_of(SLOTS) if each not in ("seq", "v", "r", "sigma")],
)
def test_ballot_is_refused_when_another_changes_a_field(
    booth: Booth, name: str
) -> None:
    ballot = booth.make()
    assert booth.refusal(put(ballot, name, flip(get(ballot, name)))) == UNSIGNED


def test_ballot_is_refused_with_the_other_recovery_bit(booth: Booth) -> None:
    ballot = booth.make()
    v = int.from_bytes(get(ballot, "v"), "big")
    assert booth.refusal(put_number(ballot, "v", 55 - v)) == UNSIGNED


def test_ballot_is_refused_when_another_changes_r(booth: Booth) -> None:
    """Half of all numbers are no coordinate of a point."""
    ballot = booth.make()
    changed = put(ballot, "r", flip(get(ballot, "r")))
    assert booth.refusal(changed) in (UNSIGNED, "signature: nobody signed")


# Malformed by the voter


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, INVALID_SUM) for name in SUMMED),
        *((name, INVALID) for name in (*COMMITMENTS, "sigma")),
        *((name, FALSE) for name in ("z", "f_1", "f_2")),
    ],
)
def test_ballot_is_refused_when_its_voter_changes_a_field(
    booth: Booth, name: str, expected: str
) -> None:
    ballot = booth.make()
    changed = put(ballot, name, flip(get(ballot, name)))
    assert booth.refusal(booth.sign(changed)) == expected


@pytest.mark.parametrize("kind", BAD_G1)
@pytest.mark.parametrize("name", [*SUMMED, *COMMITMENTS, "sigma"])
def test_ballot_is_refused_with_a_bad_point(booth: Booth, name: str, kind: str) -> None:
    """Adding refuses what is off the curve, only multiplying what is off the group."""
    ballot = put(booth.make(), name, BAD_G1[kind])
    summed = name in SUMMED and kind in OFF_THE_CURVE
    assert booth.refusal(booth.sign(ballot)) == (INVALID_SUM if summed else INVALID)


@pytest.mark.parametrize("order", [3, 11, 10177])
@pytest.mark.parametrize("name", [*SUMMED, *COMMITMENTS, "sigma"])
def test_ballot_is_refused_with_a_point_of_low_order_added(
    booth: Booth, name: str, order: int
) -> None:
    """Of order 3, the proof would hold for one challenge in three."""
    ballot = booth.make()
    honest = curve.decode_g1(get(ballot, name))
    shifted = curve.encode_g1(curve.add(honest, low_order_point(order)))
    assert booth.refusal(booth.sign(put(ballot, name, shifted))) == INVALID


@pytest.mark.parametrize("name", [*SUMMED, *COMMITMENTS, "sigma"])
def test_ballot_is_refused_with_infinity(booth: Booth, name: str) -> None:
    ballot = put(booth.make(), name, bytes(128))
    expected = {
        "A": "ballot_box: ciphertext without randomness",
        "sigma": "ballot_box: credential signature is infinity",
    }
    assert booth.refusal(booth.sign(ballot)) == expected.get(name, FALSE)


def test_ballot_is_refused_when_its_nonce_is_zero(booth: Booth) -> None:
    """All equations hold, but A = O shows the choice to everybody."""
    box, voter, zero = booth.box, booth.credential, Scalar(0)
    ciphertext = encrypt(2, box.election_keys, nonce=zero)
    statement = UnitVectorStatement(
        box.ctx, box.election_keys, voter.address, ciphertext
    )
    proof = prove_unit_vector(statement, 2, nonce=zero, masks=masks_of(SLOTS))
    ballot = compose(box.ctx, voter, ciphertext, proof=proof)
    assert booth.refusal(ballot) == "ballot_box: ciphertext without randomness"


@pytest.mark.parametrize("name", ["z", "f_1", "f_2"])
def test_ballot_is_refused_when_a_response_is_not_reduced(
    booth: Booth, name: str
) -> None:
    ballot = booth.make()
    for value in (int.from_bytes(get(ballot, name), "big") + ORDER, ORDER):
        signed = booth.sign(put_number(ballot, name, value))
        assert booth.refusal(signed) == f"ballot_box: response {name[0]} is not reduced"


@pytest.mark.parametrize("value", [1, 2**255])
def test_ballot_is_refused_with_another_seq(booth: Booth, value: int) -> None:
    signed = booth.sign(put_number(booth.make(), "seq", value))
    assert booth.refusal(signed) == "ballot_box: seq is not zero"


def test_ballot_is_refused_when_its_credential_is_longer_than_an_address(
    booth: Booth,
) -> None:
    wide = booth.credential.address.rjust(31, b"\0")
    signed = booth.sign(put(booth.make(), "cred", b"\1" + wide))
    assert booth.refusal(signed) == "ballot_box: credential is no address"


# Signature


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("v", 0, "signature: v is not 27 or 28"),
        ("v", 26, "signature: v is not 27 or 28"),
        ("v", 29, "signature: v is not 27 or 28"),
        ("v", 2**64 + 27, "signature: v is not 27 or 28"),
        ("r", 0, "signature: r is zero"),
        ("r", SECP256K1_ORDER, "signature: nobody signed"),
        ("s", 0, "signature: s is not in the lower half"),
        ("s", SECP256K1_ORDER // 2, UNSIGNED),
        ("s", SECP256K1_ORDER // 2 + 1, "signature: s is not in the lower half"),
        ("cred", 0, "ballot_box: credentials are not increasing"),
        ("cred", 2**160, "ballot_box: credential is no address"),
    ],
)
def test_ballot_is_refused_with_a_number_out_of_range(
    booth: Booth, name: str, value: int, expected: str
) -> None:
    assert booth.refusal(put_number(booth.make(), name, value)) == expected


def test_signature_is_refused_in_its_other_form(booth: Booth) -> None:
    ballot = booth.make()
    v, s = (int.from_bytes(get(ballot, name), "big") for name in ("v", "s"))
    other = put_number(put_number(ballot, "s", SECP256K1_ORDER - s), "v", 55 - v)
    assert booth.refusal(other) == "signature: s is not in the lower half"
