"""Knowledge of a weighted sum of logarithms, in both groups."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.group import G2, G, G1Point, G2Point
from election.crypto.proofs.knowledge import (
    KnowledgeProof,
    KnowledgeStatement,
    prove_knowledge,
    verify_knowledge,
)
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.transcript import Hash, Tag
from tests.strategies import scalars

SECRETS = (Scalar(5), Scalar(6), Scalar(7))
WEIGHTS = (Scalar(21), Scalar(22), Scalar(23))
DIGEST = Hash(b"\x01" * 32)


def state_g1() -> KnowledgeStatement[G1Point]:
    points = tuple(G * secret for secret in SECRETS)
    return KnowledgeStatement(G, points, WEIGHTS, DIGEST, Tag.REVEAL_CHALLENGE)


def state_g2() -> KnowledgeStatement[G2Point]:
    points = tuple(G2 * secret for secret in SECRETS)
    return KnowledgeStatement(G2, points, WEIGHTS, DIGEST, Tag.REVEAL_CHALLENGE)


@given(st.lists(st.tuples(scalars, scalars), min_size=1, max_size=5), scalars)
@settings(max_examples=15)
def test_honest_proof_verifies(
    pairs: list[tuple[Scalar, Scalar]], nonce: Scalar
) -> None:
    secrets = tuple(secret for secret, _ in pairs)
    statement = KnowledgeStatement(
        base=G,
        points=tuple(G * secret for secret in secrets),
        weights=tuple(weight for _, weight in pairs),
        digest=DIGEST,
        tag=Tag.ENROLL_CHALLENGE,
    )
    proof = prove_knowledge(statement, secrets, nonce=nonce)
    assert verify_knowledge(statement, proof)


def test_honest_proof_verifies_in_g2() -> None:
    proof = prove_knowledge(state_g2(), SECRETS, nonce=Scalar(9))
    assert verify_knowledge(state_g2(), proof)
    forged = replace(proof, commitment=proof.commitment + G2)
    assert not verify_knowledge(state_g2(), forged)


@pytest.mark.parametrize(
    "statement",
    [
        replace(state_g1(), base=G * Scalar(2)),
        replace(state_g1(), points=(G, *state_g1().points[1:])),
        replace(state_g1(), weights=(Scalar(1), *WEIGHTS[1:])),
        replace(state_g1(), digest=Hash(b"\x02" * 32)),
        replace(state_g1(), tag=Tag.CONFIRM_CHALLENGE),
    ],
)
def test_proof_is_refused_when_it_is_about_something_else(
    statement: KnowledgeStatement[G1Point],
) -> None:
    proof = prove_knowledge(state_g1(), SECRETS, nonce=Scalar(9))
    assert not verify_knowledge(statement, proof)


def test_proof_is_refused_when_a_field_is_changed() -> None:
    proof = prove_knowledge(state_g1(), SECRETS, nonce=Scalar(9))
    response = reduce_scalar(proof.response + 1)
    forged = (
        replace(proof, commitment=proof.commitment + G),
        replace(proof, response=response),
        KnowledgeProof(proof.commitment + G, response),
    )
    assert [verify_knowledge(state_g1(), proof) for proof in forged] == [
        False,
        False,
        False,
    ]


def test_unweighted_sum_lets_a_foreign_key_cancel() -> None:
    """Why weights hash all points: with weights 1 a stranger's P is cancelled."""
    victim, own = G * Scalar(123456), Scalar(8)
    points = (victim, G * own - victim)
    plain = KnowledgeStatement(
        G, points, (Scalar(1), Scalar(1)), DIGEST, Tag.REVEAL_CHALLENGE
    )
    proof = prove_knowledge(plain, (own, Scalar(0)), nonce=Scalar(9))
    assert verify_knowledge(plain, proof)
    assert not verify_knowledge(replace(plain, weights=WEIGHTS[:2]), proof)
