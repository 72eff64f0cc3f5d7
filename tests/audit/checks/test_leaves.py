from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from election.crypto.transcript import ZERO_HASH
from election.protocol.board import Board
from election.protocol.events import (
    Issued,
    ListPublished,
    PaperMarked,
    Registered,
    Withdrawn,
)
from tests.audit.tampering import change, drop, encode_event, examine, find, put

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


def test_leaf_is_judged_by_the_list_of_its_moment(board: Board) -> None:
    """A list that is published later, which the clock notices, takes nothing back."""
    last = find(board, Issued)
    published = find(board, ListPublished)
    later = replace(published.event, contest=last.event.contest, root=ZERO_HASH)
    topics, words = encode_event(later, published.contract.part.contract_name)
    log = replace(published.log, topics=topics, data=words)
    log = replace(
        log,
        block_number=last.log.block_number,
        timestamp=last.log.timestamp,
        transaction=last.log.transaction,
        index=last.log.index + 1,
    )
    faults = examine(put(board, last.log, last.log, log))
    assert "clock" in faults
    assert "is not on the voter list" not in {
        finding.fact
        for finding in faults.get("leaves", ())
        if finding.subject.startswith(("Registered", "Withdrawn"))
    }
