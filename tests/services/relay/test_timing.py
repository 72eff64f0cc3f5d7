"""A promise is for a coarse time, and what waits goes when it has to."""

from __future__ import annotations

import pytest

from election.protocol.promise import LONGEST
from services.relay.timing import (
    CROWD,
    LEAD,
    LEAST,
    MARGIN,
    RUSH,
    find_deadline,
    is_due,
)

CLOSING = 1_000_000


@pytest.mark.parametrize("left", range(LEAST + 1, 20_000, 97))
def test_promise_is_for_at_most_two_hours_and_within_what_is_left(left: int) -> None:
    now = CLOSING - left
    deadline = find_deadline(now, closing=CLOSING)
    assert deadline is not None
    assert now < deadline < CLOSING
    assert deadline <= now + LONGEST
    if left >= MARGIN + LEAD:
        assert deadline <= CLOSING - MARGIN


@pytest.mark.parametrize("left", [LEAST, 0, -5])
def test_nothing_is_promised_when_nothing_is_left(left: int) -> None:
    assert find_deadline(CLOSING - left, closing=CLOSING) is None


def test_deadline_does_not_tell_when_a_ballot_came() -> None:
    """Of two hours of arrivals, twelve moments are told apart."""
    found = {
        find_deadline(now, closing=CLOSING * 2)
        for now in range(CLOSING, CLOSING + 7200)
    }
    assert len(found) <= 13
    late = range(CLOSING - LONGEST - MARGIN + 1, CLOSING - MARGIN - LEAD)
    assert len({find_deadline(now, closing=CLOSING) for now in late}) == 1


@pytest.mark.parametrize(
    ("waiting", "until_deadline", "left", "due"),
    [
        (CROWD - 1, LONGEST, 20_000, False),
        (CROWD, LONGEST, 20_000, True),
        (1, LEAD + 1, 20_000, False),
        (1, LEAD, 20_000, True),
        (1, LONGEST, RUSH + 1, False),
        (1, LONGEST, RUSH, True),
        (0, 0, 1, False),
    ],
)
def test_fewer_than_a_crowd_go_at_a_deadline_and_in_the_last_minutes_only(
    waiting: int, until_deadline: int, left: int, due: bool
) -> None:
    now = CLOSING - left
    first = now + until_deadline
    assert is_due(waiting, first, now=now, closing=CLOSING) is due
