"""All the ballots of one call hold exactly one choice each: one sum for all.

docs/protocol.md §3, batch. The weights hash every ballot hash, and so every response:
weights that were fixed before a response, or are 1, let two wrong ballots cancel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

from election.crypto.group import G, G1Point, K, msm
from election.crypto.proofs.unit_vector import (
    UnitVectorProof,
    UnitVectorStatement,
    complete_responses,
    derive_challenges,
    has_shape,
)
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.transcript import (
    Hash,
    Tag,
    hash_fields,
    hash_word,
    uint_word,
    weight_pair,
)


@dataclass(frozen=True, slots=True)
class BatchEntry:
    """One ballot of a batch, with its ballot hash h_b."""

    statement: UnitVectorStatement
    proof: UnitVectorProof
    ballot_hash: Hash


def derive_batch_seed(ctx: Hash, ballot_hashes: Sequence[Hash]) -> Hash:
    """Hash the ballot hashes of a batch, in order."""
    return hash_fields(
        Tag.BATCH,
        hash_word(ctx),
        uint_word(len(ballot_hashes)),
        *map(hash_word, ballot_hashes),
    )


def derive_ballot_weights(seed: Hash, index: int, *, slots: int) -> tuple[Scalar, ...]:
    """Derive delta_A, delta_Q, delta_1..delta_L of ballot `index`, from 0."""
    words = -(-(slots + 2) // 2)
    weights: list[Scalar] = []
    for word in range(words):
        fields = hash_word(seed), uint_word(index), uint_word(word)
        weights.extend(weight_pair(hash_fields(Tag.BATCH_WEIGHT, *fields)))
    return tuple(weights[: slots + 2])


@dataclass(frozen=True, slots=True)
class _Terms:
    """One ballot's part of the sum."""

    fixed: tuple[int, ...]  # of G, K, H_1..H_L
    points: tuple[G1Point, ...]  # A, B_1..B_L, C
    factors: tuple[Scalar, ...]
    masks: tuple[G1Point, ...]  # A', B'_1..B'_L, D
    weights: tuple[Scalar, ...]


def verify_unit_vector_batch(entries: Sequence[BatchEntry]) -> bool:
    """Check the merged equation of the entries, which share one contest.

    Every point has passed decode_g1 and every scalar decode_scalar. The commitments
    stand on a side of their own: their weights have 128 bits, which halves their cost.
    """
    if not entries:
        return True
    contest = entries[0].statement
    if not all(_belongs(entry, contest) for entry in entries):
        return False
    seed = derive_batch_seed(contest.ctx, [entry.ballot_hash for entry in entries])
    terms = [_weigh(entry, seed, index=index) for index, entry in enumerate(entries)]
    columns = zip(*(term.fixed for term in terms), strict=True)
    fixed = [reduce_scalar(sum(column)) for column in columns]
    left = msm(
        [G, K, *contest.keys, *(point for term in terms for point in term.points)],
        [*fixed, *(factor for term in terms for factor in term.factors)],
    )
    return left == msm(
        [mask for term in terms for mask in term.masks],
        [weight for term in terms for weight in term.weights],
    )


def _weigh(entry: BatchEntry, seed: Hash, *, index: int) -> _Terms:
    challenges = derive_challenges(entry.statement, entry.proof.commitments)
    responses, quadratic = complete_responses(entry.proof, challenges)
    x, z = challenges.x, entry.proof.nonce_response
    cipher, commitments = entry.statement.ciphertext, entry.proof.commitments
    delta_a, delta_q, *deltas = derive_ballot_weights(
        seed, index, slots=len(cipher.slots)
    )
    weights = (delta_a, *deltas, delta_q)
    merged = sum(map(mul, deltas, responses))
    return _Terms(
        fixed=(
            delta_a * z + merged + delta_q * quadratic,
            delta_q * z,
            *(delta * z for delta in deltas),
        ),
        points=(cipher.ephemeral, *cipher.slots, commitments.linear),
        factors=tuple(reduce_scalar(-weight * x) for weight in weights),
        masks=(commitments.ephemeral, *commitments.slots, commitments.constant),
        weights=weights,
    )


def _belongs(entry: BatchEntry, contest: UnitVectorStatement) -> bool:
    statement = entry.statement
    return (
        statement.ctx == contest.ctx
        and statement.keys == contest.keys
        and has_shape(statement, entry.proof)
    )
