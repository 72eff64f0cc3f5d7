"""Steps 2 and 3: members commit to their polynomials, then all reveal them at once.

docs/protocol.md §4.2 and §4.3. The commitment comes first, so that nobody chooses his
part of the key after seeing the others'.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Generic

from election.crypto.group import Point
from election.crypto.proofs.knowledge import (
    KnowledgeProof,
    KnowledgeStatement,
    prove_knowledge,
    verify_knowledge,
)
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar, accept_scalar
from election.crypto.sharing import commit_polynomial, evaluate_commitments
from election.crypto.transcript import (
    Hash,
    Tag,
    challenge,
    hash_fields,
    hash_word,
    point_words,
    scalar_word,
    uint_word,
)
from election.errors import CeremonyError, EncodingError
from election.protocol.ceremony.attempt import BoundAttempt, blame
from election.protocol.encoding import encode_points


@dataclass(frozen=True, slots=True)
class Polynomials:
    """A member's secret polynomials, one for each slot, lowest coefficient first."""

    slots: tuple[tuple[Scalar, ...], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reveal:
    """What `reveal` takes: F (slots outer, coefficients inner), T, s, salt."""

    coefficients: bytes
    t: bytes
    s: int
    salt: Hash


@dataclass(frozen=True, slots=True)
class Revealed(Generic[Point]):
    """One member's commitments F_{l,c}, proven, and their hash h_p."""

    slots: tuple[tuple[Point, ...], ...]
    digest: Hash


@dataclass(frozen=True, slots=True)
class CeremonyKeys(Generic[Point]):
    """The keys of a ceremony: one for each slot, and V_{m,l} for each member m."""

    keys: tuple[Point, ...]
    verification_keys: tuple[tuple[Point, ...], ...]


def derive_polynomials(
    bound: BoundAttempt[Point], member: int, *, source: SecretSource
) -> Polynomials:
    """Derive the member's polynomials, of degree k - 1."""
    context = hash_fields(Tag.SECRET, hash_word(bound.cer), uint_word(member))
    degree_plus_one = bound.attempt.threshold
    return Polynomials(
        tuple(
            tuple(
                source.derive_scalar(context, slot * degree_plus_one + c)
                for c in range(degree_plus_one)
            )
            for slot in range(bound.attempt.slots)
        )
    )


def reveal(bound: BoundAttempt[Point], member: int, *, source: SecretSource) -> Reveal:
    """Make the member's reveal; called again, it gives the same one."""
    polynomials = derive_polynomials(bound, member, source=source)
    slots = _commit_all(bound, polynomials)
    digest = _digest(bound, member, slots)
    proof = prove_knowledge(
        _state(bound, slots, digest),
        [coefficient for each in polynomials.slots for coefficient in each],
        nonce=source.derive_scalar(digest, 0),
    )
    return Reveal(
        encode_points([point for slot in slots for point in slot]),
        encode_points((proof.commitment,)),
        proof.response,
        source.derive_word(digest, 1),
    )


def derive_reveal_digest(
    bound: BoundAttempt[Point], member: int, *, source: SecretSource
) -> Hash:
    """Derive h_p of the member's reveal from its own secrets."""
    polynomials = derive_polynomials(bound, member, source=source)
    return _digest(bound, member, _commit_all(bound, polynomials))


def commit(bound: BoundAttempt[Point], member: int, *, source: SecretSource) -> Hash:
    """Make the commitment that the member's reveal will open."""
    message = reveal(bound, member, source=source)
    slots, proof = _decode(message, bound)
    digest = _digest(bound, member, slots)
    return _commitment(bound, member, salt=message.salt, digest=digest, proof=proof)


def accept_reveal(
    message: Reveal,
    bound: BoundAttempt[Point],
    *,
    member: int,
    commitment: Hash,
    earlier: Iterable[Revealed[Point]],
) -> Revealed[Point]:
    """Accept a member's commitments F_{l,c}, none of which was revealed before.

    earlier: what others revealed. Raises FaultyTrusteeError and its like.
    """
    kind = bound.attempt.group.kind
    try:
        slots, proof = _decode(message, bound)
    except EncodingError as error:
        raise blame(kind, str(error), member=member) from error
    digest = _digest(bound, member, slots)
    opened = _commitment(bound, member, salt=message.salt, digest=digest, proof=proof)
    if opened != commitment:
        raise blame(kind, "reveal is not what was committed to", member=member)
    if any(slot[0].is_infinity or slot[-1].is_infinity for slot in slots):
        raise blame(kind, "a first or last coefficient is zero", member=member)
    if not verify_knowledge(_state(bound, slots, digest), proof):
        raise blame(kind, "reveal does not verify", member=member)
    revealed = Revealed(slots, digest)
    if _has_repetition(revealed, earlier):
        raise blame(kind, "repeats a commitment", member=member)
    return revealed


def derive_keys(
    bound: BoundAttempt[Point], reveals: Sequence[Revealed[Point]]
) -> CeremonyKeys[Point]:
    """Derive all keys from the reveals of all members, in order.

    Raises CeremonyError for a key at infinity.
    """
    summed = [_sum_slot(reveals, slot) for slot in range(bound.attempt.slots)]
    if any(slot[0].is_infinity for slot in summed):
        raise CeremonyError("key", "infinity")
    return CeremonyKeys(
        tuple(slot[0] for slot in summed),
        tuple(
            tuple(evaluate_commitments(slot, member) for slot in summed)
            for member in bound.members
        ),
    )


def _sum_slot(reveals: Sequence[Revealed[Point]], slot: int) -> tuple[Point, ...]:
    total = reveals[0].slots[slot]
    for other in reveals[1:]:
        pairs = zip(total, other.slots[slot], strict=True)
        total = tuple(left + right for left, right in pairs)
    return total


def _has_repetition(
    revealed: Revealed[Point], earlier: Iterable[Revealed[Point]]
) -> bool:
    every = chain((revealed,), earlier)
    points = (point for each in every for slot in each.slots for point in slot)
    encoded = [encode_points((point,)) for point in points]
    return len(set(encoded)) < len(encoded)


def _commit_all(
    bound: BoundAttempt[Point], polynomials: Polynomials
) -> tuple[tuple[Point, ...], ...]:
    base = bound.attempt.group.base
    return tuple(commit_polynomial(each, base) for each in polynomials.slots)


def _decode(
    message: Reveal, bound: BoundAttempt[Point]
) -> tuple[tuple[tuple[Point, ...], ...], KnowledgeProof[Point]]:
    attempt = bound.attempt
    k = attempt.threshold
    points = attempt.group.decode_list(message.coefficients, count=attempt.slots * k)
    commitment = attempt.group.decode(message.t, allow_infinity=True)
    slots = tuple(points[at : at + k] for at in range(0, len(points), k))
    return slots, KnowledgeProof(commitment, accept_scalar(message.s))


def _digest(
    bound: BoundAttempt[Point], member: int, slots: Sequence[Sequence[Point]]
) -> Hash:
    points = (point_words(*slot) for slot in slots)
    return hash_fields(Tag.REVEAL, hash_word(bound.cer), uint_word(member), *points)


def _state(
    bound: BoundAttempt[Point], slots: tuple[tuple[Point, ...], ...], digest: Hash
) -> KnowledgeStatement[Point]:
    weights = tuple(
        challenge(
            hash_fields(
                Tag.REVEAL_ALPHA, hash_word(digest), uint_word(slot), uint_word(c)
            )
        )
        for slot, coefficients in enumerate(slots, 1)
        for c in range(len(coefficients))
    )
    points = tuple(point for slot in slots for point in slot)
    base = bound.attempt.group.base
    return KnowledgeStatement(base, points, weights, digest, Tag.REVEAL_CHALLENGE)


def _commitment(
    bound: BoundAttempt[Point],
    member: int,
    *,
    salt: Hash,
    digest: Hash,
    proof: KnowledgeProof[Point],
) -> Hash:
    return hash_fields(
        Tag.COMMIT,
        hash_word(bound.cer),
        uint_word(member),
        hash_word(salt),
        hash_word(digest),
        point_words(proof.commitment),
        scalar_word(proof.response),
    )
