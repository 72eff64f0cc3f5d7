"""Threshold blind BLS: the right to cast one ballot, linked to nobody.

docs/protocol.md §6, after Boldyreva 2003. Any t issuers sign a blinded point; the
voter's device removes the blinding. Whatever the issuers keep, every credential fits
every request equally well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

from election.crypto.group import (
    G2,
    G1Point,
    G2Point,
    hash_to_curve,
    msm,
    pairing_check,
)
from election.crypto.scalar import ORDER, Scalar, invert_scalar
from election.crypto.sharing import combine_shares
from election.crypto.signature import SECP256K1_ORDER, SigningKey
from election.crypto.transcript import (
    Address,
    Hash,
    Tag,
    address_word,
    hash_fields,
    hash_word,
    point_words,
    tag_word,
    uint_word,
    weight,
)
from election.errors import EncodingError

_DST: Final = b"VECHE1-CRED-BLS12381G1_XMD:SHA-256_SSWU_RO_"
RECOVERY_SECRET_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class RecoverySecret:
    """128 random bits that the voter can print, to go on from any device."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse another length; raises EncodingError without showing the secret."""
        if len(self.secret) != RECOVERY_SECRET_BYTES:
            raise EncodingError("recovery secret", "not 16 bytes")


@dataclass(frozen=True, slots=True)
class CredentialClaim:
    """A credential sigma on the address of a ballot key, not yet believed."""

    credential: Address
    sigma: G1Point


def derive_ballot_key(secret: RecoverySecret, *, ctx: Hash, leaf: Hash) -> SigningKey:
    """Derive bk, the one-time key that signs the ballot."""
    return _make_key(_derive_wide(secret, Tag.BALLOT_KEY, ctx, leaf))


def derive_lock_key(secret: RecoverySecret, *, election_id: Hash) -> SigningKey:
    """Derive the key whose address AK locks the voter's leaf in one election."""
    return _make_key(_derive_wide(secret, Tag.LOCK, election_id))


def derive_blinding(secret: RecoverySecret, *, ctx: Hash, leaf: Hash) -> Scalar:
    """Derive rho, the blinding factor, never zero."""
    wide = _derive_wide(secret, Tag.BLINDING, ctx, leaf)
    return Scalar(wide % (ORDER - 1) + 1)


def _make_key(wide: int) -> SigningKey:
    return SigningKey(wide % (SECP256K1_ORDER - 1) + 1)


def _derive_wide(secret: RecoverySecret, tag: Tag, *hashes: Hash) -> int:
    info = tag_word(tag) + b"".join(map(hash_word, hashes))
    wide = HKDF(secret.secret, 64, b"", SHA256, num_keys=1, context=info)
    return int.from_bytes(
        cast("bytes", wide), "big"
    )  # a tuple if num_keys were above 1


def hash_credential(ctx: Hash, credential: Address) -> G1Point:
    """Hash a credential to the point P that issuers sign unseen."""
    fields = hash_word(ctx), address_word(credential)
    return hash_to_curve(hash_fields(Tag.CREDENTIAL, *fields), dst=_DST)


def blind_credential(point: G1Point, blinding: Scalar) -> G1Point:
    """Blind P into the request M' = rho P."""
    return point * blinding


def issue_share(blinded: G1Point, key_share: Scalar) -> G1Point:
    """Sign a request with one issuer's share: S_i = s_i M'."""
    return blinded * key_share


def verify_share(share: G1Point, blinded: G1Point, *, key: G2Point) -> bool:
    """Check e(S_i, G2) = e(M', PK_i)."""
    return pairing_check([(share, -G2), (blinded, key)])


def combine_credential(shares: Mapping[int, G1Point], blinding: Scalar) -> G1Point:
    """Combine the shares of t issuers, by index, and remove the blinding."""
    return combine_shares(shares) * invert_scalar(blinding)


def verify_credential(claim: CredentialClaim, *, ctx: Hash, key: G2Point) -> bool:
    """Check e(sigma, G2) = e(P, PK), and that sigma is not infinity."""
    point = hash_credential(ctx, claim.credential)
    return not claim.sigma.is_infinity and pairing_check(
        [(claim.sigma, -G2), (point, key)]
    )


def verify_credential_batch(
    claims: Sequence[CredentialClaim], *, ctx: Hash, key: G2Point, batch_seed: Hash
) -> bool:
    """Check the credentials of a batch of ballots by one pairing equation.

    batch_seed: the seed of docs/protocol.md §3. The weights hash every sigma: with
    weights fixed before, n wrong credentials can add up to n times a right one.
    """
    if not claims:
        return True
    weights = derive_credential_weights(claims, batch_seed)
    points = [hash_credential(ctx, claim.credential) for claim in claims]
    sigmas = [claim.sigma for claim in claims]
    return not any(sigma.is_infinity for sigma in sigmas) and pairing_check(
        [(msm(sigmas, weights), -G2), (msm(points, weights), key)]
    )


def derive_credential_weights(
    claims: Sequence[CredentialClaim], batch_seed: Hash
) -> list[Scalar]:
    """Derive e_i from the seed of the ballots and all the credentials."""
    sigmas = point_words(*(claim.sigma for claim in claims))
    seed = hash_fields(Tag.CREDENTIAL_BATCH, hash_word(batch_seed), sigmas)
    return [
        weight(hash_fields(Tag.CREDENTIAL_WEIGHT, hash_word(seed), uint_word(index)))
        for index in range(len(claims))
    ]
