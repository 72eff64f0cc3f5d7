"""Two organisations say, each for itself, that this person asks for this act.

docs/protocol.md §6. Role 1 is the portal, role 2 the SMS gateway. The nonce is the
leaf's transition counter, so nothing can be replayed.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from election.crypto.group import G1Point, encode_g1
from election.crypto.signature import Signature, SigningKey, recover_signer, sign_hash
from election.crypto.transcript import (
    ZERO_HASH,
    Address,
    Hash,
    Tag,
    address_word,
    hash_bytes,
    hash_fields,
    hash_word,
    uint_word,
)
from election.errors import AttestationError
from election.protocol.text import spell_time

LIFETIME: Final = 900
"""Seconds that an attestation may be valid for."""

LAST_REQUESTS: Final = LIFETIME
"""Seconds before issuing ends from which no request is begun.

What is attested for it would outlive issuing.
"""

SKEW: Final = 60
"""Seconds by which an attester's clock may differ from a chain's, protocol.md §6."""

ATTESTED: Final = LIFETIME - SKEW
"""Seconds that a statement lives, by the clock of who signs it.

Others refuse one that lives longer than LIFETIME by their clock, which may be behind.
"""

_FINGERPRINT_DIGITS: Final = 20  # in hexadecimal

NO_LOCK: Final = Address(bytes(20))


class Role(IntEnum):
    """Who attests."""

    PORTAL = 1
    SMS_GATEWAY = 2


class Action(IntEnum):
    """What is attested."""

    REGISTER = 1
    WITHDRAW = 2
    ISSUE = 3


@dataclass(frozen=True, slots=True)
class Request:
    """One act on one leaf, at one value of its transition counter."""

    ctx: Hash
    action: Action
    leaf: Hash
    nonce: int
    subject: Hash  # h_req


@dataclass(frozen=True, slots=True)
class Attestation:
    """A signed statement, valid until expiry (Unix seconds, inclusive)."""

    expiry: int
    signature: Signature


def request_registration(
    ctx: Hash, leaf: Hash, *, nonce: int, lock: Address
) -> Request:
    """Ask to vote online; lock is AK, the voter's own key, or NO_LOCK."""
    return Request(ctx, Action.REGISTER, leaf, nonce, Hash(address_word(lock)))


def request_withdrawal(ctx: Hash, leaf: Hash, *, nonce: int) -> Request:
    """Ask not to vote online after all."""
    return Request(ctx, Action.WITHDRAW, leaf, nonce, ZERO_HASH)


def request_issuance(ctx: Hash, leaf: Hash, *, nonce: int, blinded: G1Point) -> Request:
    """Ask for a credential on M'."""
    subject = hash_bytes(encode_g1(blinded))
    return Request(ctx, Action.ISSUE, leaf, nonce, subject)


def derive_attestation_hash(request: Request, *, role: Role, expiry: int) -> Hash:
    """Derive att, which the portal or the SMS gateway signs."""
    return hash_fields(
        Tag.ATTESTATION,
        hash_word(request.ctx),
        uint_word(role),
        uint_word(request.action),
        hash_word(request.leaf),
        uint_word(request.nonce),
        hash_word(request.subject),
        uint_word(expiry),
    )


def attest(
    request: Request, key: SigningKey, *, role: Role, expiry: int
) -> Attestation:
    """Sign a statement as the portal or the SMS gateway."""
    digest = derive_attestation_hash(request, role=role, expiry=expiry)
    return Attestation(expiry, sign_hash(digest, key))


def accept_attestation(
    attestation: Attestation,
    request: Request,
    *,
    role: Role,
    signer: Address,
    now: int,
) -> Attestation:
    """Accept a statement of this organisation about this request, at this time.

    now: Unix seconds. Raises AttestationError, or SignatureError for a signature
    outside the strict form.
    """
    subject = role.name.lower()
    if attestation.expiry < now:
        raise AttestationError(subject, f"expired at {spell_time(attestation.expiry)}")
    if attestation.expiry > now + LIFETIME:
        fact = f"valid for more than {LIFETIME} s from now"
        raise AttestationError(subject, fact)
    digest = derive_attestation_hash(request, role=role, expiry=attestation.expiry)
    if recover_signer(digest, attestation.signature) != signer:
        raise AttestationError(subject, "signed by another key or about another act")
    return attestation


def spell_fingerprint(request: Request) -> str:
    """Spell 80 bits of what the lock signs, in groups, for people to compare.

    Fewer bits could be met on purpose by somebody who has a moment to try.
    """
    digits = derive_lock_hash(request).hex()[:_FINGERPRINT_DIGITS]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def derive_lock_hash(request: Request) -> Hash:
    """Derive what the voter's own key AK signs to withdraw or to issue."""
    return hash_fields(
        Tag.LOCK,
        hash_word(request.ctx),
        uint_word(request.action),
        hash_word(request.leaf),
        uint_word(request.nonce),
        hash_word(request.subject),
    )
