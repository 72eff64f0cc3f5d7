"""Frozen sums, and what trustees and authorities would send about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from election.client.tallying import recompute_tally
from election.client.wire import Act, Receipt
from election.crypto.signature import Signature, SigningKey, derive_address, sign_hash
from election.crypto.transcript import Hash
from election.protocol.abi import ContractName, decode_event
from election.protocol.decryption import Result, ShareMessage, make_share
from election.protocol.events import ShareAccepted
from election.protocol.tally import EncryptedTally, derive_override_hash
from rehearsal.roles import Roles, draw_source
from tests.contracts.rehearsal import LARGE, Rehearsal, sums_frozen


@dataclass(frozen=True, slots=True)
class Authorization:
    """Signatures of the commission and of observers, by increasing address."""

    commission: Signature
    observers: tuple[Signature, ...]


def authorize(digest: Hash, roles: Roles, *, quorum: int = 2) -> Authorization:
    """Have commission and some observers sign."""
    some = sorted(roles.observers, key=derive_address)[:quorum]
    return Authorization(
        sign_hash(digest, roles.commission),
        tuple(sign_hash(digest, each) for each in some),
    )


@dataclass(frozen=True, slots=True)
class Sums:
    """One contest after the polls; acts are honest unless told."""

    rehearsal: Rehearsal
    contest: int

    def of(self, contest: int) -> Sums:
        """Turn to another contest."""
        return Sums(self.rehearsal, contest)

    @property
    def tally(self) -> EncryptedTally:
        """Recompute the encrypted sum."""
        box = self.rehearsal.register.boxes[self.contest]
        return recompute_tally(self.rehearsal.opened, box).tally

    def account(self, trustee: int) -> SigningKey:
        """Give a trustee's account."""
        return self.rehearsal.roles.trustees[trustee - 1].key

    # Shares

    def share(self, trustee: int = 1) -> ShareMessage:
        """Make a trustee's share."""
        key_share = self.rehearsal.shares.trustees[trustee - 1]
        return make_share(self.tally, key_share, source=draw_source())

    def submit(self, message: ShareMessage, trustee: int = 1) -> Act:
        """Act: give a share."""
        return self.rehearsal.opened.tally.submit_share(
            self.contest, trustee, share=message
        )

    def accepts(self, message: ShareMessage, trustee: int = 1) -> bool:
        """Send a share; tell whether the contract announces to have taken it."""
        receipt = self.send(self.submit(message, trustee), self.account(trustee))
        (log,) = receipt.logs
        return isinstance(decode_event(log, ContractName.TALLY), ShareAccepted)

    def stored(self, trustee: int = 1) -> bytes:
        """Read a trustee's share from the contract."""
        tally = self.rehearsal.opened.tally
        return tally.shares(self.contest, trustees=5)[trustee - 1]

    def give_shares(self, trustees: Sequence[int]) -> None:
        """Let these trustees give their shares."""
        for trustee in trustees:
            self.send(self.submit(self.share(trustee), trustee), self.account(trustee))

    # Counts and authorities

    def finalize(self, trustees: Sequence[int], counts: Sequence[int]) -> Act:
        """Act: publish counts."""
        result = Result(tuple(trustees), tuple(counts))
        return self.rehearsal.opened.tally.finalize(self.contest, result)

    def authorize(self, *, quorum: int = 2) -> Authorization:
        """Sign that the contest may be opened."""
        digest = derive_override_hash(self.tally)
        return authorize(digest, self.rehearsal.roles, quorum=quorum)

    def override(self, given: Authorization | None = None) -> Act:
        """Act: open a withheld contest."""
        signed = given or self.authorize()
        return self.rehearsal.opened.tally.override(
            self.contest, commission=signed.commission, observers=signed.observers
        )

    # The chain

    def refusal(self, act: Act, sender: SigningKey | None = None) -> str | None:
        """Tell why an act is refused."""
        return self.rehearsal.refusal(act, sender)

    def send(self, act: Act, sender: SigningKey | None = None) -> Receipt:
        """Send an act that succeeds."""
        return self.rehearsal.send(act, sender)


@contextmanager
def open_sums(contest: int = LARGE) -> Iterator[Sums]:
    """Turn to the frozen sum of a contest, and undo at the end what was done."""
    with sums_frozen().unwound() as rehearsal:
        yield Sums(rehearsal, contest)
