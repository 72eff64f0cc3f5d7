"""One voter's leaf of the list, and what voter, portal and SMS gateway would send."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from election.client.contracts.voter_list import NO_SIGNATURE
from election.client.wire import Act
from election.crypto.group import G, encode_g1
from election.crypto.scalar import Scalar
from election.crypto.signature import Signature, SigningKey, derive_address, sign_hash
from election.crypto.transcript import Address, Hash, hash_bytes
from election.protocol.attestation import (
    LIFETIME,
    NO_LOCK,
    Attestation,
    Request,
    Role,
    attest,
    derive_lock_hash,
    request_issuance,
    request_registration,
    request_withdrawal,
)
from election.protocol.voter_list import LeafClaim, claim_leaf
from tests.contracts.rehearsal import LARGE, Rehearsal, lists_published

LOCK: Final = SigningKey(0x10CC)
BLINDED: Final = encode_g1(G * Scalar(1234))
LEAF: Final = 5


@dataclass(frozen=True, slots=True)
class LeafDesk:
    """A leaf whose acts are all honest unless a test hands in something else."""

    rehearsal: Rehearsal
    contest: int = LARGE
    index: int = LEAF

    @property
    def claim(self) -> LeafClaim:
        """Give the leaf with its proof."""
        return claim_leaf(self.rehearsal.register.lists[self.contest], self.index)

    @property
    def leaf(self) -> Hash:
        """Give the leaf's hash."""
        lists = self.rehearsal.register.lists
        return lists[self.contest].tree.levels[0][self.index]

    @property
    def ctx(self) -> Hash:
        """Give the contest's context."""
        return self.rehearsal.register.boxes[self.contest].box.ctx

    @property
    def nonce(self) -> int:
        """Read the leaf's counter."""
        return self.rehearsal.opened.voter_list.nonces([self.leaf])[0]

    @property
    def expiry(self) -> int:
        """Give an expiry that holds for some minutes from now."""
        return self.rehearsal.opened.connection.read_clock() + LIFETIME // 2

    # What is attested

    def registration(self, lock: SigningKey | None = None) -> Request:
        """Ask to vote online."""
        return request_registration(
            self.ctx, self.leaf, nonce=self.nonce, lock=address_of(lock)
        )

    def withdrawal(self) -> Request:
        """Ask not to."""
        return request_withdrawal(self.ctx, self.leaf, nonce=self.nonce)

    def issuance(self, blinded: bytes = BLINDED) -> Request:
        """Ask for a credential on M', which may be no point."""
        request = request_issuance(self.ctx, self.leaf, nonce=self.nonce, blinded=G)
        return replace(request, subject=hash_bytes(blinded))

    def attest(
        self, request: Request, role: Role, *, expiry: int | None = None
    ) -> Attestation:
        """Attest as this role, with its own key."""
        roles = self.rehearsal.roles
        key = roles.portal if role is Role.PORTAL else roles.sms_gateway
        return attest(request, key, role=role, expiry=expiry or self.expiry)

    def _pair(
        self, request: Request, changes: dict[str, Attestation]
    ) -> dict[str, Attestation]:
        honest = {
            "portal": self.attest(request, Role.PORTAL),
            "sms": self.attest(request, Role.SMS_GATEWAY),
        }
        return honest | changes

    # Acts

    def register(
        self,
        *,
        lock: SigningKey | None = None,
        claim: LeafClaim | None = None,
        **attestations: Attestation,
    ) -> Act:
        """Act: NONE to ONLINE."""
        return self.rehearsal.opened.voter_list.register(
            claim or self.claim,
            address_of(lock),
            **self._pair(self.registration(lock), attestations),
        )

    def withdraw(
        self,
        *,
        signature: Signature = NO_SIGNATURE,
        claim: LeafClaim | None = None,
        **attestations: Attestation,
    ) -> Act:
        """Act: ONLINE back to NONE."""
        return self.rehearsal.opened.voter_list.withdraw(
            claim or self.claim,
            signature,
            **self._pair(self.withdrawal(), attestations),
        )

    def mark_paper(self, *, claim: LeafClaim | None = None) -> Act:
        """Act: NONE to PAPER."""
        return self.rehearsal.opened.voter_list.mark_paper(claim or self.claim)

    def request_credential(
        self,
        *,
        blinded: bytes = BLINDED,
        signature: Signature = NO_SIGNATURE,
        claim: LeafClaim | None = None,
        **attestations: Attestation,
    ) -> Act:
        """Act: ONLINE to ISSUED."""
        return self.rehearsal.opened.voter_list.request_credential(
            claim or self.claim,
            blinded,
            lock_signature=signature,
            **self._pair(self.issuance(blinded), attestations),
        )

    def sign_lock(self, request: Request, key: SigningKey = LOCK) -> Signature:
        """Sign an act as the leaf's lock."""
        return sign_hash(derive_lock_hash(request), key)

    # The chain

    def refusal(self, act: Act, sender: SigningKey | None = None) -> str | None:
        """Tell why an act is refused."""
        return self.rehearsal.refusal(act, sender)

    def send(self, act: Act, sender: SigningKey | None = None) -> None:
        """Send an act that succeeds."""
        self.rehearsal.send(act, sender)

    def enter(self, boundary: int, *, shift: int = 0) -> None:
        """Move to one of the seven times, or some seconds beside it."""
        self.rehearsal.travel(self.rehearsal.opened.rules.times[boundary] + shift)

    def enter_registration(self) -> LeafDesk:
        """Move into phase REGISTRATION."""
        self.enter(2)
        return self

    def enter_polls(self, *, lock: SigningKey | None = None) -> LeafDesk:
        """Register the leaf in time, and move into phase VOTING."""
        self.enter_registration().send(self.register(lock=lock))
        self.enter(4)
        return self


def address_of(lock: SigningKey | None) -> Address:
    """Give what a registration names as its lock."""
    return NO_LOCK if lock is None else derive_address(lock)


@contextmanager
def open_desk(contest: int = LARGE, index: int = LEAF) -> Iterator[LeafDesk]:
    """Open a leaf whose list has just been published, and undo at the end."""
    with lists_published().unwound() as rehearsal:
        yield LeafDesk(rehearsal, contest, index)
