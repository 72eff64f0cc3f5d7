from __future__ import annotations

from dataclasses import replace

import pytest

from election.audit.checks.lists import check_lists
from election.audit.evidence import Evidence
from election.audit.report import NOBODY
from election.protocol.board import Board
from election.protocol.events import ListPublished
from election.protocol.voter_list import NO_VOTERS
from tests.audit.story import Told
from tests.audit.tampering import audit, change, drop, examine, find


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
    assert (faults["lists"][0].contest, faults["lists"][0].blames) == (4, NOBODY)


def test_head_time_that_nothing_covers_decides_whom_nobody_blames(
    told: Told,
) -> None:
    """The record hash does not cover it, so that one record gives both verdicts."""
    early = told.early["keys"]
    assert "lists" not in examine(early)
    times = Evidence(early).times
    late = replace(early, head=replace(early.head, timestamp=times.registration))
    assert audit(late).record_hash == audit(early).record_hash
    assert {each.blames for each in examine(late)["lists"]} == {NOBODY}


def test_list_that_was_corrected_counts_no_more(board: Board) -> None:
    superseded = find(board, ListPublished)
    assert not examine(change(board, superseded, root=bytes([7]) * 32))


def test_contest_without_voters_is_noted(board: Board) -> None:
    last = find(board, ListPublished, lambda entry: entry.event.contest == 4)
    voterless = change(board, last, root=NO_VOTERS.root, size=NO_VOTERS.size)
    assert check_lists(Evidence(board)).notes == ()
    fact = "contest 4 has no voters, as the commission states"
    assert check_lists(Evidence(voterless)).notes == (fact,)
