"""All the ballots of one call hold exactly one choice each: one sum for all.

In: statements and proofs of one contest's ballots, with their hashes. Out: whether all
equations of all of them hold. Each ballot has L + 2 (docs/protocol.md §3):

    E_A: zG - xA - A' = O      E_Q: zK + QG - xC - D = O
    E_j: zH_j + f_j G - xB_j - B'_j = O,  j = 1..L

Each is multiplied by a weight of 128 bits, δ_A, δ_Q or δ_j, and all are added up: if
one is not O, the sum is O with chance 2^-128 at most. For all points are of prime
order, so whatever the other weights are, one of 2^128 at most hides it. By bases, over
the ballots i:

    Σ_i (δ_A z + δ_Q Q + Σ_j δ_j f_j) G  +  (Σ_i δ_Q z) K  +  Σ_j (Σ_i δ_j z) H_j
        - Σ_i x (δ_A A + δ_Q C + Σ_j δ_j B_j)
            =  Σ_i (δ_A A' + δ_Q D + Σ_j δ_j B'_j)

so 32 ballots with L = 5 are one sum of 231 terms on the left, and one of 224 on the
right, instead of 224 equations. Whatever is one for each equation stands in the order
of the weights: A, Q, 1..L.

The weights hash every ballot hash, and so every response: weights that were fixed
before a response, or are 1, let two wrong ballots cancel.
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
    """Derive delta_A, delta_Q, delta_1..delta_L of ballot `index`, from 0.

    Each hash is two weights, so the last one's second half may be left over.
    """
    words = -(-(slots + 2) // 2)
    weights: list[Scalar] = []
    for word in range(words):
        fields = hash_word(seed), uint_word(index), uint_word(word)
        weights.extend(weight_pair(hash_fields(Tag.BATCH_WEIGHT, *fields)))
    return tuple(weights[: slots + 2])


@dataclass(frozen=True, slots=True)
class _Terms:
    """One ballot's part of the sum.

    shared: the coefficients of G, K, H_1..H_L, the bases that all ballots have.
    challenged: A, C, B_1..B_L, which the challenge multiplies; factors: by what.
    committed: A', D, B'_1..B'_L, which the weights alone multiply.
    """

    shared: tuple[int, ...]
    challenged: tuple[G1Point, ...]
    factors: tuple[Scalar, ...]
    committed: tuple[G1Point, ...]
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
    columns = zip(*(term.shared for term in terms), strict=True)
    shared = [reduce_scalar(sum(column)) for column in columns]
    left = msm(
        [G, K, *contest.keys, *(point for term in terms for point in term.challenged)],
        [*shared, *(factor for term in terms for factor in term.factors)],
    )
    return left == msm(
        [point for term in terms for point in term.committed],
        [weight for term in terms for weight in term.weights],
    )


def _weigh(entry: BatchEntry, seed: Hash, *, index: int) -> _Terms:
    """Multiply each equation of a ballot by its weight, and collect by base."""
    cipher, commitments = entry.statement.ciphertext, entry.proof.commitments
    challenges = derive_challenges(entry.statement, commitments)
    responses, quadratic = complete_responses(entry.proof, challenges)
    x, z = challenges.x, entry.proof.nonce_response
    weights = derive_ballot_weights(seed, index, slots=len(cipher.slots))
    delta_a, delta_q, *deltas = weights
    merged = sum(map(mul, deltas, responses))
    return _Terms(
        shared=(
            delta_a * z + delta_q * quadratic + merged,
            delta_q * z,
            *(delta * z for delta in deltas),
        ),
        challenged=(cipher.ephemeral, commitments.linear, *cipher.slots),
        factors=tuple(reduce_scalar(-weight * x) for weight in weights),
        committed=(commitments.ephemeral, commitments.constant, *commitments.slots),
        weights=weights,
    )


def _belongs(entry: BatchEntry, contest: UnitVectorStatement) -> bool:
    statement = entry.statement
    return (
        statement.ctx == contest.ctx
        and statement.keys == contest.keys
        and has_shape(statement, entry.proof)
    )
