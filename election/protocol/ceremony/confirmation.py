"""Steps 5 and 6: each member proves that it holds its shares of every key.

docs/protocol.md §4.5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from election.crypto.group import Point
from election.crypto.proofs.knowledge import (
    KnowledgeProof,
    KnowledgeStatement,
    prove_knowledge,
    verify_knowledge,
)
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar, accept_scalar, reduce_scalar
from election.crypto.sharing import evaluate_polynomial
from election.crypto.transcript import (
    Hash,
    Tag,
    challenge,
    hash_fields,
    hash_word,
    point_words,
    uint_word,
)
from election.errors import EncodingError
from election.protocol.ceremony.attempt import BoundAttempt, blame
from election.protocol.ceremony.dealing import Dealt, open_shares
from election.protocol.ceremony.polynomials import (
    CeremonyKeys,
    Revealed,
    derive_polynomials,
)
from election.protocol.encoding import encode_points


@dataclass(frozen=True, slots=True)
class KeyShare:
    """A member's part of every key, x_{m,1}..x_{m,L}: all that it keeps."""

    member: int
    secrets: tuple[Scalar, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What `confirm` takes: T, s."""

    t: bytes
    s: int


def derive_digest(
    bound: BoundAttempt[Point],
    reveals: Sequence[Revealed[Point]],
    deals: Sequence[Dealt],
) -> Hash:
    """Hash everything that was revealed and dealt in the attempt."""
    return hash_fields(
        Tag.DIGEST,
        hash_word(bound.cer),
        *(hash_word(revealed.digest) for revealed in reveals),
        *(hash_word(dealt.digest) for dealt in deals),
    )


def open_key_share(
    bound: BoundAttempt[Point],
    member: int,
    *,
    reveals: Sequence[Revealed[Point]],
    deals: Sequence[Dealt],
    source: SecretSource,
) -> KeyShare:
    """Open what all others dealt to the member and add its own part.

    Raises FaultyTrusteeError and its like for the first wrong dealer.
    """
    own = derive_polynomials(bound, member, source=source)
    parts = [tuple(evaluate_polynomial(each, member) for each in own.slots)]
    for dealer, (dealt, revealed) in enumerate(zip(deals, reveals, strict=True), 1):
        if dealer != member:
            opened = open_shares(
                dealt,
                bound,
                dealer=dealer,
                member=member,
                revealed=revealed,
                source=source,
            )
            parts.append(opened.secrets)
    columns = zip(*parts, strict=True)
    return KeyShare(member, tuple(reduce_scalar(sum(column)) for column in columns))


def confirm(
    bound: BoundAttempt[Point],
    key_share: KeyShare,
    *,
    keys: CeremonyKeys[Point],
    digest: Hash,
    source: SecretSource,
) -> Confirmation:
    """Prove that the member holds its shares."""
    statement = _state(bound, key_share.member, keys=keys, digest=digest)
    nonce = source.derive_scalar(statement.digest, 0)
    proof = prove_knowledge(statement, key_share.secrets, nonce=nonce)
    return Confirmation(encode_points((proof.commitment,)), proof.response)


def accept_confirmation(
    message: Confirmation,
    bound: BoundAttempt[Point],
    *,
    member: int,
    keys: CeremonyKeys[Point],
    digest: Hash,
) -> Confirmation:
    """Accept a member's confirmation; raises FaultyTrusteeError and its like."""
    kind = bound.attempt.group.kind
    try:
        commitment = bound.attempt.group.decode(message.t, allow_infinity=True)
        proof = KnowledgeProof(commitment, accept_scalar(message.s))
    except EncodingError as error:
        raise blame(kind, str(error), member=member) from error
    statement = _state(bound, member, keys=keys, digest=digest)
    if not verify_knowledge(statement, proof):
        raise blame(kind, "confirmation does not verify", member=member)
    return message


def _state(
    bound: BoundAttempt[Point],
    member: int,
    *,
    keys: CeremonyKeys[Point],
    digest: Hash,
) -> KnowledgeStatement[Point]:
    points = keys.verification_keys[member - 1]
    h = hash_fields(
        Tag.CONFIRM,
        hash_word(bound.cer),
        uint_word(member),
        hash_word(digest),
        point_words(*points),
    )
    weights = tuple(
        challenge(hash_fields(Tag.CONFIRM_ALPHA, hash_word(h), uint_word(slot)))
        for slot in range(1, len(points) + 1)
    )
    base = bound.attempt.group.base
    return KnowledgeStatement(base, points, weights, h, Tag.CONFIRM_CHALLENGE)
