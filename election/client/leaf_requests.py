"""What a voter asks for his leaf, and the act that the attested request becomes.

docs/protocol.md §6. Nothing here is secret: whoever holds both attestations sends it.
"""

from __future__ import annotations

from dataclasses import dataclass

from election.client.contracts.voter_list import NO_SIGNATURE, VoterList
from election.client.wire import Act
from election.crypto.group import G1Point, encode_g1
from election.crypto.signature import Signature, SigningKey, sign_hash
from election.crypto.transcript import Address, Hash
from election.protocol.attestation import (
    NO_LOCK,
    Action,
    Attestation,
    Request,
    derive_lock_hash,
    request_issuance,
    request_registration,
    request_withdrawal,
)
from election.protocol.voter_list import LeafClaim, derive_leaf


@dataclass(frozen=True, slots=True)
class Place:
    """A leaf of a contest, at one value of its transition counter."""

    election_id: Hash
    ctx: Hash
    claim: LeafClaim
    nonce: int

    @property
    def leaf(self) -> Hash:
        """Give the leaf's hash."""
        claim = self.claim
        return derive_leaf(
            self.election_id, claim.contest, index=claim.index, voter=claim.voter
        )


@dataclass(frozen=True, slots=True)
class LeafRequest:
    """A request with all that the contract is shown for it, but the attestations.

    lock: of a registration. blinded: M' of a request for a credential.
    """

    claim: LeafClaim
    request: Request
    lock: Address = NO_LOCK
    blinded: bytes = b""
    lock_signature: Signature = NO_SIGNATURE


def ask_to_register(place: Place, *, lock: Address = NO_LOCK) -> LeafRequest:
    """Ask to vote online; what follows then needs the lock's signature, if any."""
    request = request_registration(place.ctx, place.leaf, nonce=place.nonce, lock=lock)
    return LeafRequest(place.claim, request, lock=lock)


def ask_to_withdraw(place: Place, *, lock_key: SigningKey | None = None) -> LeafRequest:
    """Ask not to vote online; lock_key: of the leaf's lock, if it has one."""
    request = request_withdrawal(place.ctx, place.leaf, nonce=place.nonce)
    signature = _sign(request, lock_key)
    return LeafRequest(place.claim, request, lock_signature=signature)


def ask_for_credential(
    place: Place, blinded: G1Point, *, lock_key: SigningKey | None = None
) -> LeafRequest:
    """Ask for a credential on M'; lock_key: of the leaf's lock, if it has one."""
    request = request_issuance(
        place.ctx, place.leaf, nonce=place.nonce, blinded=blinded
    )
    signature = _sign(request, lock_key)
    point = encode_g1(blinded)
    return LeafRequest(place.claim, request, blinded=point, lock_signature=signature)


def _sign(request: Request, lock_key: SigningKey | None) -> Signature:
    if lock_key is None:
        return NO_SIGNATURE
    return sign_hash(derive_lock_hash(request), lock_key)


def prepare_act(
    voter_list: VoterList,
    asked: LeafRequest,
    *,
    portal: Attestation,
    sms: Attestation,
) -> Act:
    """Prepare the act of an attested request."""
    if asked.request.action is Action.REGISTER:
        return voter_list.register(asked.claim, asked.lock, portal=portal, sms=sms)
    if asked.request.action is Action.WITHDRAW:
        return voter_list.withdraw(
            asked.claim, asked.lock_signature, portal=portal, sms=sms
        )
    return voter_list.request_credential(
        asked.claim,
        asked.blinded,
        lock_signature=asked.lock_signature,
        portal=portal,
        sms=sms,
    )
