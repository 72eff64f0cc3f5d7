from __future__ import annotations

from dataclasses import replace

from election.protocol.board import Board
from election.protocol.events import BallotCast, BallotSkipped
from tests.audit.tampering import change, examine, find, put


def test_ballot_that_was_turned_away_unused_is_found(board: Board) -> None:
    skipped = find(board, BallotSkipped)
    faults = examine(change(board, skipped, credential=bytes(19) + b"\1"))
    assert faults.keys() == {"casting"}
    (finding,) = faults["casting"]
    assert finding.fact == "was turned away unused"
    assert (finding.blames, finding.contest) == ("validators", 1)


def test_ballot_turned_away_before_it_was_cast_is_found(board: Board) -> None:
    cast, skipped = find(board, BallotCast).log, find(board, BallotSkipped).log
    early = replace(skipped, block_number=cast.block_number, index=cast.index)
    early = replace(early, timestamp=cast.timestamp)
    later = replace(cast, index=cast.index + 1)
    moved = put(put(board, skipped), cast, early, later)
    assert examine(moved).keys() == {"casting"}


def test_second_ballot_of_a_credential_is_found(board: Board) -> None:
    cast = find(board, BallotCast)
    again = replace(cast.log, index=cast.log.index + 1)
    faults = examine(put(board, cast.log, cast.log, again))
    assert faults["casting"][0].fact == "has two ballots in the box"
