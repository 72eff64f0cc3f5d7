"""Strict ECDSA over secp256k1 on a hash: the only keeper of coincurve.

docs/protocol.md §1: v is 27 or 28, 0 < r < n, 0 < s <= n/2. No Ethereum prefix: the
hash itself is signed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import coincurve

from election.crypto.transcript import Address, Hash, hash_bytes
from election.errors import EncodingError, SignatureError

SECP256K1_ORDER: Final = (
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
)
_FIRST_V: Final = 27
SIGNATURE_BYTES: Final = 96


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secp256k1 secret in [1, n)."""

    secret: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """An ECDSA signature with the recovery number v of Ethereum."""

    v: int
    r: int
    s: int


def derive_address(key: SigningKey) -> Address:
    """Derive the Ethereum address of a key."""
    public = coincurve.PrivateKey.from_int(key.secret).public_key
    return _address(public)


def sign_hash(digest: Hash, key: SigningKey) -> Signature:
    """Sign a hash deterministically (RFC 6979), with the low s."""
    secret = coincurve.PrivateKey.from_int(key.secret)
    raw = secret.sign_recoverable(digest, hasher=None)
    return Signature(
        v=_FIRST_V + raw[64],
        r=int.from_bytes(raw[:32], "big"),
        s=int.from_bytes(raw[32:64], "big"),
    )


def recover_signer(digest: Hash, signature: Signature) -> Address:
    """Recover the address that signed a hash.

    Raises SignatureError outside the strict form, so that nobody can turn one
    signature into another, and when no key can have made it.
    """
    v, r, s = signature.v, signature.r, signature.s
    if v not in (_FIRST_V, _FIRST_V + 1):
        raise SignatureError("signature", "v is neither 27 nor 28")
    if not 0 < r < SECP256K1_ORDER:
        raise SignatureError("signature", "r is out of range")
    if not 0 < s <= SECP256K1_ORDER // 2:
        raise SignatureError("signature", "s is zero or high")
    raw = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([v - _FIRST_V])
    try:
        public = coincurve.PublicKey.from_signature_and_message(
            raw, digest, hasher=None
        )
        return _address(public)
    except ValueError as error:
        raise SignatureError("signature", "no key made it") from error


def _address(public: coincurve.PublicKey) -> Address:
    return Address(hash_bytes(public.format(compressed=False)[1:])[12:])


def encode_signature(signature: Signature) -> bytes:
    """Encode as three words v, r, s."""
    words = (signature.v, signature.r, signature.s)
    return b"".join(word.to_bytes(32, "big") for word in words)


def decode_signature(raw: bytes) -> Signature:
    """Decode three words v, r, s, whose ranges recover_signer checks.

    Raises EncodingError for another length.
    """
    if len(raw) != SIGNATURE_BYTES:
        fact = f"{len(raw)} bytes instead of {SIGNATURE_BYTES}"
        raise EncodingError("signature", fact)
    v, r, s = (int.from_bytes(raw[at : at + 32], "big") for at in (0, 32, 64))
    return Signature(v, r, s)
