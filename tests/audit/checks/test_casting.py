from __future__ import annotations

from dataclasses import replace

from election.protocol.board import Board
from election.protocol.events import BallotCast
from tests.audit.tampering import examine, find, put


def test_second_ballot_of_a_credential_is_found(board: Board) -> None:
    cast = find(board, BallotCast)
    again = replace(cast.log, index=cast.log.index + 1)
    faults = examine(put(board, cast.log, cast.log, again))
    finding = faults["casting"][0]
    assert finding.fact == "has two ballots in the box"
    assert (finding.blames, finding.contest) == ("validators", 1)
