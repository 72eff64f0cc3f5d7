from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from election.crypto.group import G, encode_g1
from election.protocol.board import Board
from election.protocol.events import ShareAccepted
from election.protocol.replay import Entry, Part
from tests.audit.tampering import change, examine, find, lie, put

POINT = encode_g1(G)


def share_of(board: Board, trustee: int) -> Entry[ShareAccepted]:
    return find(
        board,
        ShareAccepted,
        lambda entry: (entry.event.contest, entry.event.trustee) == (1, trustee),
    )


@pytest.mark.parametrize("trustee", [1, 3])
@pytest.mark.parametrize("field", ["t1", "t2", "s"])
def test_changed_proof_blames_the_trustee(
    board: Board, trustee: int, field: str
) -> None:
    share = share_of(board, trustee)
    wrong: Any = share.event.s ^ 1 if field == "s" else POINT
    faults = examine(change(board, share, **{field: wrong}))
    assert faults.keys() == {"shares"}
    (finding,) = faults["shares"]
    assert (finding.blames, finding.contest) == (f"trustee {trustee}", 1)


@pytest.mark.parametrize("slot", [0, 1, 2])
def test_share_that_is_wrong_in_one_slot_blames_the_trustee(
    board: Board, slot: int
) -> None:
    share = share_of(board, 3)  # with whom the sum was not opened
    raw = share.event.decryption
    wrong = raw[: slot * 128] + POINT + raw[(slot + 1) * 128 :]
    tampered = change(board, share, decryption=wrong)
    faults = examine(lie(tampered, Part.TALLY, "share", 1, 3, answer=wrong))
    assert faults.keys() == {"shares"}
    assert faults["shares"][0].blames == "trustee 3"


def test_share_of_another_trustee_is_found(board: Board) -> None:
    assert "shares" in examine(change(board, share_of(board, 3), trustee=2))


@pytest.mark.parametrize("trustee", [0, 4, 2**255])
def test_share_of_no_trustee_is_found(board: Board, trustee: int) -> None:
    faults = examine(change(board, share_of(board, 3), trustee=trustee))
    fact = f"trustee {trustee}: no such trustee on the record"
    assert faults["shares"][0].fact == fact


def test_share_of_another_length_is_found(board: Board) -> None:
    share = share_of(board, 3)
    assert "shares" in examine(change(board, share, decryption=POINT))


def test_second_share_of_a_trustee_is_found(board: Board) -> None:
    log = share_of(board, 3).log
    again = replace(log, index=log.index + 1)
    findings = examine(put(board, log, log, again))["shares"]
    assert [finding.fact for finding in findings] == ["is one of several"] * 2
