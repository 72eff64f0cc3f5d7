"""An honest election with the fewest and the most candidates, two trustees absent."""

from __future__ import annotations

import pytest

from election.audit.audit import audit_board
from election.client.board_reader import read_board
from election.client.errors import ContractRefusedError
from election.protocol.phases import Phase
from rehearsal import counting, voting
from rehearsal.people import make_people
from tests.scenarios.stage import Polls, ignore, open_polls

SLOTS = {7: 2, 3: 16, 40: 5}
CHOICES = {7: (1, 2, 2, 2), 3: tuple(range(1, 17)), 40: (5, 5, 1)}
COUNTS = {7: (1, 3), 3: (1,) * 16, 40: (1, 0, 0, 0, 2)}


@pytest.fixture(scope="module")
def polls() -> Polls:
    polls = open_polls(SLOTS, make_people(CHOICES))
    voting.cast_all(polls.voters, polls.roles, register=polls.register, progress=ignore)
    polls.close()
    counting.share_all(
        polls.opened,
        polls.register.boxes,
        polls.roles,
        trustees=polls.shares.trustees[2:],
        progress=ignore,
    )
    counting.publish_all(
        polls.opened, polls.register.boxes, polls.roles, progress=ignore
    )
    return polls


def test_contracts_hold_the_counts_that_the_voters_chose(polls: Polls) -> None:
    published = {each: polls.opened.tally.counts(each) for each in SLOTS}
    assert published == COUNTS


def test_election_is_final_when_every_contest_is_counted(polls: Polls) -> None:
    assert polls.opened.election.phase() is Phase.FINAL


def test_audit_verifies_every_ballot_and_holds(polls: Polls) -> None:
    board = read_board(polls.opened.connection, polls.opened.address)
    report = audit_board(board, progress=lambda _number, _check: None)
    assert [check.name for check in report.checks if not check.held] == []
    assert report.summary == "verified: 3 of 3 contests, 23 of 23 ballots"


def test_nobody_counts_a_contest_again(polls: Polls) -> None:
    result = counting.find_results(polls.opened, polls.register.boxes)[7]
    with pytest.raises(ContractRefusedError, match="not open for a result"):
        polls.opened.connection.send(
            polls.opened.tally.finalize(7, result), key=polls.roles.relay
        )


def test_nobody_casts_after_the_close(polls: Polls) -> None:
    contest_box = polls.register.boxes[7]
    record = voting.encrypt_ballot(polls.voters[0], contest_box, choice=1)
    with pytest.raises(ContractRefusedError, match="voting is closed"):
        polls.opened.connection.send(
            contest_box.handle.cast([record]), key=polls.roles.relay
        )
