"""A voter's device in one contest: the recovery secret, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from election.crypto.blind_credential import RecoverySecret, derive_lock_key
from election.crypto.group import encode_g1
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Address, Hash
from election.errors import BallotError
from election.protocol.attestation import Request, request_issuance
from election.protocol.ballot import Ballot, accept_ballot
from election.protocol.issuance import CredentialRequest, prepare_request
from election.protocol.terms import ElectionTerms, PublishedContest


@dataclass(frozen=True)
class Device:
    """What a device knows; the secret is all that has to be kept."""

    terms: ElectionTerms
    contest: int
    leaf: Hash
    secret: RecoverySecret = field(repr=False)

    @property
    def published(self) -> PublishedContest:
        """Give the contest as the terms have it."""
        return self.terms.contest(self.contest)

    @property
    def ctx(self) -> Hash:
        """Give the context that all is bound to."""
        return self.published.box.ctx

    @cached_property
    def request(self) -> CredentialRequest:
        """Derive bk, rho and M'."""
        return prepare_request(self.secret, ctx=self.ctx, leaf=self.leaf)

    @property
    def blinded(self) -> bytes:
        """Give M', 128 bytes."""
        return encode_g1(self.request.blinded)

    @property
    def credential(self) -> Address:
        """Give the account of bk, by which a box knows the ballot."""
        return derive_address(self.request.ballot_key)

    @property
    def lock_key(self) -> SigningKey:
        """Derive AK's key of this election."""
        election_id = self.terms.common.election_id
        return derive_lock_key(self.secret, election_id=election_id)

    def accept(self, record: bytes) -> Ballot:
        """Accept a ballot of the own credential; raises BallotError."""
        ballot = accept_ballot(record, self.published.box)
        if ballot.record.credential != self.credential:
            raise BallotError("credential", "is another voter's")
        return ballot

    def ask(self, nonce: int) -> Request:
        """Describe the request for a credential, at a value of the leaf's counter."""
        blinded = self.request.blinded
        return request_issuance(self.ctx, self.leaf, nonce=nonce, blinded=blinded)
