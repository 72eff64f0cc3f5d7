"""What may become of a message: one table of (state, event) -> state."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where a message is.

    SENDING is written before the centre is asked: after a crash there it is UNKNOWN,
    since the message may be on its way, and it is never sent again by itself.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Event(StrEnum):
    """What happens to a message."""

    MARKED = "marked"  # before it leaves
    ACCEPTED = "accepted"  # by the centre
    REFUSED = "refused"  # by the centre, for good
    PUT_BACK = "put back"  # the centre certainly has it not, and may take it later
    LOST = "lost"  # no answer of the centre, whether it has it or not
    ARRIVED = "arrived"  # a receipt says so
    MISSED = "missed"  # a receipt says that it did not arrive
    TOO_LATE = "too late"  # it waited here for longer than a code is worth


MOVES: Final[Mapping[tuple[State, Event], State]] = {
    (State.QUEUED, Event.MARKED): State.SENDING,
    (State.QUEUED, Event.TOO_LATE): State.FAILED,
    (State.SENDING, Event.ACCEPTED): State.SENT,
    (State.SENDING, Event.REFUSED): State.FAILED,
    (State.SENDING, Event.PUT_BACK): State.QUEUED,
    (State.SENDING, Event.LOST): State.UNKNOWN,
    # a receipt may overtake the answer that it follows from
    (State.SENDING, Event.ARRIVED): State.DELIVERED,
    (State.SENDING, Event.MISSED): State.FAILED,
    (State.SENT, Event.ARRIVED): State.DELIVERED,
    (State.SENT, Event.MISSED): State.FAILED,
    # an answer or a receipt of what was thought lost
    (State.UNKNOWN, Event.ACCEPTED): State.SENT,
    (State.UNKNOWN, Event.REFUSED): State.FAILED,
    (State.UNKNOWN, Event.ARRIVED): State.DELIVERED,
    (State.UNKNOWN, Event.MISSED): State.FAILED,
}
"""All else changes nothing: receipts come twice, late, and in any order."""


def sources_of(event: Event) -> tuple[State, ...]:
    """List the states in which an event changes something."""
    return tuple(state for state, each in MOVES if each is event)


def after(event: Event) -> State:
    """Give the state after an event, which is one whatever was before."""
    return next(state for (_, each), state in MOVES.items() if each is event)
