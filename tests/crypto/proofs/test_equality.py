"""The same secrets made the points and their images."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from election.crypto.group import G, encode_g1
from election.crypto.proofs import equality
from election.crypto.proofs.equality import (
    EqualityProof,
    EqualityStatement,
    merge_weight,
    prove_equality,
    verify_equality,
)
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.transcript import Hash, Tag
from tests import vector_files
from tests.strategies import scalars

VECTOR = vector_files.VECHE1["decryption_share"]
SECRETS = (Scalar(5), Scalar(6), Scalar(7))
BASE = G * Scalar(1234)


def state() -> EqualityStatement:
    return EqualityStatement(
        base=BASE,
        points=tuple(G * secret for secret in SECRETS),
        images=tuple(BASE * secret for secret in SECRETS),
        weights=(Scalar(1), Scalar(22), Scalar(23)),
        digest=Hash(b"\x01" * 32),
        challenge_tag=Tag.DECRYPTION_CHALLENGE,
        merge_tag=Tag.DECRYPTION_WEIGHT,
    )


def vector_statement() -> EqualityStatement:
    return EqualityStatement(
        base=vector_files.point(VECTOR["A_sum"]),
        points=vector_files.all_points(VECTOR["V"]),
        images=vector_files.all_points(VECTOR["D"]),
        weights=tuple(map(vector_files.scalar, VECTOR["alpha"])),
        digest=vector_files.digest(VECTOR["h_d"]),
        challenge_tag=Tag.DECRYPTION_CHALLENGE,
        merge_tag=Tag.DECRYPTION_WEIGHT,
    )


def vector_proof() -> EqualityProof:
    return EqualityProof(
        vector_files.point(VECTOR["T1"]),
        vector_files.point(VECTOR["T2"]),
        vector_files.scalar(VECTOR["s"]),
    )


def test_proof_is_that_of_the_vectors() -> None:
    """The vectors give s and e; w is what makes them agree."""
    secrets = tuple(map(vector_files.scalar, VECTOR["x"]))
    total = sum(a * x for a, x in zip(vector_statement().weights, secrets, strict=True))
    e, s = vector_files.scalar(VECTOR["e"]), vector_files.scalar(VECTOR["s"])
    nonce = reduce_scalar(s - e * total)
    assert encode_g1(G * nonce).hex() == VECTOR["T1"]
    assert prove_equality(vector_statement(), secrets, nonce=nonce) == vector_proof()


def test_proof_of_the_vectors_verifies() -> None:
    assert verify_equality(vector_statement(), vector_proof())
    merged = merge_weight(vector_statement(), vector_proof())
    assert merged == vector_files.scalar(VECTOR["delta"])


@given(scalars)
@settings(max_examples=10)
def test_honest_proof_verifies(nonce: Scalar) -> None:
    proof = prove_equality(state(), SECRETS, nonce=nonce)
    assert verify_equality(state(), proof)


@pytest.mark.parametrize("slot", [0, 1, 2])
def test_proof_is_refused_when_a_point_or_image_is_wrong(slot: int) -> None:
    proof = prove_equality(state(), SECRETS, nonce=Scalar(9))
    points, images = list(state().points), list(state().images)
    points[slot] += G
    images[slot] += G
    assert not verify_equality(replace(state(), points=tuple(points)), proof)
    assert not verify_equality(replace(state(), images=tuple(images)), proof)


@pytest.mark.parametrize(
    "statement",
    [
        replace(state(), base=BASE + G),
        replace(state(), weights=(Scalar(1), Scalar(1), Scalar(1))),
        replace(state(), digest=Hash(b"\x02" * 32)),
        replace(state(), challenge_tag=Tag.COMPLAIN_CHALLENGE),
    ],
)
def test_proof_is_refused_when_it_is_about_something_else(
    statement: EqualityStatement,
) -> None:
    proof = prove_equality(state(), SECRETS, nonce=Scalar(9))
    assert not verify_equality(statement, proof)


def test_proof_is_refused_when_a_field_is_changed() -> None:
    proof = prove_equality(state(), SECRETS, nonce=Scalar(9))
    forged = (
        replace(proof, over_generator=proof.over_generator + G),
        replace(proof, over_base=proof.over_base + G),
        replace(proof, response=reduce_scalar(proof.response + 1)),
    )
    assert not any(verify_equality(state(), proof) for proof in forged)


def forge_wrong_share() -> tuple[EqualityStatement, EqualityProof]:
    """Shift one image along G + A_sum, where both equations' errors cancel."""
    shift = Scalar(4242)
    images = (state().images[0] + (G + BASE) * shift, *state().images[1:])
    statement = replace(state(), images=images)
    secrets = (reduce_scalar(SECRETS[0] + shift), *SECRETS[1:])
    return statement, prove_equality(statement, secrets, nonce=Scalar(9))


def test_verifier_is_broken_when_it_merges_with_weight_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not verify_equality(*forge_wrong_share())

    def one(_statement: EqualityStatement, _proof: EqualityProof) -> Scalar:
        return Scalar(1)

    monkeypatch.setattr(equality, "merge_weight", one)
    assert verify_equality(*forge_wrong_share())
