"""Who takes part in the audited election: every key is a hash of its role."""

from __future__ import annotations

from election.client.ceremony_member import Member
from election.crypto.blind_credential import RecoverySecret
from election.crypto.randomness import SecretSource
from election.crypto.signature import (
    SECP256K1_ORDER,
    Signature,
    SigningKey,
    derive_address,
    sign_hash,
)
from election.crypto.transcript import Address, Hash, hash_bytes


def key_of(role: str) -> SigningKey:
    """Make the key of a role."""
    digest = hash_bytes(f"veche audit test {role}".encode())
    return SigningKey(int.from_bytes(digest, "big") % (SECP256K1_ORDER - 1) + 1)


def account_of(role: str) -> Address:
    """Give the account of a role."""
    return derive_address(key_of(role))


def member_of(role: str) -> Member:
    """Make a trustee or issuer with its source of secrets."""
    half = hash_bytes(f"secrets of {role}".encode())
    return Member(key_of(role), SecretSource(half + half, b""))


def recovery_of(voter: str) -> RecoverySecret:
    """Make what a voter could print."""
    return RecoverySecret(hash_bytes(f"recovery of {voter}".encode())[:16])


def source_of(voter: str, occasion: str = "ballot") -> SecretSource:
    """Make the randomness of a voter's ballot."""
    half = hash_bytes(f"{occasion} of {voter}".encode())
    return SecretSource(half + half, b"")


OBSERVERS = tuple(sorted((f"observer {i}" for i in (1, 2, 3)), key=account_of))


def sign_together(
    digest: Hash, observers: int = 2
) -> tuple[Signature, tuple[Signature, ...]]:
    """Sign as the commission and as so many observers, in order of address."""
    signed = tuple(sign_hash(digest, key_of(role)) for role in OBSERVERS[:observers])
    return sign_hash(digest, key_of("commission")), signed
