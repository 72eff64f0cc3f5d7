from __future__ import annotations

from typing import Any

import pytest

from election.protocol.board import Board
from election.protocol.events import ResultPublished, ShareAccepted
from election.protocol.replay import Entry, Part
from tests.audit.tampering import change, drop, examine, find, lie, put


def result_of(board: Board, contest: int) -> Entry[ResultPublished]:
    return find(board, ResultPublished, lambda entry: entry.event.contest == contest)


@pytest.mark.parametrize("counts", [(2, 1, 1), (1, 2, 1), (0, 2, 2), (4, 0, 0)])
def test_other_counts_with_the_right_sum_are_found(
    board: Board, counts: tuple[int, ...]
) -> None:
    result = result_of(board, 1)
    assert result.event.counts == (1, 1, 2)
    tampered = change(board, result, counts=counts)
    tampered = lie(tampered, Part.TALLY, "counts", 1, answer=counts)
    faults = examine(tampered)
    assert faults.keys() == {"results"}
    (finding,) = faults["results"]
    assert (finding.blames, finding.contest) == ("validators", 1)


@pytest.mark.parametrize(
    "counts", [(1, 1, 3), (1, 3), (1, 1, 2, 0), (), (2**256 - 1, 1, 4)]
)
def test_counts_of_another_sum_or_length_are_found(
    board: Board, counts: tuple[int, ...]
) -> None:
    tampered = change(board, result_of(board, 1), counts=counts)
    assert "results" in examine(tampered)


@pytest.mark.parametrize(
    "trustees",
    [(), (1,), (1, 2, 3), (2, 1), (1, 1), (0, 1), (1, 4), (1, 2**255)],
)
def test_other_number_or_order_of_trustees_is_found(
    board: Board, trustees: tuple[int, ...]
) -> None:
    tampered = change(board, result_of(board, 1), trustees=trustees)
    assert examine(tampered).keys() == {"results"}


def test_any_k_trustees_open_the_same_counts(board: Board) -> None:
    for trustees in [(1, 2), (1, 3), (2, 3)]:
        assert not examine(change(board, result_of(board, 1), trustees=trustees))


@pytest.mark.parametrize("fields", [{"counts": (1, 0)}, {"trustees": (1, 2)}])
def test_result_of_a_contest_without_ballots_is_zero(
    board: Board, fields: dict[str, Any]
) -> None:
    tampered = change(board, result_of(board, 3), **fields)
    assert "results" in examine(tampered)


def test_missing_result_is_found(board: Board) -> None:
    """Trustees may take their time, but the contract knows what it published."""
    faults = examine(drop(board, result_of(board, 2)))
    assert faults.keys() == {"state"}
    assert {(each.blames, each.contest) for each in faults["state"]} == {("node", 2)}


def test_result_of_a_withheld_contest_is_found(board: Board) -> None:
    tampered = change(board, result_of(board, 2), contest=4)
    facts = {finding.fact for finding in examine(tampered)["results"]}
    assert "is withheld and has a result" in facts


def test_second_result_is_found(board: Board) -> None:
    log = result_of(board, 1).log
    finding = examine(put(board, log, log, log))["results"][0]
    assert finding.fact == "has several results"


def test_result_of_a_share_that_is_too_short_is_found(board: Board) -> None:
    share = find(board, ShareAccepted)
    tampered = change(board, share, decryption=share.event.decryption[:128])
    finding = examine(tampered)["results"][0]
    assert finding.fact == "has a share too short"
