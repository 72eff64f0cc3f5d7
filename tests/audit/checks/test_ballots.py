from __future__ import annotations

import pytest

from election.protocol.board import Board
from election.protocol.events import BallotCast, BoxOpened
from election.protocol.replay import Entry, replay_board
from tests.audit.tampering import audit, change, drop, examine, find

SLOTS = 3
# first words of fields of a record with three slots, docs/protocol.md §3
FIELDS = {
    "credential": 0,
    "A": 4,
    "B_1": 8,
    "C": 20,
    "A'": 24,
    "D": 40,
    "z": 41,
    "f_1": 42,
    "memo": 44,
    "seq": 45,
    "v": 46,
    "r": 47,
    "s": 48,
    "sigma": 52,
}


def casts_of(board: Board) -> list[Entry[BallotCast]]:
    return [
        Entry(entry.log, entry.contract, entry.event)
        for entry in replay_board(board).entries
        if isinstance(entry.event, BallotCast) and entry.contract.contest == 1
    ]


@pytest.mark.parametrize("field", FIELDS)
def test_changed_ballot_is_found_and_no_other(board: Board, field: str) -> None:
    cast = casts_of(board)[1]
    raw = bytearray(cast.event.ballot)
    raw[32 * FIELDS[field] + 31] ^= 1
    report = audit(change(board, cast, ballot=bytes(raw)))
    ballots = next(check for check in report.checks if check.name == "ballots")
    assert ballots.outcome.verified == ballots.outcome.total - 1
    (finding,) = ballots.outcome.findings
    assert finding.subject == f"ballot of {cast.event.credential.hex()}"
    assert (finding.blames, finding.contest) == ("validators", 1)


@pytest.mark.parametrize("field", ["z", "f_1", "memo", "seq", "s", "sigma"])
def test_changed_proof_fails_only_the_ballots(board: Board, field: str) -> None:
    cast = casts_of(board)[0]
    raw = bytearray(cast.event.ballot)
    raw[32 * FIELDS[field] + 31] ^= 1
    assert examine(change(board, cast, ballot=bytes(raw))).keys() == {"ballots"}


def test_credential_of_another_voter_is_found(board: Board) -> None:
    first, second = casts_of(board)[:2]
    sigma = second.event.ballot[-128:]
    tampered = change(board, first, ballot=first.event.ballot[:-128] + sigma)
    faults = examine(tampered)
    assert faults.keys() == {"ballots"}
    assert "credential does not verify" in faults["ballots"][0].fact


def test_credentials_that_two_voters_swapped_are_found(board: Board) -> None:
    first, second = casts_of(board)[:2]
    one, two = first.event.ballot, second.event.ballot
    tampered = change(board, first, ballot=one[:-128] + two[-128:])
    tampered = change(tampered, second, ballot=two[:-128] + one[-128:])
    assert len(examine(tampered)["ballots"]) == 2


def test_other_announced_hash_is_found(board: Board) -> None:
    cast = find(board, BallotCast)
    faults = examine(change(board, cast, ballot_hash=bytes(32)))
    assert faults.keys() == {"ballots"}
    assert faults["ballots"][0].fact == "is announced with another hash"


def test_other_announced_credential_is_found(board: Board) -> None:
    cast = casts_of(board)[1]
    faults = examine(change(board, cast, credential=bytes(19) + b"\1"))
    assert faults["ballots"][0].fact == "is announced under another credential"


def test_all_ballots_of_a_box_that_is_missing_are_unverified(board: Board) -> None:
    opened = find(board, BoxOpened)
    report = audit(drop(board, opened))
    ballots = next(check for check in report.checks if check.name == "ballots")
    assert (ballots.outcome.verified, ballots.outcome.total) == (3, 7)
    assert report.summary == "verified: 3 of 4 contests, 3 of 7 ballots"
