from __future__ import annotations

from dataclasses import replace

import pytest

from election.protocol.board import Board
from election.protocol.events import (
    Overridden,
    ResultPublished,
    ShareAccepted,
    TallyFrozen,
    TallyWithheld,
)
from tests.audit.tampering import answer_for, change, drop, examine, find


def test_sum_of_too_few_that_was_not_withheld_is_found(board: Board) -> None:
    withheld = find(board, TallyWithheld, lambda entry: entry.event.contest == 2)
    faults = examine(drop(board, withheld))
    assert "openings" in faults
    assert faults["openings"][0].blames == "validators"
    assert faults["openings"][0].contest == 2


def test_override_without_the_commission_is_found(board: Board) -> None:
    overridden = find(board, Overridden)
    commission = overridden.event.observers[0]
    faults = examine(change(board, overridden, commission=commission))
    assert faults.keys() == {"openings"}
    assert faults["openings"][0].fact == "is not signed by the commission"


@pytest.mark.parametrize("kept", [0, 1])
def test_override_without_a_quorum_is_found(board: Board, kept: int) -> None:
    overridden = find(board, Overridden)
    observers = overridden.event.observers[:kept]
    faults = examine(change(board, overridden, observers=observers))
    assert faults.keys() == {"openings"}
    assert faults["openings"][0].fact == "has no quorum of observers"


def test_override_that_is_left_out_is_found(board: Board) -> None:
    faults = examine(drop(board, find(board, Overridden)))
    facts = {finding.fact for finding in faults["openings"]}
    assert facts == {"came when the tally was WITHHELD"}


def test_share_before_the_sum_was_frozen_is_found(board: Board) -> None:
    frozen = find(board, TallyFrozen)
    faults = examine(drop(board, frozen))
    facts = {finding.fact for finding in faults["openings"]}
    assert "came when the tally was CLOSED" in facts


def test_share_after_the_result_is_found(board: Board) -> None:
    share = find(board, ShareAccepted)
    result = find(board, ResultPublished, lambda e: e.event.contest == 1)
    last = board.logs[-1]
    late = replace(share.log, block_number=last.block_number, timestamp=last.timestamp)
    late = replace(late, index=last.index + 1)
    logs = tuple(log for log in board.logs if log is not share.log)
    assert result.log in logs
    faults = examine(answer_for(replace(board, logs=(*logs, late))))
    assert faults.keys() == {"openings"}
    assert faults["openings"][0].fact == "came when the tally was FINAL"
