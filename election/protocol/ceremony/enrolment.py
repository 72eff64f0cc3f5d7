"""Step 1: a member shows a fresh encryption key and proves that it knows the secret.

docs/protocol.md §4.1.
"""

from __future__ import annotations

from dataclasses import dataclass

from election.crypto.group import G, G1Point, Point, decode_g1, encode_g1
from election.crypto.proofs.knowledge import (
    KnowledgeProof,
    KnowledgeStatement,
    prove_knowledge,
    verify_knowledge,
)
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar, accept_scalar
from election.crypto.transcript import (
    Hash,
    Tag,
    address_word,
    hash_fields,
    point_words,
)
from election.errors import EncodingError
from election.protocol.ceremony.attempt import Attempt, blame


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What `enroll` takes: E, T, s."""

    key: bytes
    t: bytes
    s: int


def derive_encryption_secret(
    attempt: Attempt[Point], member: int, *, source: SecretSource
) -> Scalar:
    """Derive e_m, the member's secret of this attempt."""
    account = attempt.members[member - 1]
    context = hash_fields(Tag.SECRET, *attempt.words(), address_word(account))
    return source.derive_scalar(context, 0)


def enroll(attempt: Attempt[Point], member: int, *, source: SecretSource) -> Enrolment:
    """Make the member's enrolment; the source serves this attempt only."""
    secret = derive_encryption_secret(attempt, member, source=source)
    statement = _state(attempt, member, key=G * secret)
    nonce = source.derive_scalar(statement.digest, 0)
    proof = prove_knowledge(statement, (secret,), nonce=nonce)
    return Enrolment(encode_g1(G * secret), encode_g1(proof.commitment), proof.response)


def accept_enrolment(
    message: Enrolment, attempt: Attempt[Point], *, member: int
) -> G1Point:
    """Accept a member's encryption key E_m; raises FaultyTrusteeError and its like."""
    kind = attempt.group.kind
    try:
        key = decode_g1(message.key)
        commitment = decode_g1(message.t, allow_infinity=True)
        proof = KnowledgeProof(commitment, accept_scalar(message.s))
    except EncodingError as error:
        raise blame(kind, str(error), member=member) from error
    if not verify_knowledge(_state(attempt, member, key=key), proof):
        raise blame(kind, "enrolment does not verify", member=member)
    return key


def _state(
    attempt: Attempt[Point], member: int, *, key: G1Point
) -> KnowledgeStatement[G1Point]:
    account = attempt.members[member - 1]
    digest: Hash = hash_fields(
        Tag.ENROLL, *attempt.words(), address_word(account), point_words(key)
    )
    return KnowledgeStatement(G, (key,), (Scalar(1),), digest, Tag.ENROLL_CHALLENGE)
