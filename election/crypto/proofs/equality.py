"""These images were made with the keys behind these points.

docs/protocol.md §4 (complaint) and §5 (decryption share): x_l is the logarithm of
P_l to G and of D_l to another base, for all l at once (Chaum and Pedersen 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from election.crypto.group import G, G1Point, msm
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.transcript import (
    Hash,
    Tag,
    challenge,
    hash_fields,
    hash_word,
    point_words,
    scalar_word,
    weight,
)


@dataclass(frozen=True, slots=True)
class EqualityStatement:
    """Points over G, their images over another base, and what binds them."""

    base: G1Point
    points: tuple[G1Point, ...]
    images: tuple[G1Point, ...]
    weights: tuple[Scalar, ...]
    digest: Hash
    challenge_tag: Tag
    merge_tag: Tag


@dataclass(frozen=True, slots=True)
class EqualityProof:
    """T1 = wG, T2 = w times the base, and s."""

    over_generator: G1Point
    over_base: G1Point
    response: Scalar


def prove_equality(
    statement: EqualityStatement, secrets: Sequence[Scalar], *, nonce: Scalar
) -> EqualityProof:
    """Prove that the same secrets made points and images; nonce is w, fresh."""
    t1, t2 = G * nonce, statement.base * nonce
    e = _challenge(statement, t1, t2)
    total = sum(a * x for a, x in zip(statement.weights, secrets, strict=True))
    return EqualityProof(t1, t2, reduce_scalar(nonce + e * total))


def verify_equality(statement: EqualityStatement, proof: EqualityProof) -> bool:
    """Check E1 + delta E2 = O, all points being already decoded.

    delta hashes the response too: merged with weight 1, a wrong image passes.
    """
    t1, t2, s = proof.over_generator, proof.over_base, proof.response
    e = _challenge(statement, t1, t2)
    delta = merge_weight(statement, proof)
    minus = [reduce_scalar(-e * a) for a in statement.weights]
    # E1 = sG - e sum a_l P_l - T1, E2 = sR - e sum a_l D_l - T2
    total = msm(
        [G, *statement.points, statement.base, *statement.images, t2],
        [
            s,
            *minus,
            reduce_scalar(delta * s),
            *(reduce_scalar(delta * factor) for factor in minus),
            reduce_scalar(-delta),
        ],
    )
    return total == t1


def merge_weight(statement: EqualityStatement, proof: EqualityProof) -> Scalar:
    """Derive delta, which merges the two equations."""
    return weight(
        hash_fields(
            statement.merge_tag,
            hash_word(statement.digest),
            point_words(proof.over_generator, proof.over_base),
            scalar_word(proof.response),
        )
    )


def _challenge(statement: EqualityStatement, t1: G1Point, t2: G1Point) -> Scalar:
    fields = hash_word(statement.digest), point_words(t1, t2)
    return challenge(hash_fields(statement.challenge_tag, *fields))
