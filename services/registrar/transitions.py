"""What may become of an application, by whom, and when: the one table.

docs/services.md draws it. One application serves all test rounds and the election; how
far each of them is on the chain stands beside it (`tables.parts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

_MOSCOW: Final = timezone(timedelta(hours=3))  # without summer time since 2014


class State(StrEnum):
    """Where an application stands."""

    FILED = "filed"
    CHECKING = "checking"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    FROZEN = "frozen"
    ISSUED = "issued"
    ON_PAPER = "on_paper"


class Who(StrEnum):
    """Who moves an application."""

    VOTER = "voter"
    REGISTRAR = "registrar"
    CHAIN = "chain"


class When(StrEnum):
    """While what a move is possible; times are those of the election that decides.

    OPEN: from the first day of applications to an hour before the freeze. DECIDING: to
    the freeze. FROZEN: from the freeze on. POLLS: once a final block says so.
    """

    OPEN = "applications are taken"
    DECIDING = "before the freeze"
    FROZEN = "from the freeze on"
    POLLS = "a final block says so"


@dataclass(frozen=True, slots=True)
class Move:
    """One row: who leads an application from where to where, and when.

    source None: an application that there is not yet.
    """

    who: Who
    source: State | None
    target: State
    when: When


TRANSITIONS: Final = (
    Move(Who.VOTER, None, State.FILED, When.OPEN),
    Move(Who.REGISTRAR, State.FILED, State.CHECKING, When.DECIDING),
    Move(Who.REGISTRAR, State.CHECKING, State.ACCEPTED, When.DECIDING),
    Move(Who.REGISTRAR, State.CHECKING, State.REFUSED, When.DECIDING),
    Move(Who.VOTER, State.FILED, State.WITHDRAWN, When.OPEN),
    Move(Who.VOTER, State.CHECKING, State.WITHDRAWN, When.OPEN),
    Move(Who.VOTER, State.ACCEPTED, State.WITHDRAWN, When.OPEN),
    Move(Who.CHAIN, State.ACCEPTED, State.FROZEN, When.FROZEN),
    # who was not decided on, or not brought on the chain, keeps the paper ballot
    Move(Who.CHAIN, State.FILED, State.REFUSED, When.FROZEN),
    Move(Who.CHAIN, State.CHECKING, State.REFUSED, When.FROZEN),
    Move(Who.CHAIN, State.ACCEPTED, State.REFUSED, When.FROZEN),
    Move(Who.CHAIN, State.FROZEN, State.ISSUED, When.POLLS),
    Move(Who.CHAIN, State.WITHDRAWN, State.ON_PAPER, When.POLLS),
    Move(Who.CHAIN, State.REFUSED, State.ON_PAPER, When.POLLS),
)

LIVE: Final = (
    *(State.FILED, State.CHECKING, State.ACCEPTED),
    *(State.FROZEN, State.ISSUED),
)
"""States of which a person has one application at most; the database holds that."""


@dataclass(frozen=True, slots=True)
class Times:
    """When applications are taken, Unix seconds; ends are outside.

    closing: of filing and withdrawing, before the freeze, so that what was filed last
    is on the chain in time.
    """

    start: int
    closing: int
    freeze: int

    def holds(self, when: When, now: int) -> bool:
        """Say whether it is time for a move."""
        if when is When.OPEN:
            return self.start <= now < self.closing
        if when is When.DECIDING:
            return now < self.freeze
        return now >= self.freeze


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and the times of the election that decides."""

    times: Times
    now: int


def allows(who: Who, source: State | None, target: State, moment: Moment) -> bool:
    """Say whether the table has a row for a move, and it is time for it."""
    return any(
        (move.who, move.source, move.target) == (who, source, target)
        and moment.times.holds(move.when, moment.now)
        for move in TRANSITIONS
    )


def next_day(when: int) -> int:
    """Give when the next day begins in Moscow, Unix seconds."""
    day = datetime.fromtimestamp(when, _MOSCOW).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return int((day + timedelta(days=1)).timestamp())


def may_apply_again(ended_at: int, now: int) -> bool:
    """Say whether a new application may follow one that ended: from the next day on."""
    return now >= next_day(ended_at)
