"""Where a key ceremony is, told without the contract.

docs/protocol.md §4: five steps, each waits for its last member; who is silent or at
fault is excluded, and all begin anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from eth_account.signers.local import LocalAccount

from election.protocol.ceremony.attempt import Step
from tests.contracts.election_setup import STEP_SECONDS, Roster

CLOSED = "key_ceremony: not in phase KEYS"


@dataclass(slots=True)
class CeremonyModel:
    """One ceremony. started: when its step began; closing: when KEYS ends."""

    roster: Roster
    accounts: tuple[LocalAccount, ...]
    slots: int
    started: int
    closing: int
    step: Step = Step.ENROLL
    attempt: int = 1
    excluded: list[LocalAccount] = field(default_factory=list)
    acted: set[int] = field(default_factory=set)
    derived: set[int] = field(default_factory=set)
    mute: set[int] = field(default_factory=set)
    wronged: set[tuple[int, int]] = field(default_factory=set)
    seats: list[LocalAccount] = field(init=False)
    reserves: list[LocalAccount] = field(init=False)

    def __post_init__(self) -> None:
        """Seat the first n."""
        self.seats = list(self.accounts[: self.roster.n])
        last = self.roster.n + self.roster.reserves
        self.reserves = list(self.accounts[self.roster.n : last])

    @property
    def members(self) -> range:
        """Give the seats, from 1."""
        return range(1, len(self.seats) + 1)

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more can happen."""
        return self.step in (Step.FINAL, Step.FAILED)

    @property
    def deadline(self) -> int:
        """Tell when the step expires, 0 if none is left."""
        return 0 if self.is_over else self.started + STEP_SECONDS

    def silent(self) -> list[int]:
        """List who has not acted in this step."""
        return [each for each in self.members if each not in self.acted]

    def underived(self) -> list[int]:
        """List the slots whose key is not derived."""
        return [each for each in range(1, self.slots + 1) if each not in self.derived]

    def willing(self) -> list[int]:
        """List who can still act honestly in this step."""
        kept = self.mute if self.step is Step.REVEAL else set()
        if self.step is Step.CONFIRM:
            kept = {victim for _, victim in self.wronged}
        return [each for each in self.silent() if each not in kept]

    # What is refused

    def turn_refusal(self, step: Step, who: LocalAccount, now: int) -> str | None:
        """Tell why it is not an account's turn in a step."""
        if now >= self.closing:
            return CLOSED
        if step is not self.step:
            return "key_ceremony: not in this step"
        if who not in self.seats:
            return "key_ceremony: caller has no seat"
        if self.seats.index(who) + 1 in self.acted:
            return "key_ceremony: caller has acted"
        return None

    def act_refusal(self, step: Step, who: LocalAccount, now: int) -> str | None:
        """Tell why an account may not act in a step; it may complain in its turn."""
        refusal = self.turn_refusal(step, who, now)
        if refusal is None and step is Step.CONFIRM and self.underived():
            return "key_ceremony: slots not derived"
        return refusal

    def complaints(self) -> list[tuple[int, int]]:
        """List who may be accused by whom."""
        silent = self.silent()
        return [(d, m) for d in self.members for m in silent if d != m]

    def derive_refusal(self, slot: int, now: int) -> str | None:
        """Tell why a slot is not derived."""
        if now >= self.closing:
            return CLOSED
        if self.step not in (Step.SHARES, Step.CONFIRM):
            return "key_ceremony: not all revealed"
        if not 1 <= slot <= self.slots:
            return "key_ceremony: no such slot"
        return "key_ceremony: slot is derived" if slot in self.derived else None

    def expire_refusal(self, now: int) -> str | None:
        """Tell why nobody is excluded."""
        if now >= self.closing:
            return CLOSED
        if self.is_over:
            return "key_ceremony: ceremony is over"
        return "key_ceremony: step has time left" if now < self.deadline else None

    # What happens

    def take_turn(self, member: int, now: int) -> None:
        """Note that a member acted."""
        self.acted.add(member)
        if not self.silent():
            self.step = Step(self.step + 1)
            self.acted.clear()
            self.started = now

    def judge(self, complainer: int, dealer: int, now: int) -> int:
        """Exclude one of the two; returns whom."""
        is_right = (dealer, complainer) in self.wronged
        culprit = dealer if is_right else complainer
        self.exclude(culprit, now)
        return culprit

    def exclude(self, culprit: int, now: int) -> None:
        """Begin anew without a member, or fail."""
        self.excluded.append(self.seats[culprit - 1])
        if self.reserves:
            self.seats[culprit - 1] = self.reserves.pop(0)
        else:
            del self.seats[culprit - 1]
        for forgotten in (self.acted, self.derived, self.mute, self.wronged):
            forgotten.clear()
        if self.is_quorate():
            self.step, self.started = Step.ENROLL, now
            self.attempt += 1
        else:
            self.step = Step.FAILED

    def is_quorate(self) -> bool:
        """Tell whether k are there, and fewer than k of the commission."""
        of_commission = {self.accounts[at - 1] for at in self.roster.commission}
        seated = sum(each in of_commission for each in self.seats)
        return seated < self.roster.k <= len(self.seats)
