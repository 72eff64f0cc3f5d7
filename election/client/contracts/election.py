"""The handle of the Election contract: rules, contests, clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from election.client.contract import Contract
from election.client.rpc import UPCOMING
from election.client.wire import Act
from election.crypto.signature import Signature
from election.crypto.transcript import Address, Hash
from election.protocol.manifest import Contest, Times
from election.protocol.phases import Phase


@dataclass(frozen=True, slots=True)
class Election:
    """An Election contract."""

    contract: Contract

    def election_id(self) -> Hash:
        """Read the election's id."""
        return Hash(self.contract.read("election_id"))

    def test(self) -> bool:
        """Tell whether it is a rehearsal."""
        return bool(self.contract.read("test"))

    def phase(self) -> Phase:
        """Read the phase that a transaction sent now would meet."""
        return self.contract.read_state("phase", into=Phase, block=UPCOMING)

    def times(self) -> Times:
        """Read the seven times fixed at deployment."""
        return Times(*self.contract.read("times"))

    def closings(self) -> tuple[int, int]:
        """Read when issuing and casting end, with extensions."""
        issue, cast_ = self.contract.read_outputs("closings", [()])[0]
        return issue, cast_

    def extension_counter(self) -> int:
        """Count the extensions so far."""
        return int(self.contract.read("extension_counter"))

    def contest_ids(self) -> tuple[int, ...]:
        """List the contests, in the manifest's order."""
        return tuple(self.contract.read("contest_ids"))

    def boxes(self, contests: Sequence[int]) -> list[Address]:
        """Read the boxes of contests, zero where there is none yet."""
        return self.contract.read_each("box", [(contest,) for contest in contests])

    def list_contest(self, contest: Contest) -> Act:
        """Put the texts of a contest on the record."""
        texts = contest.title, contest.candidates, contest.all_particulars
        return self.contract.act("list_contest", contest.id, *texts)

    def commission(self) -> Address:
        """Read the commission's account."""
        return Address(self.contract.read("commission"))

    def observers(self) -> tuple[Address, ...]:
        """List the observers whose quorum an extension or an override needs."""
        return tuple(self.contract.read("observers"))

    def create_box(self, contest: int) -> Act:
        """Make a contest's box, once both ceremonies are final."""
        return self.contract.act("create_box", contest)

    def extend(
        self, delta: int, *, commission: Signature, observers: Sequence[Signature]
    ) -> Act:
        """Shift both closings; observers by increasing address."""
        return self.contract.act("extend", delta, commission, observers)
