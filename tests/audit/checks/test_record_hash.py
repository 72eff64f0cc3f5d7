"""Each contract's running hash covers every event, its order and its time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, get_args

import pytest

from election.protocol import events
from election.protocol.board import Board, Log
from election.protocol.events import Event
from election.protocol.replay import replay_board
from tests.audit.tampering import answer_for, audit, examine, find

KINDS: Final = [kind for kind in get_args(Event) if kind is not events.CeremonyFailed]
Twin = Callable[[Board], tuple[Log, ...]]


def leave_out(board: Board, *kinds: type[Event]) -> Board:
    """Leave out the last event of each kind."""
    entries = replay_board(board).entries
    left_out = [[e.log for e in entries if isinstance(e.event, k)][-1] for k in kinds]
    return replace(board, logs=tuple(x for x in board.logs if x not in left_out))


def list_unanswered(board: Board) -> set[str]:
    """Name the contracts whose running hash is not that of the record."""
    found = examine(board)["state"]
    ending = ": record_hash()"
    subjects = (each.subject for each in found if each.blames == "node")
    return {each.removesuffix(ending) for each in subjects if each.endswith(ending)}


@pytest.mark.parametrize("kind", KINDS)
def test_event_that_is_left_out_is_not_answered_for(
    board: Board, kind: type[Event]
) -> None:
    last = [e for e in replay_board(board).entries if isinstance(e.event, kind)][-1]
    shortened = leave_out(board, kind)
    if kind is events.ElectionDeployed:  # without it no contract is asked
        assert examine(shortened)
    elif kind is not events.BoxCreated:
        assert last.contract.title in list_unanswered(shortened)
    else:
        assert "election" in list_unanswered(shortened)


def test_registration_and_its_withdrawal_cannot_both_be_left_out(board: Board) -> None:
    entries = replay_board(board).entries
    withdrawn = find(board, events.Withdrawn).event.leaf
    of_leaf = [
        entry.log
        for entry in entries
        if isinstance(entry.event, events.Registered | events.Withdrawn)
        and entry.event.leaf == withdrawn
    ]
    two = of_leaf[:2]
    logs = tuple(log for log in board.logs if log not in two)
    assert "voter list" in list_unanswered(replace(board, logs=logs))


@pytest.mark.parametrize("kind", [events.Registered, events.BallotCast, events.Dealt])
def test_two_events_cannot_change_places(board: Board, kind: type[Event]) -> None:
    first, second = [
        e for e in replay_board(board).entries if isinstance(e.event, kind)
    ][:2]
    a, b = first.log, second.log
    swapped = {
        id(a): _move(b, a),
        id(b): _move(a, b),
    }
    logs = tuple(swapped.get(id(log), log) for log in board.logs)
    assert list_unanswered(replace(board, logs=logs))


def _move(log: Log, to: Log) -> Log:
    return replace(
        log, block_number=to.block_number, timestamp=to.timestamp, index=to.index
    )


@pytest.mark.parametrize(
    "change", [{"timestamp": 1}, {"timestamp": -1}, {"block_number": 1}]
)
@pytest.mark.parametrize("kind", [events.Issued, events.PaperMarked, events.Enrolled])
def test_block_cannot_be_moved(
    board: Board, kind: type[Event], change: dict[str, int]
) -> None:
    entry = find(board, kind)
    moved = {name: getattr(entry.log, name) + by for name, by in change.items()}
    logs = tuple(
        replace(log, **moved) if log is entry.log else log for log in board.logs
    )
    assert entry.contract.title in list_unanswered(replace(board, logs=logs))


def test_whoever_answers_for_a_changed_record_has_another_hash(board: Board) -> None:
    honest = audit(board).record_hash
    assert audit(board).record_hash == honest
    shortened = answer_for(leave_out(board, events.ShareRefused))
    assert not examine(shortened)
    assert audit(shortened).record_hash != honest
    elsewhere = replace(board, chain_id=board.chain_id + 1)
    assert audit(elsewhere).record_hash != honest
