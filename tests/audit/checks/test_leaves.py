from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from election.protocol.board import Board
from election.protocol.events import Issued, PaperMarked, Registered, Withdrawn
from tests.audit.tampering import change, drop, examine, find, put

KINDS = (Registered, Withdrawn, PaperMarked, Issued)


@pytest.mark.parametrize("kind", KINDS)
def test_other_merkle_path_is_found(board: Board, kind: type[Any]) -> None:
    moved = find(board, kind)
    path = (bytes(32), *moved.event.request.path[1:])
    request = replace(moved.event.request, path=path)
    faults = examine(change(board, moved, request=request))
    assert faults.keys() == {"leaves"}
    (finding,) = faults["leaves"]
    assert finding.fact == "is not on the voter list"
    assert (finding.blames, finding.contest) == ("validators", 1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "fields", [{"index": 1}, {"index": 2**200}, {"voter": bytes(32)}, {"path": ()}]
)
def test_other_place_on_the_list_is_found(
    board: Board, kind: type[Any], fields: dict[str, Any]
) -> None:
    moved = find(board, kind, lambda entry: entry.event.request.index != 1)
    request = replace(moved.event.request, **fields)
    assert examine(change(board, moved, request=request)).keys() == {"leaves"}


def test_replayed_counter_is_found(board: Board) -> None:
    marked = find(board, PaperMarked)
    faults = examine(change(board, marked, nonce=1))
    assert faults.keys() == {"leaves"}
    assert faults["leaves"][0].fact == "does not follow the one before it"


@pytest.mark.parametrize(
    ("kind", "state"), [(Registered, "NONE"), (Withdrawn, "ONLINE")]
)
def test_step_that_is_left_out_is_found(
    board: Board, kind: type[Any], state: str
) -> None:
    withdrawn = find(board, Withdrawn).event.leaf
    moved = find(board, kind, lambda entry: entry.event.leaf == withdrawn)
    facts = {finding.fact for finding in examine(drop(board, moved))["leaves"]}
    assert f"came when it was {state}" in facts


def test_leaf_that_moves_twice_is_found(board: Board) -> None:
    marked = find(board, PaperMarked)
    again = replace(marked.log, index=marked.log.index + 1)
    faults = examine(put(board, marked.log, marked.log, again))
    assert faults["leaves"][0].fact == "came when it was PAPER"
