"""Who acted in a ceremony's step, who is missing, and who was excluded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from election.client.contracts.key_ceremony import KeyCeremony
from election.crypto.transcript import Address
from election.protocol.ceremony.attempt import Step
from election.protocol.events import (
    AttemptAborted,
    AttemptStarted,
    Committed,
    Confirmed,
    Dealt,
    Enrolled,
    Event,
    Revealed,
)

Message = Enrolled | Committed | Revealed | Dealt | Confirmed
_MESSAGES: Final[Mapping[Step, type[Message]]] = {
    Step.ENROLL: Enrolled,
    Step.COMMIT: Committed,
    Step.REVEAL: Revealed,
    Step.SHARES: Dealt,
    Step.CONFIRM: Confirmed,
}


@dataclass(frozen=True, slots=True)
class Attendance:
    """The members of the current attempt, by seat from 1, and which of them acted.

    excluded: who was of an earlier attempt and lost the seat.
    """

    members: tuple[Address, ...]
    acted: frozenset[int]
    excluded: tuple[Address, ...]

    @property
    def missing(self) -> tuple[int, ...]:
        """List the seats that are waited for."""
        seats = range(1, len(self.members) + 1)
        return tuple(seat for seat in seats if seat not in self.acted)

    def seat(self, account: Address) -> int:
        """Give the seat of an account, 0 if it has none."""
        return self.members.index(account) + 1 if account in self.members else 0


def read_attendance(handle: KeyCeremony, step: Step) -> Attendance:
    """Read who acted in this step of the current attempt.

    What a node shows is told as it is, and believed by nobody who acts.
    """
    events = [event for _, event in handle.contract.read_entries()]
    return take_attendance(events, step)


def take_attendance(events: Iterable[Event], step: Step) -> Attendance:
    """Take the attendance of what a ceremony announced."""
    members: tuple[Address, ...] = ()
    acted: set[int] = set()
    excluded: list[Address] = []
    awaited = _MESSAGES.get(step)
    for event in events:
        if isinstance(event, AttemptStarted):
            members, acted = event.members, set()
        elif isinstance(event, AttemptAborted):
            excluded.append(event.culprit)
        elif isinstance(event, Message) and type(event) is awaited:
            acted.add(event.index)
    if step is Step.FINAL:
        acted = {*range(1, len(members) + 1)}
    return Attendance(members, frozenset(acted), tuple(excluded))
