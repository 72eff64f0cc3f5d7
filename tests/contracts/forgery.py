"""Messages that no honest member makes, with the best proof the author can give."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from election.crypto.group import encode_point
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.transcript import (
    Field,
    Hash,
    Tag,
    challenge,
    hash_fields,
    hash_word,
    point_words,
    uint_word,
)
from election.protocol.ceremony.attempt import BoundAttempt
from election.protocol.ceremony.confirmation import Confirmation
from election.protocol.ceremony.polynomials import CeremonyKeys, Reveal

_NONCE: Final = Scalar(0x5EED)
_SALT: Final = Hash(b"salt" * 8)


def hash_revealed(bound: BoundAttempt[Any], member: int, coefficients: bytes) -> Hash:
    """Hash any bytes as a member's coefficients: h_p."""
    seat = hash_word(bound.cer), uint_word(member)
    return hash_fields(Tag.REVEAL, *seat, Field(coefficients))


def commit_to(bound: BoundAttempt[Any], member: int, message: Reveal) -> Hash:
    """Commit to any reveal, well-formed or not."""
    return hash_fields(
        Tag.COMMIT,
        hash_word(bound.cer),
        uint_word(member),
        hash_word(message.salt),
        hash_word(hash_revealed(bound, member, message.coefficients)),
        Field(message.t),
        uint_word(message.s),
    )


def reveal_weights(bound: BoundAttempt[Any], digest: Hash) -> tuple[Scalar, ...]:
    """Derive the weights of the coefficients from h_p."""
    return tuple(
        challenge(
            hash_fields(
                Tag.REVEAL_ALPHA, hash_word(digest), uint_word(slot), uint_word(degree)
            )
        )
        for slot in range(1, bound.attempt.slots + 1)
        for degree in range(bound.attempt.threshold)
    )


def forge_reveal(
    bound: BoundAttempt[Any],
    member: int,
    *,
    points: Sequence[Any],
    claimed: Sequence[int],
    weighted: bool = True,
) -> Reveal:
    """Reveal these points as if their logarithms were the claimed ones.

    A plain sum instead of the weighted one is what a weaker verifier would ask for.
    """
    coefficients = b"".join(map(encode_point, points))
    digest = hash_revealed(bound, member, coefficients)
    weights = reveal_weights(bound, digest) if weighted else (1,) * len(claimed)
    t = encode_point(bound.attempt.group.base * _NONCE)
    e = challenge(hash_fields(Tag.REVEAL_CHALLENGE, hash_word(digest), Field(t)))
    total = sum(a * x for a, x in zip(weights, claimed, strict=True))
    return Reveal(coefficients, t, reduce_scalar(_NONCE + e * total), _SALT)


def forge_confirmation(
    bound: BoundAttempt[Any],
    member: int,
    *,
    keys: CeremonyKeys[Any],
    digest: Hash,
    claimed: int,
) -> Confirmation:
    """Confirm with nothing but the plain sum of the member's shares."""
    h = hash_fields(
        Tag.CONFIRM,
        hash_word(bound.cer),
        uint_word(member),
        hash_word(digest),
        point_words(*keys.verification_keys[member - 1]),
    )
    t = encode_point(bound.attempt.group.base * _NONCE)
    e = challenge(hash_fields(Tag.CONFIRM_CHALLENGE, hash_word(h), Field(t)))
    return Confirmation(t, reduce_scalar(_NONCE + e * claimed))
