"""A contest of which the commission stated that it has no voters, and one forgotten."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from election.client.board_reader import read_board
from election.protocol.board import Board
from election.protocol.voter_list import NO_VOTERS
from reference.build import Build
from tests.audit.tampering import audit
from tests.client.stage import COMMISSION, RELAY, Stage, deploy, travel
from tests.in_process import connect_in_process
from tests.reference.both import find_faults, refute_in_both


@pytest.fixture(scope="module")
def stage() -> Stage:
    """An election in phase LIST, with contests 1 and 30."""
    made = deploy(connect_in_process())
    made.make_keys()
    travel(made.connection, made.manifest.times.voter_list)
    return made


def close_without_voters(stage: Stage, *contests: int) -> Board:
    """State that these have no voters, and give the board after the polls."""
    snapshot = stage.connection.request("evm_snapshot")
    handle, root = stage.opened.voter_list, NO_VOTERS.root
    for contest in contests:
        act = handle.publish(contest, root, size=NO_VOTERS.size)
        stage.connection.send(act, key=COMMISSION)
    travel(stage.connection, stage.manifest.times.cast_closing)
    for contest in stage.opened.contests:
        stage.connection.send(stage.opened.tally.freeze(contest), key=RELAY)
    board = read_board(stage.connection, stage.opened.address)
    stage.connection.request("evm_revert", snapshot)
    return board


def test_election_without_voters_is_verified_in_both_audits(
    stage: Stage, builds: Mapping[str, Build]
) -> None:
    board = close_without_voters(stage, 1, 30)
    assert not refute_in_both(board, builds)
    report = audit(board)
    assert report.held
    (lists,) = [check for check in report.checks if check.name == "lists"]
    assert lists.outcome.notes == tuple(
        f"contest {contest} has no voters, as the commission states"
        for contest in (1, 30)
    )


def test_contest_without_a_list_fails_alone_in_both_audits(
    stage: Stage, builds: Mapping[str, Build]
) -> None:
    board = close_without_voters(stage, 1)
    assert refute_in_both(board, builds) == {"lists"}
    assert (
        find_faults(board, builds, "lists")
        == "contest 30: has no list, by the head's time"
    )
    assert [str(each.verdict) for each in audit(board).contests] == ["held", "failed"]
