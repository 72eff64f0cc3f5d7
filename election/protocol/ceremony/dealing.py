"""Step 4: members deal each other their shares, encrypted.

docs/protocol.md §4.4. A complaint will show Z = e_mR, which opens whatever is dealt
under R: so a deal proves that its dealer knows u, R = uG, and binds R to all that it
goes with. Of a deal that does not prove it, nothing is opened and nobody complains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from election.crypto.group import G, G1Point, Point, decode_g1, encode_g1
from election.crypto.proofs.knowledge import (
    KnowledgeProof,
    KnowledgeStatement,
    prove_knowledge,
    verify_knowledge,
)
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar, accept_scalar, decode_scalar, encode_scalar
from election.crypto.sharing import evaluate_commitments, evaluate_polynomial
from election.crypto.transcript import (
    Hash,
    Tag,
    hash_fields,
    hash_word,
    point_words,
    uint_word,
)
from election.errors import EncodingError
from election.protocol.ceremony.attempt import BoundAttempt, blame
from election.protocol.ceremony.enrolment import derive_encryption_secret
from election.protocol.ceremony.polynomials import (
    Revealed,
    derive_polynomials,
    derive_reveal_digest,
)


@dataclass(frozen=True, slots=True)
class Deal:
    """What `deal` takes: R, T, s, a word for each other member and slot, in order."""

    r: bytes
    t: bytes
    s: int
    ciphertexts: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Dealt:
    """One member's deal, proven: R_i, the words for each member, and h_c,i."""

    ephemeral: G1Point
    ciphertexts: Mapping[int, tuple[Hash, ...]]
    digest: Hash


@dataclass(frozen=True, slots=True)
class OpenedShares:
    """What one dealer dealt to one member, checked: p_1(m)..p_L(m)."""

    dealer: int
    secrets: tuple[Scalar, ...] = field(repr=False)


def deal(bound: BoundAttempt[Point], member: int, *, source: SecretSource) -> Deal:
    """Deal the member's shares to all others; called again, it gives the same."""
    polynomials = derive_polynomials(bound, member, source=source)
    u = _derive_nonce(bound, member, source)
    ephemeral = G * u
    ciphertexts = []
    for receiver in bound.members:
        if receiver == member:
            continue
        shared = bound.encryption_keys[receiver - 1] * u
        pads = _pads(bound, member, receiver, ephemeral=ephemeral, shared=shared)
        for pad, polynomial in zip(pads, polynomials.slots, strict=True):
            share = encode_scalar(evaluate_polynomial(polynomial, receiver))
            ciphertexts.append(_xor(pad, share))
    return prove_deal(tuple(ciphertexts), bound, member, source=source)


def prove_deal(
    ciphertexts: tuple[Hash, ...],
    bound: BoundAttempt[Point],
    member: int,
    *,
    source: SecretSource,
) -> Deal:
    """Prove whatever a member deals, bound to its own reveal, whatever a node shows.

    Bound to a reveal that a node made up, it would pass there for a wrong deal.
    """
    u = _derive_nonce(bound, member, source)
    digest = _digest(
        bound,
        member,
        revealed=derive_reveal_digest(bound, member, source=source),
        ephemeral=G * u,
        ciphertexts=ciphertexts,
    )
    statement = _state(G * u, digest)
    nonce = source.derive_scalar(digest, 0)
    proof = prove_knowledge(statement, (u,), nonce=nonce)
    t = encode_g1(proof.commitment)
    return Deal(encode_g1(G * u), t, proof.response, ciphertexts)


def _derive_nonce(
    bound: BoundAttempt[Point], member: int, source: SecretSource
) -> Scalar:
    purpose = uint_word(1)  # the polynomials' context has one word less
    cer = hash_word(bound.cer)
    context = hash_fields(Tag.SECRET, cer, uint_word(member), purpose)
    return source.derive_scalar(context, 0)


def accept_deal(
    message: Deal,
    bound: BoundAttempt[Point],
    *,
    member: int,
    revealed: Revealed[Point],
) -> Dealt:
    """Accept a member's deal, but for the shares, which only their receivers can open.

    revealed: by this member. Raises FaultyTrusteeError and its like.
    """
    kind, slots = bound.attempt.group.kind, bound.attempt.slots
    try:
        ephemeral = decode_g1(message.r)
        commitment = decode_g1(message.t, allow_infinity=True)
        proof = KnowledgeProof(commitment, accept_scalar(message.s))
    except EncodingError as error:
        raise blame(kind, str(error), member=member) from error
    receivers = [other for other in bound.members if other != member]
    if len(message.ciphertexts) != len(receivers) * slots:
        raise blame(kind, "deal has another number of shares", member=member)
    ciphertexts = {
        receiver: message.ciphertexts[at * slots : (at + 1) * slots]
        for at, receiver in enumerate(receivers)
    }
    digest = _digest(
        bound,
        member,
        revealed=revealed.digest,
        ephemeral=ephemeral,
        ciphertexts=message.ciphertexts,
    )
    if not verify_knowledge(_state(ephemeral, digest), proof):
        raise blame(kind, "deal does not verify", member=member)
    return Dealt(ephemeral, ciphertexts, digest)


def _digest(
    bound: BoundAttempt[Point],
    member: int,
    *,
    revealed: Hash,
    ephemeral: G1Point,
    ciphertexts: tuple[Hash, ...],
) -> Hash:
    return hash_fields(
        Tag.DEAL,
        hash_word(bound.cer),
        uint_word(member),
        hash_word(revealed),
        point_words(ephemeral),
        *map(hash_word, ciphertexts),
    )


def _state(ephemeral: G1Point, digest: Hash) -> KnowledgeStatement[G1Point]:
    tag = Tag.DEAL_CHALLENGE
    return KnowledgeStatement(G, (ephemeral,), (Scalar(1),), digest, tag)


def open_shares(
    dealt: Dealt,
    bound: BoundAttempt[Point],
    *,
    dealer: int,
    member: int,
    revealed: Revealed[Point],
    source: SecretSource,
) -> OpenedShares:
    """Open what a dealer dealt to this member and check it against his reveal.

    Raises FaultyTrusteeError and its like; the member then complains.
    """
    secret = derive_encryption_secret(bound.attempt, member, source=source)
    shared = dealt.ephemeral * secret
    shares = decrypt_shares(
        dealt, bound, dealer=dealer, member=member, revealed=revealed, shared=shared
    )
    if shares is None:
        kind = bound.attempt.group.kind
        raise blame(kind, "dealt a wrong share", member=dealer)
    return OpenedShares(dealer, shares)


def decrypt_shares(
    dealt: Dealt,
    bound: BoundAttempt[Point],
    *,
    dealer: int,
    member: int,
    revealed: Revealed[Point],
    shared: G1Point,
) -> tuple[Scalar, ...] | None:
    """Decrypt what a dealer dealt to a member; None if it does not fit the reveal.

    shared: e_mR, the two's secret until the member complains.
    """
    ephemeral, base = dealt.ephemeral, bound.attempt.group.base
    pads = _pads(bound, dealer, member, ephemeral=ephemeral, shared=shared)
    pairs = zip(dealt.ciphertexts[member], pads, strict=True)
    try:
        shares = tuple(decode_scalar(_xor(word, pad)) for word, pad in pairs)
    except EncodingError:
        return None
    fits = (
        base * share == evaluate_commitments(commitments, member)
        for share, commitments in zip(shares, revealed.slots, strict=True)
    )
    return shares if all(fits) else None


def _pads(
    bound: BoundAttempt[Point],
    dealer: int,
    receiver: int,
    *,
    ephemeral: G1Point,
    shared: G1Point,
) -> tuple[Hash, ...]:
    return tuple(
        hash_fields(
            Tag.PAD,
            hash_word(bound.cer),
            uint_word(dealer),
            uint_word(receiver),
            uint_word(slot),
            point_words(ephemeral, shared),
        )
        for slot in range(1, bound.attempt.slots + 1)
    )


def _xor(left: bytes, right: bytes) -> Hash:
    return Hash(bytes(a ^ b for a, b in zip(left, right, strict=True)))
