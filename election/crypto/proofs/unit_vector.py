"""This ciphertext holds exactly one choice, and its maker knows which.

docs/protocol.md §3, after Bootle et al. 2015 and Groth and Kohlweiss 2015: the slots
serve as commitments to bits m_j, the last response forces their sum to be 1, and one
quadratic equation merged by powers of beta forces each to be 0 or 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from election.crypto.elgamal import Ciphertext, derive_tracking_code
from election.crypto.group import G, G1Point, K, msm
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.transcript import (
    Address,
    Hash,
    Tag,
    address_word,
    challenge,
    hash_fields,
    hash_word,
    point_words,
)

_ONE = Scalar(1)


@dataclass(frozen=True, slots=True)
class UnitVectorStatement:
    """What is proven, and everything the proof is bound to."""

    ctx: Hash
    keys: tuple[G1Point, ...]
    credential: Address
    ciphertext: Ciphertext


@dataclass(frozen=True, slots=True)
class UnitVectorMasks:
    """The prover's fresh secrets: s, and a_1..a_{L-1}."""

    nonce: Scalar = field(repr=False)
    slots: tuple[Scalar, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class UnitVectorCommitments:
    """What the prover fixes before the challenge: C, A', B'_1..B'_L, D."""

    linear: G1Point
    ephemeral: G1Point
    slots: tuple[G1Point, ...]
    constant: G1Point


@dataclass(frozen=True, slots=True)
class UnitVectorProof:
    """Commitments and the responses z and f_1..f_{L-1}."""

    commitments: UnitVectorCommitments
    nonce_response: Scalar
    slot_responses: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class UnitVectorChallenges:
    """h_ct, beta and h_x of one ballot; the challenge x is h_x modulo q."""

    tracking_code: Hash
    beta: Scalar
    digest: Hash

    @property
    def x(self) -> Scalar:
        """Reduce h_x to the challenge."""
        return challenge(self.digest)


def derive_beta(tracking_code: Hash, credential: Address) -> Scalar:
    """Derive beta, which merges the L quadratic equations."""
    digest = hash_fields(Tag.BETA, hash_word(tracking_code), address_word(credential))
    return challenge(digest)


def derive_challenges(
    statement: UnitVectorStatement, commitments: UnitVectorCommitments
) -> UnitVectorChallenges:
    """Derive the challenges from the whole statement and all commitments."""
    tracking_code = derive_tracking_code(statement.ctx, statement.ciphertext)
    digest = hash_fields(
        Tag.BALLOT_CHALLENGE,
        hash_word(tracking_code),
        address_word(statement.credential),
        point_words(
            commitments.linear,
            commitments.ephemeral,
            *commitments.slots,
            commitments.constant,
        ),
    )
    beta = derive_beta(tracking_code, statement.credential)
    return UnitVectorChallenges(tracking_code, beta, digest)


def prove_unit_vector(
    statement: UnitVectorStatement,
    choice: int,
    *,
    nonce: Scalar,
    masks: UnitVectorMasks,
) -> UnitVectorProof:
    """Prove that the ciphertext, made with this nonce, holds exactly this choice.

    masks are fresh and uniform: two proofs with the same ones reveal the choice.
    """
    commitments = _commit(statement, choice, nonce=nonce, masks=masks)
    x = derive_challenges(statement, commitments).x
    # z = xr + s, f_j = x m_j + a_j
    return UnitVectorProof(
        commitments,
        reduce_scalar(x * nonce + masks.nonce),
        tuple(
            reduce_scalar(x * (slot == choice) + mask)
            for slot, mask in enumerate(masks.slots, 1)
        ),
    )


def _commit(
    statement: UnitVectorStatement,
    choice: int,
    *,
    nonce: Scalar,
    masks: UnitVectorMasks,
) -> UnitVectorCommitments:
    tracking_code = derive_tracking_code(statement.ctx, statement.ciphertext)
    beta = derive_beta(tracking_code, statement.credential)
    powers = slot_powers(beta, len(statement.keys))
    # a_L = -(a_1 + ... + a_{L-1})
    slots = (*masks.slots, reduce_scalar(-sum(masks.slots)))
    # c = sum beta_j a_j (1 - 2 m_j), d = -sum beta_j a_j^2
    c = sum(
        power * mask * (-1 if slot == choice else 1)
        for slot, (power, mask) in enumerate(zip(powers, slots, strict=True), 1)
    )
    d = -sum(power * mask * mask for power, mask in zip(powers, slots, strict=True))
    return UnitVectorCommitments(
        linear=msm([K, G], [nonce, reduce_scalar(c)]),
        ephemeral=G * masks.nonce,
        slots=tuple(
            msm([key, G], [masks.nonce, mask])
            for key, mask in zip(statement.keys, slots, strict=True)
        ),
        constant=msm([K, G], [masks.nonce, reduce_scalar(d)]),
    )


def slot_powers(beta: Scalar, slots: int) -> tuple[Scalar, ...]:
    """List beta^0 .. beta^(L-1)."""
    powers = [_ONE]
    for _ in range(slots - 1):
        powers.append(reduce_scalar(powers[-1] * beta))
    return tuple(powers)


def complete_responses(
    proof: UnitVectorProof, challenges: UnitVectorChallenges
) -> tuple[tuple[Scalar, ...], Scalar]:
    """Compute the responses f_1..f_L and Q that the verifier's equations use."""
    x = challenges.x
    # f_L = x - sum f_j, which forces the m_j to add up to 1
    last = reduce_scalar(x - sum(proof.slot_responses))
    responses = (*proof.slot_responses, last)
    powers = slot_powers(challenges.beta, len(responses))
    # Q = sum beta_j f_j (x - f_j)
    terms = zip(powers, responses, strict=True)
    return responses, reduce_scalar(sum(p * f * (x - f) for p, f in terms))


def verify_unit_vector(statement: UnitVectorStatement, proof: UnitVectorProof) -> bool:
    """Check E_A, every E_j and E_Q, one by one.

    Every point has passed decode_g1 and every scalar decode_scalar.
    """
    if not has_shape(statement, proof):
        return False
    challenges = derive_challenges(statement, proof.commitments)
    responses, quadratic = complete_responses(proof, challenges)
    x, z = challenges.x, proof.nonce_response
    cipher, commitments = statement.ciphertext, proof.commitments
    slots = zip(statement.keys, responses, cipher.slots, commitments.slots, strict=True)
    return (
        G * z == cipher.ephemeral * x + commitments.ephemeral
        and all(
            msm([key, G], [z, f]) == slot * x + commitment
            for key, f, slot, commitment in slots
        )
        and msm([K, G], [z, quadratic]) == commitments.linear * x + commitments.constant
    )


def has_shape(statement: UnitVectorStatement, proof: UnitVectorProof) -> bool:
    """Tell whether every list has L entries and A is not infinity."""
    size = len(statement.keys)
    lengths: Sequence[int] = (
        len(statement.ciphertext.slots),
        len(proof.commitments.slots),
        len(proof.slot_responses) + 1,
    )
    return not statement.ciphertext.ephemeral.is_infinity and all(
        length == size for length in lengths
    )
