"""What the clock of an election may show, told without the contract.

docs/protocol.md §2: time moves, extensions shift both closings, frozen sums end it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from election.protocol.ceremony.attempt import Kind
from election.protocol.phases import Phase

LONGEST: Final = 7_200
CONTESTS: Final = (1, 2)


@dataclass(slots=True)
class PhasesModel:
    """An election without ballots. times: Unix seconds; keys: whose are final."""

    times: tuple[int, ...]
    keys: tuple[Kind, ...]
    deltas: list[int] = field(default_factory=list)
    boxes: set[int] = field(default_factory=set)
    frozen: set[int] = field(default_factory=set)

    def closings(self) -> tuple[int, int]:
        """Tell when issuing and casting end."""
        return self.times[5] + sum(self.deltas), self.times[6] + sum(self.deltas)

    def edges(self) -> tuple[int, ...]:
        """List the first seconds of KEYS to CLOSED."""
        return (*self.times[:5], *self.closings())

    def phase(self, now: int) -> Phase:
        """Tell the phase; a contest without ballots is final once it is frozen."""
        passed = Phase(sum(edge <= now for edge in self.edges()))
        if passed < Phase.CLOSED or not self.frozen:
            return passed
        return Phase.FINAL if len(self.frozen) == len(CONTESTS) else Phase.TALLY

    def extension_refusal(self, delta: int, fault: str | None, now: int) -> str | None:
        """Tell why an extension is refused; fault: what its signatures suffer from."""
        if now >= self.closings()[0]:
            return "election: too late to extend"
        if not 0 < delta <= LONGEST - sum(self.deltas):
            return "election: extension is zero or too long"
        return fault

    def box_refusal(self, contest: int, now: int) -> str | None:
        """Tell why a box is not made."""
        if contest not in CONTESTS:
            return "election: no such contest"
        if contest in self.boxes:
            return "election: box exists"
        if now >= self.times[2]:
            return "election: too late for a box"
        if Kind.TRUSTEES not in self.keys:
            return "election: trustees have no key yet"
        return (
            None if Kind.ISSUERS in self.keys else "election: issuers have no key yet"
        )

    def freeze_refusal(self, contest: int, now: int) -> str | None:
        """Tell why a sum is not frozen."""
        if self.phase(now) not in (Phase.CLOSED, Phase.TALLY):
            return "tally: polls are not closed"
        if contest in self.frozen:
            return "tally: contest is frozen"
        return None if contest in self.boxes else "tally: contest has no box"
