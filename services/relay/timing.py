"""When a ballot has to be in the box, and when the waiting ones are sent.

Until when a relay promised is the one trace it keeps of when a ballot came: it is
coarse on purpose. docs/services.md, Relay.
"""

from __future__ import annotations

from typing import Final

from election.protocol.promise import LONGEST

CROWD: Final = 8
"""Ballots of a contest among which each is sent, while time lets them wait."""

MARGIN: Final = 900
"""Seconds before the polls close by which a promise is kept, where that is possible."""

RUSH: Final = 1_200
"""Seconds before the polls close from which nothing waits any more."""

LEAD: Final = 300
"""Seconds before a deadline at which fewer than a crowd are sent."""

LEAST: Final = 30
"""Seconds that have to be left to promise anything."""

_GRAIN: Final = 600  # seconds: a deadline tells the time of arrival no better


def find_deadline(now: int, *, closing: int) -> int | None:
    """Give by when a ballot that comes now is promised to be in the box.

    closing: effective t_cast_close. None if what is left is too little for a promise.
    """
    regular = now + LONGEST
    if regular <= closing - MARGIN:
        return regular - regular % _GRAIN
    if now + LEAD <= closing - MARGIN:
        return closing - MARGIN
    return closing - 1 if now + LEAST < closing else None


def is_due(waiting: int, first_deadline: int, *, now: int, closing: int) -> bool:
    """Say whether the ballots of a contest that wait are sent now.

    first_deadline: the earliest of theirs.
    """
    if not waiting:
        return False
    is_late = now >= closing - RUSH or now >= first_deadline - LEAD
    return is_late or waiting >= CROWD
