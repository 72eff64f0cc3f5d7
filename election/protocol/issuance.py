"""From a leaf of the voter list to a credential that nobody can link to it.

docs/protocol.md §6. The voter's device asks, any t issuers answer, the device
combines. Everything the device needs comes from the recovery secret, so any device
can go on until the ballot is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from election.crypto.blind_credential import (
    CredentialClaim,
    RecoverySecret,
    blind_credential,
    combine_credential,
    derive_ballot_key,
    derive_blinding,
    hash_credential,
    issue_share,
    verify_credential,
    verify_share,
)
from election.crypto.group import G1Point, G2Point, decode_g1, encode_g1
from election.crypto.scalar import Scalar
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Address, Hash
from election.errors import CredentialError, EncodingError, FaultyIssuerError
from election.protocol.context import Box


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """What the voter's device asks for, with what it keeps to itself.

    blinded: M', public. The rest would link the ballot to the voter.
    """

    blinded: G1Point
    ballot_key: SigningKey = field(repr=False)
    blinding: Scalar = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credential:
    """The right to cast one ballot: a one-time key and the issuers' word for it."""

    ballot_key: SigningKey = field(repr=False)
    sigma: G1Point

    @property
    def address(self) -> Address:
        """Give the address of the ballot key."""
        return derive_address(self.ballot_key)


def prepare_request(
    secret: RecoverySecret, *, ctx: Hash, leaf: Hash
) -> CredentialRequest:
    """Derive the request of a leaf in a contest; the same secret gives the same."""
    key = derive_ballot_key(secret, ctx=ctx, leaf=leaf)
    blinding = derive_blinding(secret, ctx=ctx, leaf=leaf)
    point = hash_credential(ctx, derive_address(key))
    return CredentialRequest(blind_credential(point, blinding), key, blinding)


def serve_share(blinded: bytes, key_share: Scalar) -> bytes:
    """Answer a final `Issued` event as an issuer.

    Raises EncodingError, before the key is touched, if M' is outside the subgroup.
    """
    return encode_g1(issue_share(decode_g1(blinded), key_share))


def accept_share(raw: bytes, *, issuer: int, blinded: G1Point, key: G2Point) -> G1Point:
    """Accept the answer of one issuer, whose key is PK_i.

    Raises FaultyIssuerError.
    """
    try:
        share = decode_g1(raw)
    except EncodingError as error:
        raise FaultyIssuerError(str(error), issuer=issuer) from error
    if not verify_share(share, blinded, key=key):
        raise FaultyIssuerError("share made with another key", issuer=issuer)
    return share


def accept_credential(
    shares: Mapping[int, G1Point], request: CredentialRequest, box: Box
) -> Credential:
    """Combine the accepted shares of t issuers, by index, into the credential.

    Raises CredentialError if it does not hold under the box's key.
    """
    sigma = combine_credential(shares, request.blinding)
    credential = Credential(request.ballot_key, sigma)
    claim = CredentialClaim(credential.address, sigma)
    if not verify_credential(claim, ctx=box.ctx, key=box.credential_key):
        raise CredentialError("credential", "does not hold under the issuers' key")
    return credential
