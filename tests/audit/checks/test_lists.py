from __future__ import annotations

import pytest

from election.protocol.board import Board
from election.protocol.events import ListPublished
from tests.audit.tampering import change, drop, examine, find


@pytest.mark.parametrize("size", [0, 2**24 + 1])
def test_impossible_size_is_found(board: Board, size: int) -> None:
    superseded = find(board, ListPublished)
    faults = examine(change(board, superseded, size=size))
    assert faults.keys() == {"lists"}
    (finding,) = faults["lists"]
    assert finding.fact == "has an impossible size"
    assert finding.blames == "commission"


def test_list_of_no_contest_is_found(board: Board) -> None:
    superseded = find(board, ListPublished)
    assert "lists" in examine(change(board, superseded, contest=9))


def test_contest_without_a_list_is_found(board: Board) -> None:
    only = find(board, ListPublished, lambda entry: entry.event.contest == 4)
    faults = examine(drop(board, only))
    assert faults["lists"][0].contest == 4


def test_list_that_was_corrected_counts_no_more(board: Board) -> None:
    superseded = find(board, ListPublished)
    assert not examine(change(board, superseded, root=bytes([7]) * 32))
