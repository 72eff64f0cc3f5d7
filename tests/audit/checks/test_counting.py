from __future__ import annotations

from election.protocol.board import Board
from election.protocol.events import Issued, ResultPublished
from election.protocol.replay import Part
from tests.audit.tampering import change, drop, examine, find, lie


def test_ballot_above_the_issued_is_found(board: Board) -> None:
    tampered = drop(board, find(board, Issued))
    tampered = lie(tampered, Part.VOTER_LIST, "issued", 1, answer=3)
    faults = examine(tampered)
    assert faults.keys() == {"counting"}
    (finding,) = faults["counting"]
    assert finding.fact.startswith("4 cast, 3 issued")
    assert (finding.blames, finding.contest) == ("validators", 1)


def test_count_for_a_ballot_that_nobody_cast_is_found(board: Board) -> None:
    result = find(board, ResultPublished, lambda entry: entry.event.contest == 1)
    counts = (result.event.counts[0] + 1, *result.event.counts[1:])
    facts = {
        finding.fact
        for finding in examine(change(board, result, counts=counts))["counting"]
    }
    assert facts == {"5 counted, 4 cast"}
