"""Step 5: a complaint opens what a dealer dealt, and shows who is at fault.

docs/protocol.md §4.5.
"""

from __future__ import annotations

from dataclasses import dataclass

from election.crypto.group import G1Point, Point, decode_g1, encode_g1
from election.crypto.proofs.equality import (
    EqualityProof,
    EqualityStatement,
    prove_equality,
    verify_equality,
)
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar, accept_scalar
from election.crypto.transcript import (
    Field,
    Tag,
    hash_fields,
    hash_word,
    point_words,
    uint_word,
)
from election.errors import ElectionError, EncodingError
from election.protocol.ceremony.attempt import BoundAttempt, blame
from election.protocol.ceremony.dealing import Dealt, decrypt_shares
from election.protocol.ceremony.enrolment import derive_encryption_secret
from election.protocol.ceremony.polynomials import Revealed


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a complaint adds to the dealer's own messages: Z, T1, T2, s."""

    dealer: int
    z: bytes
    t1: bytes
    t2: bytes
    s: int


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
    shares = decrypt_shares(
        dealt, bound, dealer=dealer, member=member, revealed=revealed, shared=shared
    )
    if shares is None:
        return blame(kind, "dealt a wrong share", member=dealer)
    return blame(kind, "complained about a right share", member=member)


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
