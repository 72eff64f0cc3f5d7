"""Whoever made these points knows the logarithms behind their weighted sum.

docs/protocol.md §4: one Schnorr proof for many points P_i = x_iB. The weights hash
all the points; with a plain sum, a member could cancel another one's key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic

from election.crypto.group import Point, msm
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.transcript import (
    Hash,
    Tag,
    challenge,
    hash_fields,
    hash_word,
    point_words,
)


@dataclass(frozen=True, slots=True)
class KnowledgeStatement(Generic[Point]):
    """Points over one base, their weights, and the hash that binds everything."""

    base: Point
    points: tuple[Point, ...]
    weights: tuple[Scalar, ...]
    digest: Hash
    tag: Tag


@dataclass(frozen=True, slots=True)
class KnowledgeProof(Generic[Point]):
    """T = wB and s = w + e times the weighted sum of the secrets."""

    commitment: Point
    response: Scalar


def prove_knowledge(
    statement: KnowledgeStatement[Point], secrets: Sequence[Scalar], *, nonce: Scalar
) -> KnowledgeProof[Point]:
    """Prove knowledge of the secrets; nonce is w, fresh and uniform."""
    commitment = statement.base * nonce
    e = _challenge(statement, commitment)
    total = sum(a * x for a, x in zip(statement.weights, secrets, strict=True))
    return KnowledgeProof(commitment, reduce_scalar(nonce + e * total))


def verify_knowledge(
    statement: KnowledgeStatement[Point], proof: KnowledgeProof[Point]
) -> bool:
    """Check sB = e sum a_i P_i + T, all points being already decoded."""
    e = _challenge(statement, proof.commitment)
    factors = [reduce_scalar(e * weight) for weight in statement.weights]
    expected = msm(statement.points, factors) + proof.commitment
    return statement.base * proof.response == expected


def _challenge(statement: KnowledgeStatement[Point], commitment: Point) -> Scalar:
    fields = hash_word(statement.digest), point_words(commitment)
    return challenge(hash_fields(statement.tag, *fields))
