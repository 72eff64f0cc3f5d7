"""What becomes of frozen sums, told without the contract.

docs/protocol.md §5: NONE, OPEN, WITHHELD, FINAL, and the shares that open a sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from election.protocol.phases import Phase
from election.protocol.tally import TallyState
from tests.contracts.rehearsal import (
    CAST,
    COUNTS,
    EMPTY,
    LARGE,
    LONELY,
    SLOTS,
    SMALL,
    THRESHOLD,
    TRUSTEES,
)
from tests.stateful.phases_model import LONGEST

CONTESTS: Final = (LARGE, SMALL, LONELY, EMPTY)
MINIMUM: Final = 2
NOT_STORED: Final = "the share is not stored"
"""What an act is that the contract takes, to say that it refuses the share."""


@dataclass(slots=True)
class Sum:
    """One contest's sum. right: its counts; shares: who gave theirs."""

    cast: int
    right: tuple[int, ...]
    state: TallyState = TallyState.NONE
    shares: set[int] = field(default_factory=set)

    @property
    def counts(self) -> tuple[int, ...]:
        """Give what is published."""
        return self.right if self.state is TallyState.FINAL else ()

    def freeze(self) -> None:
        """Decide by the number of ballots what may be opened."""
        self.state = TallyState.OPEN
        if self.cast < MINIMUM:
            self.state = TallyState.WITHHELD if self.cast else TallyState.FINAL


def _begin(contest: int) -> Sum:
    zero = (0,) * SLOTS[contest]
    right = {**COUNTS, LONELY: (0, 1)}.get(contest, zero)
    return Sum(CAST.get(contest, 0), right)


@dataclass(slots=True)
class TallyModel:
    """An election after its polls. times: the seven, Unix seconds."""

    times: Sequence[int]
    deltas: list[int] = field(default_factory=list)
    sums: dict[int, Sum] = field(
        default_factory=lambda: {each: _begin(each) for each in CONTESTS}
    )

    @property
    def frozen(self) -> int:
        """Count the frozen sums."""
        return sum(each.state is not TallyState.NONE for each in self.sums.values())

    @property
    def final(self) -> int:
        """Count the sums that are final or withheld."""
        ends = TallyState.FINAL, TallyState.WITHHELD
        return sum(each.state in ends for each in self.sums.values())

    def closings(self) -> tuple[int, int]:
        """Tell when issuing and casting end."""
        return self.times[5] + sum(self.deltas), self.times[6] + sum(self.deltas)

    def phase(self, now: int) -> Phase:
        """Tell the phase, from VOTING on."""
        issue, cast = self.closings()
        if now < cast:
            return Phase.VOTING if now < issue else Phase.GRACE
        if not self.frozen:
            return Phase.CLOSED
        return Phase.FINAL if self.final == len(self.sums) else Phase.TALLY

    def state(self, contest: int) -> TallyState:
        """Tell a contest's state, also of one that is none."""
        return self.sums[contest].state if contest in self.sums else TallyState.NONE

    def has(self, state: TallyState) -> bool:
        """Tell whether some contest is in a state."""
        return any(each.state is state for each in self.sums.values())

    # What happens

    def override(self, contest: int) -> None:
        """Open a withheld sum."""
        self.sums[contest].state = TallyState.OPEN

    def finalize(self, contest: int) -> None:
        """Publish a sum's counts."""
        self.sums[contest].state = TallyState.FINAL

    # What is refused

    def extension_refusal(self, delta: int, now: int) -> str | None:
        """Tell why the polls are not extended."""
        if now >= self.closings()[0]:
            return "election: too late to extend"
        if delta > LONGEST - sum(self.deltas):
            return "election: extension is zero or too long"
        return None

    def freeze_refusal(self, contest: int, now: int) -> str | None:
        """Tell why a sum is not frozen."""
        if self.phase(now) not in (Phase.CLOSED, Phase.TALLY):
            return "tally: polls are not closed"
        if self.state(contest) is not TallyState.NONE:
            return "tally: contest is frozen"
        return None if contest in self.sums else "tally: contest has no box"

    def override_refusal(self, contest: int, fault: str | None) -> str | None:
        """Tell why a sum is not opened; fault: what its signatures suffer from."""
        if self.state(contest) is not TallyState.WITHHELD:
            return "tally: contest is not withheld"
        return fault

    def share_refusal(
        self, contest: int, trustee: int, *, is_own_account: bool, slots: int
    ) -> str | None:
        """Tell why a share is not even looked at."""
        if self.state(contest) is not TallyState.OPEN:
            return "tally: contest takes no shares"
        if not 1 <= trustee <= TRUSTEES:
            return "tally: no such trustee"
        if not is_own_account:
            return "tally: not the trustee's account"
        if slots != SLOTS[contest]:
            return "tally: share has a wrong length"
        if trustee in self.sums[contest].shares:
            return "tally: share is here already"
        return None

    def result_refusal(
        self, contest: int, trustees: Sequence[int], counts: Sequence[int]
    ) -> str | None:
        """Tell why counts are not published."""
        if self.state(contest) is not TallyState.OPEN:
            return "tally: contest is not open for a result"
        return self._quorum_refusal(contest, trustees) or self._counts_refusal(
            self.sums[contest], counts
        )

    def _quorum_refusal(self, contest: int, trustees: Sequence[int]) -> str | None:
        if len(trustees) != THRESHOLD:
            return "tally: not exactly k trustees"
        previous = 0
        for trustee in trustees:
            if trustee <= previous:
                return "tally: trustees are not increasing"
            if trustee not in self.sums[contest].shares:
                return "tally: trustee has no share here"
            previous = trustee
        return None

    def _counts_refusal(self, sum_: Sum, counts: Sequence[int]) -> str | None:
        if len(counts) != len(sum_.right):
            return "tally: not one count for each candidate"
        if max(counts) > sum_.cast:
            return "tally: count above the ballots cast"
        if sum(counts) != sum_.cast:
            return "tally: counts do not sum to the ballots cast"
        return (
            None
            if tuple(counts) == sum_.right
            else "tally: counts are not what was cast"
        )
