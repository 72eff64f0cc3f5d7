from __future__ import annotations

from dataclasses import replace

import pytest

from election.protocol.board import Board
from election.protocol.events import ContestListed, Registered, ShareAccepted
from election.protocol.replay import replay_board
from election.protocol.views import list_views
from tests.audit.tampering import audit, drop, examine, find


def test_unused_registration_that_is_left_out_is_found(board: Board) -> None:
    unused = find(board, Registered, lambda entry: entry.event.contest == 3)
    faults = examine(drop(board, unused))
    assert faults.keys() == {"state"}
    (finding,) = faults["state"]
    assert finding.subject == "voter list: online(3)"
    assert finding.fact == "is 1, the events say 0"
    assert (finding.blames, finding.contest) == ("node", 3)


def test_share_that_was_not_needed_and_is_left_out_is_found(board: Board) -> None:
    unused = find(board, ShareAccepted, lambda entry: entry.event.trustee == 3)
    faults = examine(drop(board, unused))
    assert faults.keys() == {"state"}
    assert faults["state"][0].subject == "tally: share(1, 3)"


def test_every_changed_answer_is_found(board: Board) -> None:
    contracts = replay_board(board).contracts.values()
    contests = [
        entry.event.contest
        for entry in replay_board(board).entries
        if isinstance(entry.event, ContestListed)
    ]
    views = list_views(contracts, contests, trustees=3)
    assert {view.call for view in views} == set(board.answers)
    wrong = {
        call: answer[:-1] + bytes([answer[-1] ^ 1])
        for call, answer in board.answers.items()
    }
    report = audit(replace(board, answers=wrong))
    state = next(check for check in report.checks if check.name == "state")
    assert state.outcome.verified == 0
    assert state.outcome.total == len(views)


@pytest.mark.parametrize("answer", [b"", b"\1", bytes(31)])
def test_answer_that_does_not_decode_is_found(board: Board, answer: bytes) -> None:
    call = next(iter(board.answers))
    tampered = replace(board, answers={**board.answers, call: answer})
    assert examine(tampered).keys() == {"state"}


def test_question_that_was_not_asked_is_found(board: Board) -> None:
    call = next(iter(board.answers))
    answers = {each: raw for each, raw in board.answers.items() if each != call}
    faults = examine(replace(board, answers=answers))
    assert faults.keys() == {"state"}
    assert faults["state"][0].fact.endswith("was not asked")
