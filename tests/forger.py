"""A prover that cheats: any vector of messages, commitments shifted at will."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from election.crypto.elgamal import Ciphertext, derive_tracking_code
from election.crypto.group import G, G1Point, K
from election.crypto.proofs.equality import EqualityProof, EqualityStatement, _challenge
from election.crypto.proofs.unit_vector import (
    UnitVectorCommitments,
    UnitVectorMasks,
    UnitVectorProof,
    UnitVectorStatement,
    derive_beta,
    derive_challenges,
    slot_powers,
)
from election.crypto.scalar import Scalar, invert_scalar, reduce_scalar
from election.crypto.transcript import hash_fields, hash_word, point_words, weight

Shift = Callable[[UnitVectorCommitments], UnitVectorCommitments]


def encrypt_vector(
    messages: Sequence[int], keys: Sequence[G1Point], *, nonce: Scalar
) -> Ciphertext:
    """Encrypt any integers, one for each slot."""
    pairs = zip(keys, messages, strict=True)
    slots = tuple(key * nonce + G * reduce_scalar(m) for key, m in pairs)
    return Ciphertext(G * nonce, slots)


def commit_vector(
    statement: UnitVectorStatement,
    messages: Sequence[int],
    *,
    nonce: Scalar,
    masks: UnitVectorMasks,
) -> UnitVectorCommitments:
    """Follow the honest formulas for messages that are no unit vector."""
    code = derive_tracking_code(statement.ctx, statement.ciphertext)
    powers = slot_powers(derive_beta(code, statement.credential), len(messages))
    slots = [*masks.slots, -sum(masks.slots)]
    rows = list(zip(powers, slots, messages, strict=True))
    c = sum(power * a * (1 - 2 * m) for power, a, m in rows)
    d = -sum(power * a * a for power, a, _ in rows)
    return UnitVectorCommitments(
        K * nonce + G * reduce_scalar(c),
        G * masks.nonce,
        tuple(
            key * masks.nonce + G * reduce_scalar(a)
            for key, a in zip(statement.keys, slots, strict=True)
        ),
        K * masks.nonce + G * reduce_scalar(d),
    )


def answer(
    x: Scalar,
    messages: Sequence[int],
    *,
    nonce: Scalar,
    masks: UnitVectorMasks,
) -> tuple[Scalar, tuple[Scalar, ...]]:
    """Answer a challenge with z and f_1..f_{L-1}."""
    pairs = zip(messages[:-1], masks.slots, strict=True)
    responses = tuple(reduce_scalar(x * m + a) for m, a in pairs)
    return reduce_scalar(x * nonce + masks.nonce), responses


def prove_vector(
    statement: UnitVectorStatement,
    messages: Sequence[int],
    *,
    nonce: Scalar,
    masks: UnitVectorMasks,
    shift: Shift = replace,
) -> UnitVectorProof:
    """Prove dishonestly: shift changes the commitments before the challenge."""
    commitments = shift(commit_vector(statement, messages, nonce=nonce, masks=masks))
    x = derive_challenges(statement, commitments).x
    return UnitVectorProof(commitments, *answer(x, messages, nonce=nonce, masks=masks))


def answer_after_weight(
    statement: EqualityStatement, known: int, *, nonce: Scalar, log: Scalar, wrong: int
) -> EqualityProof:
    """Solve E1 + delta E2 = O for s, as if delta were fixed before s.

    known: sum of alpha_l x_l. log: of the base, to G. wrong: the first image is so many
    G too much.
    """
    t1, t2 = G * nonce, statement.base * nonce
    e = _challenge(statement, t1, t2)
    fields = hash_word(statement.digest), point_words(t1, t2)
    delta = weight(hash_fields(statement.merge_tag, *fields))
    # (s - nonce - e known)(1 + delta log) = delta e wrong
    factor = invert_scalar(reduce_scalar(1 + delta * log))
    s = nonce + e * known + delta * e * wrong * factor
    return EqualityProof(t1, t2, reduce_scalar(s))
