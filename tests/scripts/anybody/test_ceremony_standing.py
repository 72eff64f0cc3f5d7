"""Who acted in a step of a ceremony, by what its contract announced."""

from __future__ import annotations

from election.crypto.transcript import Hash
from election.protocol.ceremony.attempt import Step
from election.protocol.events import (
    AttemptAborted,
    AttemptStarted,
    Committed,
    Enrolled,
    Event,
)
from scripts.anybody.ceremony_standing import take_attendance
from tests import honest

ONE, TWO, THREE = map(honest.account, (1, 2, 3))
FIRST: list[Event] = [
    AttemptStarted(1, 2, (ONE, TWO)),
    Enrolled(1, 1, ONE, b"", b"", 0),
    Enrolled(1, 2, TWO, b"", b"", 0),
    Committed(1, 2, Hash(bytes(32))),
]
SECOND: list[Event] = [AttemptAborted(1, 1, ONE), AttemptStarted(2, 2, (TWO, THREE))]


def test_who_sent_the_message_of_the_step_acted() -> None:
    attended = take_attendance(FIRST, Step.COMMIT)
    assert (attended.acted, attended.missing) == (frozenset({2}), (1,))
    assert (attended.seat(TWO), attended.seat(THREE)) == (2, 0)


def test_nobody_acted_in_a_new_attempt_and_the_culprit_is_excluded() -> None:
    attended = take_attendance([*FIRST, *SECOND], Step.ENROLL)
    assert (attended.acted, attended.missing) == (frozenset(), (1, 2))
    assert (attended.members, attended.excluded) == ((TWO, THREE), (ONE,))


def test_nobody_is_missing_once_the_keys_are_made() -> None:
    assert take_attendance(FIRST, Step.FINAL).missing == ()
