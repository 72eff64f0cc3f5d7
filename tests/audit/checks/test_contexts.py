from __future__ import annotations

from typing import Any

import pytest

from election.crypto.group import G2, G, encode_g1, encode_g2
from election.protocol.board import Board
from election.protocol.events import BoxCreated, BoxOpened, ContestListed
from tests.audit.tampering import change, drop, examine, find, put


def test_other_name_of_a_candidate_is_found(board: Board) -> None:
    listed = find(board, ContestListed)
    candidates = ("Someone else", *listed.event.candidates[1:])
    tampered = change(board, listed, candidates=candidates)
    faults = examine(tampered)
    assert faults.keys() == {"rules", "contexts"}
    (finding,) = faults["contexts"]
    assert finding.fact == "has another ctx than its terms give"
    assert (finding.blames, finding.contest) == ("validators", 1)


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        ({"election_keys": 3 * encode_g1(G)}, "other election keys"),
        ({"credential_key": encode_g2(G2)}, "another key than the issuers'"),
        ({"ctx": bytes(32)}, "another ctx than its box"),
    ],
)
def test_other_terms_of_a_box_are_found(
    board: Board, fields: dict[str, Any], fact: str
) -> None:
    tampered = change(board, find(board, BoxOpened), **fields)
    assert fact in examine(tampered)["contexts"][0].fact


@pytest.mark.parametrize("kind", [BoxCreated, BoxOpened])
def test_contest_without_a_box_is_found(board: Board, kind: type[Any]) -> None:
    finding = examine(drop(board, find(board, kind)))["contexts"][0]
    assert finding.contest == 1


def test_contest_that_got_no_box_at_all_blames_nobody(board: Board) -> None:
    for kind in (BoxCreated, BoxOpened):
        board = drop(board, find(board, kind))
    finding = examine(board)["contexts"][0]
    assert (finding.fact, finding.blames) == ("got no box in time", "nobody")


def test_second_box_of_a_contest_is_found(board: Board) -> None:
    created = find(board, BoxCreated)
    tampered = put(board, created.log, created.log, created.log)
    assert "has two boxes" in examine(tampered)["contexts"][0].fact


def test_boxes_that_two_contests_swapped_are_found(board: Board) -> None:
    first = find(board, BoxCreated, lambda entry: entry.event.contest == 1)
    second = find(board, BoxCreated, lambda entry: entry.event.contest == 2)
    tampered = change(board, first, box=second.event.box)
    tampered = change(tampered, second, box=first.event.box)
    facts = [finding.fact for finding in examine(tampered)["contexts"]]
    assert facts == ["has its box at another address"] * 2
