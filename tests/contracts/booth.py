"""Open polls as a cheating voter sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from election.client.open_election import ContestBox
from election.crypto.blind_credential import combine_credential
from election.crypto.group import G1Point
from election.crypto.proofs.unit_vector import UnitVectorCommitments, UnitVectorMasks
from election.crypto.scalar import Scalar
from election.protocol.context import Box
from election.protocol.issuance import Credential
from rehearsal.voting import encrypt_ballot
from tests.contracts.records import forge_ballot, sign_record
from tests.contracts.rehearsal import LARGE, Rehearsal, polls_opened

Shift = Callable[[UnitVectorCommitments], UnitVectorCommitments]


@dataclass(frozen=True, slots=True)
class Booth:
    """One contest's polls; the cheating voter has a good credential."""

    polls: Rehearsal
    contest: ContestBox

    @property
    def box(self) -> Box:
        """Give what ballots are checked against."""
        return self.contest.box

    @property
    def credentials(self) -> tuple[Credential, ...]:
        """List all voters' credentials, increasing."""
        voters = self.polls.of_contest(self.box.contest)
        return tuple(each.credential for each in voters)

    @property
    def credential(self) -> Credential:
        """Give the cheating voter's credential."""
        return self.credentials[0]

    def make(self, place: int = 0) -> bytes:
        """Make the honest ballot of the voter with the credential at this place."""
        voter = self.polls.of_contest(self.box.contest)[place]
        return encrypt_ballot(voter, self.contest, choice=2)

    def sign(self, raw: bytes) -> bytes:
        """Sign any record as the cheating voter."""
        return sign_record(raw, self.box.ctx, self.credential.ballot_key)

    def forge(
        self,
        messages: Sequence[int],
        credential: Credential | None = None,
        *,
        masks: UnitVectorMasks | None = None,
        shift: Shift = replace,
    ) -> bytes:
        """Make a dishonest ballot, the cheating voter's unless told."""
        voter = credential or self.credential
        return forge_ballot(self.box, voter, messages, masks=masks, shift=shift)

    def refusal(self, *raws: bytes) -> str | None:
        """Tell why these ballots may not be cast in one call."""
        return self.polls.refusal(self.contest.handle.cast(raws))

    def issue_unseen(self, point: G1Point, *, issuers: int) -> G1Point:
        """Let issuers who collude sign what was never announced."""
        slot = self.polls.opened.contests[self.box.contest].position - 1
        some = self.polls.shares.issuers[:issuers]
        shares = {each.member: point * each.secrets[slot] for each in some}
        return combine_credential(shares, Scalar(1))


@contextmanager
def open_booth(contest: int = LARGE) -> Iterator[Booth]:
    """Open the polls of a contest, and undo at the end what was done."""
    with polls_opened().unwound() as polls:
        yield Booth(polls, polls.register.boxes[contest])
