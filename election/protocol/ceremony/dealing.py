"""Steps 4 and 5: members deal encrypted shares; a complaint shows who is at fault.

docs/protocol.md §4.4 and §4.5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from election.crypto.group import G, G1Point, Point, decode_g1, encode_g1
from election.crypto.proofs.equality import (
    EqualityProof,
    EqualityStatement,
    prove_equality,
    verify_equality,
)
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar, accept_scalar, decode_scalar, encode_scalar
from election.crypto.sharing import evaluate_commitments, evaluate_polynomial
from election.crypto.transcript import (
    Field,
    Hash,
    Tag,
    hash_fields,
    hash_word,
    point_words,
    uint_word,
)
from election.errors import ElectionError, EncodingError
from election.protocol.ceremony.attempt import BoundAttempt, blame
from election.protocol.ceremony.enrolment import derive_encryption_secret
from election.protocol.ceremony.polynomials import Revealed, derive_polynomials


@dataclass(frozen=True, slots=True)
class Deal:
    """What `deal` takes: R, and one word for each other member and slot, in order."""

    r: bytes
    ciphertexts: tuple[Hash, ...]


@dataclass(frozen=True, slots=True)
class Dealt:
    """One member's accepted deal: R_i, the words for each member, and h_c,i."""

    ephemeral: G1Point
    ciphertexts: Mapping[int, tuple[Hash, ...]]
    digest: Hash


@dataclass(frozen=True, slots=True)
class OpenedShares:
    """What one dealer dealt to one member, checked: p_1(m)..p_L(m)."""

    dealer: int
    secrets: tuple[Scalar, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a complaint adds to the dealer's own messages: Z, T1, T2, s."""

    dealer: int
    z: bytes
    t1: bytes
    t2: bytes
    s: int


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
    return Deal(encode_g1(ephemeral), tuple(ciphertexts))


def _derive_nonce(
    bound: BoundAttempt[Point], member: int, source: SecretSource
) -> Scalar:
    purpose = uint_word(1)  # the polynomials' context has one word less
    cer = hash_word(bound.cer)
    context = hash_fields(Tag.SECRET, cer, uint_word(member), purpose)
    return source.derive_scalar(context, 0)


def accept_deal(message: Deal, bound: BoundAttempt[Point], *, member: int) -> Dealt:
    """Accept the form of a member's deal; raises FaultyTrusteeError and its like."""
    kind, slots = bound.attempt.group.kind, bound.attempt.slots
    try:
        ephemeral = decode_g1(message.r)
    except EncodingError as error:
        raise blame(kind, str(error), member=member) from error
    receivers = [other for other in bound.members if other != member]
    if len(message.ciphertexts) != len(receivers) * slots:
        raise blame(kind, "deal has another number of shares", member=member)
    ciphertexts = {
        receiver: message.ciphertexts[at * slots : (at + 1) * slots]
        for at, receiver in enumerate(receivers)
    }
    digest = hash_fields(
        Tag.DEAL,
        hash_word(bound.cer),
        uint_word(member),
        point_words(ephemeral),
        *map(hash_word, message.ciphertexts),
    )
    return Dealt(ephemeral, ciphertexts, digest)


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
    shares = _decrypt(
        dealt, bound, dealer=dealer, member=member, revealed=revealed, shared=shared
    )
    if shares is None:
        kind = bound.attempt.group.kind
        raise blame(kind, "dealt a wrong share", member=dealer)
    return OpenedShares(dealer, shares)


def complain(
    dealt: Dealt,
    bound: BoundAttempt[Point],
    *,
    dealer: int,
    member: int,
    source: SecretSource,
) -> Complaint:
    """Show the pad that this dealer shares with the member; it ends the attempt."""
    secret = derive_encryption_secret(bound.attempt, member, source=source)
    shared = dealt.ephemeral * secret
    statement = _state(dealt, bound, dealer=dealer, member=member, shared=shared)
    nonce = source.derive_scalar(statement.digest, 0)
    proof = prove_equality(statement, (secret,), nonce=nonce)
    return Complaint(
        dealer,
        encode_g1(shared),
        encode_g1(proof.over_generator),
        encode_g1(proof.over_base),
        proof.response,
    )


def judge_complaint(
    complaint: Complaint,
    bound: BoundAttempt[Point],
    *,
    member: int,
    dealt: Dealt,
    revealed: Revealed[Point],
) -> ElectionError:
    """Judge between the complaining member and the dealer; return the blame.

    Raises FaultyTrusteeError and its like if the complaint itself is malformed.
    """
    kind, dealer = bound.attempt.group.kind, complaint.dealer
    try:
        shared = decode_g1(complaint.z, allow_infinity=True)
        proof = EqualityProof(
            decode_g1(complaint.t1, allow_infinity=True),
            decode_g1(complaint.t2, allow_infinity=True),
            accept_scalar(complaint.s),
        )
    except EncodingError as error:
        raise blame(kind, str(error), member=member) from error
    statement = _state(dealt, bound, dealer=dealer, member=member, shared=shared)
    if not verify_equality(statement, proof):
        raise blame(kind, "complaint does not verify", member=member)
    shares = _decrypt(
        dealt, bound, dealer=dealer, member=member, revealed=revealed, shared=shared
    )
    if shares is None:
        return blame(kind, "dealt a wrong share", member=dealer)
    return blame(kind, "complained about a right share", member=member)


def _decrypt(
    dealt: Dealt,
    bound: BoundAttempt[Point],
    *,
    dealer: int,
    member: int,
    revealed: Revealed[Point],
    shared: G1Point,
) -> tuple[Scalar, ...] | None:
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


def _state(
    dealt: Dealt,
    bound: BoundAttempt[Point],
    *,
    dealer: int,
    member: int,
    shared: G1Point,
) -> EqualityStatement:
    key = bound.encryption_keys[member - 1]
    fields: tuple[Field, ...] = (
        hash_word(bound.cer),
        uint_word(dealer),
        uint_word(member),
        point_words(key, dealt.ephemeral, shared),
    )
    return EqualityStatement(
        base=dealt.ephemeral,
        points=(key,),
        images=(shared,),
        weights=(Scalar(1),),
        digest=hash_fields(Tag.COMPLAIN, *fields),
        challenge_tag=Tag.COMPLAIN_CHALLENGE,
        merge_tag=Tag.COMPLAIN_WEIGHT,
    )
