from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import get_args

import pytest

from election.audit.checks.clock import PHASES
from election.protocol import events
from election.protocol.board import Board
from election.protocol.events import Event
from election.protocol.phases import Phase
from election.protocol.replay import replay_board
from tests.audit.story import EXTENSION
from tests.audit.tampering import delay_block, examine, find, put

_START: dict[Phase, Callable[[tuple[int, ...]], int]] = {
    Phase.KEYS: lambda times: times[0],
    Phase.LIST: lambda times: times[1],
    Phase.REGISTRATION: lambda times: times[2],
    Phase.VOTING: lambda times: times[4],
    Phase.CLOSED: lambda times: times[6] + EXTENSION,
}


def test_every_event_has_its_phases() -> None:
    assert set(PHASES) == set(get_args(Event))


@pytest.mark.parametrize(
    ("kind", "phase"),
    [
        (events.Enrolled, Phase.KEYS),
        (events.ListPublished, Phase.LIST),
        (events.Registered, Phase.REGISTRATION),
        (events.PaperMarked, Phase.VOTING),
        (events.TallyFrozen, Phase.CLOSED),
    ],
)
def test_act_one_second_before_its_phase_is_found(
    board: Board, kind: type[Event], phase: Phase
) -> None:
    entry = find(board, kind)
    times = find(board, events.ElectionDeployed).event.rules.times
    early = _START[phase](times) - 1
    assert entry.log.timestamp > early
    tampered = delay_block(board, entry.log.block_number, early)
    faults = examine(tampered)
    finding = faults["clock"][0]
    assert finding.subject.startswith(kind.__name__)
    assert finding.blames == "validators"


def test_casting_at_the_second_of_closing_is_found(board: Board) -> None:
    casts = [
        entry.log
        for entry in replay_board(board).entries
        if isinstance(entry.event, events.BallotCast)
    ]
    times = find(board, events.ElectionDeployed).event.rules.times
    closing = times[6] + EXTENSION
    last = casts[-1].block_number
    assert not examine(delay_block(board, last, closing - 1))
    tampered = delay_block(board, last, closing)
    faults = examine(tampered)
    assert faults.keys() == {"clock"}
    assert faults["clock"][0].fact == "came in phase CLOSED"


def test_extension_shifts_no_phase_when_it_is_left_out(board: Board) -> None:
    extended = find(board, events.Extended)
    logs = tuple(log for log in board.logs if log is not extended.log)
    assert "clock" in examine(replace(board, logs=logs))


def test_time_that_runs_back_is_found(board: Board) -> None:
    first, last = (
        entry.log
        for entry in replay_board(board).entries
        if isinstance(entry.event, events.PaperMarked | events.Extended)
    )
    tampered = delay_block(board, last.block_number, first.timestamp)
    assert examine(tampered).keys() == {"clock"}


def test_two_times_of_one_block_are_found(board: Board) -> None:
    """The later time is that of the last log, so time does not run back."""
    first = board.logs[0].block_number
    last = [log for log in board.logs if log.block_number == first][-1]
    assert last is not board.logs[0]
    later = replace(last, timestamp=last.timestamp + 1)
    faults = examine(put(board, last, later))
    assert faults.keys() == {"clock"}
    assert faults["clock"][0].fact == "has another time than its block"


def test_time_after_the_head_is_found_and_blames_whoever_gave_the_record(
    board: Board,
) -> None:
    head = replace(board.head, timestamp=board.head.timestamp - 1)
    faults = examine(replace(board, head=head))
    assert faults.keys() == {"clock"}
    assert {each.blames for each in faults["clock"]} == {"node"}
