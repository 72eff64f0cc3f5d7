"""Whoever was excluded was late or at fault, and attempts follow as they must."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from election.audit.checks import attempt
from election.audit.checks.ceremonies import (
    CeremonyReplay,
    await_issuers,
    await_trustees,
    list_ceremony,
)
from election.audit.checks.immutables import expect_immutables
from election.audit.errors import ContradictionError
from election.audit.evidence import Evidence
from election.crypto.group import G1Point
from election.crypto.transcript import uint_word
from election.errors import FaultyIssuerError
from election.protocol import events
from election.protocol.board import Board
from election.protocol.replay import Entry, Part
from tests import honest
from tests.audit.checks.test_ceremonies import in_part
from tests.audit.tampering import (
    change,
    delay_block,
    examine,
    find,
    put,
)


@pytest.mark.parametrize("part", [Part.TRUSTEES, Part.ISSUERS])
def test_exclusion_of_another_is_found(board: Board, part: Part) -> None:
    aborted = in_part(board, events.AttemptAborted, part, attempt=1)
    started = in_part(board, events.AttemptStarted, part, attempt=1)
    others = [m for m in started.event.members if m != aborted.event.culprit]
    faults = examine(change(board, aborted, culprit=others[0]))
    (findings,) = faults.values()
    assert findings[0].fact == "excludes another"


def test_exclusion_for_another_reason_is_found(board: Board) -> None:
    aborted = in_part(board, events.AttemptAborted, Part.TRUSTEES, attempt=1)
    faults = examine(change(board, aborted, reason=2))
    assert faults["trustees"][0].fact == "has another reason"


def test_exclusion_one_second_too_early_is_found(board: Board) -> None:
    aborted = in_part(board, events.AttemptAborted, Part.TRUSTEES, attempt=1)
    enrolled = in_part(board, events.Enrolled, Part.TRUSTEES, attempt=1)
    deployed = find(board, events.ElectionDeployed).event.rules
    due = deployed.times[0] + deployed.step_seconds
    assert enrolled.log.timestamp < due
    at = aborted.log.block_number
    assert not examine(delay_block(board, at, due))
    faults = examine(delay_block(board, at, due - 1))
    assert faults.keys() == {"trustees"}
    assert faults["trustees"][0].fact == "came before the time was over"


def test_failure_with_enough_members_is_found(board: Board) -> None:
    aborted = in_part(board, events.AttemptAborted, Part.TRUSTEES, attempt=1)
    started = in_part(board, events.AttemptStarted, Part.TRUSTEES, attempt=2)
    failed = Entry(aborted.log, aborted.contract, events.CeremonyFailed(1))
    tampered = change(put(board, started.log, aborted.log), failed)
    assert "trustees" in examine(tampered)


@pytest.fixture
def failed(board: Board) -> CeremonyReplay[G1Point]:
    """A ceremony whose first attempt left too few members for another."""
    replay = await_trustees(Evidence(board))
    replay.last = replace(replay.last, number=1)
    replay.members = replay.current = None
    return replay


def test_ceremony_fails_when_nobody_is_left_for_another_attempt(
    failed: CeremonyReplay[G1Point],
) -> None:
    failed._fail(events.CeremonyFailed(1))


def test_failure_of_another_attempt_is_found(failed: CeremonyReplay[G1Point]) -> None:
    with pytest.raises(ContradictionError, match="has members for another attempt"):
        failed._fail(events.CeremonyFailed(2))


def test_failure_in_the_middle_of_an_attempt_is_found(
    failed: CeremonyReplay[G1Point],
) -> None:
    failed.current = attempt.AttemptReplay(failed.last, 0)
    with pytest.raises(ContradictionError, match="has members for another attempt"):
        failed._fail(events.CeremonyFailed(1))


def test_failure_with_members_for_another_attempt_is_found(
    failed: CeremonyReplay[G1Point],
) -> None:
    failed.members = (honest.account(1),)
    with pytest.raises(ContradictionError, match="has members for another attempt"):
        failed._fail(events.CeremonyFailed(1))


def test_message_after_a_failure_is_found(
    failed: CeremonyReplay[G1Point], board: Board
) -> None:
    failed.has_failed = True
    with pytest.raises(ContradictionError, match="came after the end"):
        failed.take(in_part(board, events.AttemptStarted, Part.TRUSTEES, attempt=2))


def abort_when_all_confirmed(board: Board) -> Board:
    """Exclude a member a day later, when nobody is silent any more."""
    final = in_part(board, events.CeremonyFinal, Part.TRUSTEES, attempt=2).log
    aborted = in_part(board, events.AttemptAborted, Part.TRUSTEES, attempt=1)
    late = replace(final, timestamp=final.timestamp + 86_400)
    tampered = put(board, final, late)
    moved = Entry(late, aborted.contract, aborted.event)
    return change(tampered, moved, attempt=2)


def stand_before_the_last_confirmation(
    board: Board,
) -> tuple[CeremonyReplay[G1Point], events.Confirmed]:
    """Take the trustees' ceremony up to its last confirmation."""
    replay = await_trustees(Evidence(board))
    entries = list_ceremony(Evidence(board), Part.TRUSTEES)
    confirmed = [each for each in entries if isinstance(each.event, events.Confirmed)]
    for entry in entries[: entries.index(confirmed[-1])]:
        replay.take(entry)
    last = confirmed[-1].event
    assert isinstance(last, events.Confirmed)
    return replay, last


def test_last_member_is_excluded_when_it_does_not_confirm(board: Board) -> None:
    replay, confirmed = stand_before_the_last_confirmation(board)
    members, current = replay.last.members, replay.current
    assert confirmed.index == len(members)
    assert current is not None
    assert current.first_silent == len(members)
    aborted = events.AttemptAborted(2, 1, members[-1])
    late = current.started + replay.step_seconds
    with pytest.raises(ContradictionError, match="before the time was over"):
        replay._take_in(current, aborted, now=late - 1)
    replay._take_in(current, aborted, now=late)
    assert replay.members == members[:-1]


def test_two_members_are_left_to_complain_of_each_other(board: Board) -> None:
    """Of nobody else: neither of whom is seated no more, nor of oneself."""
    judged = find(board, events.ComplaintJudged).event
    replay = await_issuers(Evidence(board))
    for entry in list_ceremony(Evidence(board), Part.ISSUERS):
        if isinstance(entry.event, events.ComplaintJudged):
            break
        replay.take(entry)
    assert replay.current is not None
    seats = replay.current.attempt.members
    replay.current.attempt = replace(replay.current.attempt, members=seats[1:])
    for turn in replay.current._turns:
        assert isinstance(turn, dict)
        turn.pop(3, None)
    fields: dict[str, Any] = {"dealer": 2, "complainer": 1}
    with pytest.raises(FaultyIssuerError, match="complaint does not verify"):
        replay.current.judge(replace(judged, **fields))
    for other in ({"dealer": 3}, {"complainer": 3}, {"complainer": 2}):
        with pytest.raises(ContradictionError, match="not between two members"):
            replay.current.judge(replace(judged, **{**fields, **other}))


def test_ceremony_makes_keys_for_the_most_candidates_of_any_contest(
    board: Board,
) -> None:
    deployed = find(board, events.ElectionDeployed)
    *others, last = deployed.event.contests
    contests = (*others, replace(last, slots=16))
    evidence = Evidence(change(board, deployed, contests=contests))
    assert await_trustees(evidence).last.slots == 16
    contract = next(
        each
        for each in evidence.replay.contracts.values()
        if each.part is Part.TRUSTEES
    )
    assert expect_immutables(evidence, contract)["slots"] == uint_word(16)


def test_exclusion_after_all_confirmed_is_found(board: Board) -> None:
    finding = examine(abort_when_all_confirmed(board))["trustees"][0]
    assert finding.fact == "came before the time was over"


@pytest.mark.parametrize(("threshold", "seats"), [(1, 3), (4, 3), (3, 9)])
def test_roster_that_cannot_hold_a_key_is_found(
    board: Board, threshold: int, seats: int
) -> None:
    deployed = find(board, events.ElectionDeployed)
    roster = replace(deployed.event.trustees, threshold=threshold, seats=seats)
    finding = examine(change(board, deployed, trustees=roster))["trustees"][0]
    assert finding.fact == "is of a roster that cannot hold a key"


def test_exclusions_leave_no_attempt_with_fewer_members_than_the_threshold(
    board: Board,
) -> None:
    replay = await_trustees(Evidence(board))
    left = []
    for _ in range(3):
        members = replay.members
        assert members is not None
        replay.last = replace(replay.last, members=members)
        replay._exclude(1)
        left.append(None if replay.members is None else len(replay.members))
    assert left == [3, 2, None]  # a reserve came, then none


def test_exclusions_leave_no_attempt_that_the_commission_could_hold_alone(
    board: Board,
) -> None:
    replay = await_trustees(Evidence(board))
    first, second, third, reserve = replay.roster.members
    members = (replace(first, commission=True), second, third, reserve)
    named = (*members[:3], replace(reserve, commission=True))
    assert replay.members is not None
    replay.last = replace(replay.last, members=replay.members)
    replay.roster = replace(replay.roster, members=members)
    replay._exclude(2)
    assert replay.members is not None
    replay.excluded, replay.roster = 0, replace(replay.roster, members=named)
    replay._exclude(2)
    assert replay.members is None
