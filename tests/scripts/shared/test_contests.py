"""A contest in which an act fails stops no other, and each is told of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from election.client.casting import cast_ballots
from election.client.contracts.tally import Tally
from election.client.errors import ConnectionFailedError, ContractRefusedError
from election.client.rpc import Connection
from election.client.wire import Act, Receipt
from election.crypto.signature import SigningKey
from election.errors import TermsError
from election.protocol.events import ListPublished
from election.protocol.tally import TallyState
from election.protocol.voter_list import NO_VOTERS
from scripts.anybody.freeze import freeze
from scripts.anybody.publish_result import publish_results
from scripts.anybody.status import read_status
from scripts.anybody.terms import agree_on_terms
from scripts.commission.create_boxes import create_boxes
from scripts.members.answering import answer_once
from scripts.members.share import compare, share
from scripts.shared.acceptance import COUNT, POLLS, accept_board, read_record
from scripts.shared.contests import Fates, act_on_each
from scripts.shared.errors import ContestError, InputError, NotYetError, UnverifiedError
from scripts.shared.omissions import list_missing
from scripts.shared.roles import Role
from scripts.shared.session import instance_of
from tests.audit.tampering import drop, examine, find
from tests.client.stage import (
    COMMISSION,
    ISSUERS,
    RELAY,
    TRUSTEES,
    Stage,
    deploy,
    travel,
)
from tests.in_process import connect_in_process
from tests.scripts.key_files import make_key_file, put_share


def refuse(contest: int) -> int:
    if contest == 2:
        raise NotYetError("contest 2", "not frozen yet")
    if contest == 3:
        raise ContractRefusedError("tally", "contest is frozen")
    if contest == 5:
        raise ConnectionFailedError("node", "is gone")
    return contest


def test_each_contest_has_its_own_fate(capsys: pytest.CaptureFixture[str]) -> None:
    fates = act_on_each([1, 2, 3, 4], refuse)
    assert fates.done == {1: 1, 4: 4}
    with pytest.raises(ContestError, match="contest 3: tally: contest is frozen"):
        fates.report(lambda _, result: result, as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "1": 1,
        "2": "not frozen yet",
        "3": "failed: tally: contest is frozen",
        "4": 4,
    }


def test_what_is_not_due_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    act_on_each([1, 2], refuse).report(lambda _, result: result, as_json=True)
    assert json.loads(capsys.readouterr().out) == {"1": 1, "2": "not frozen yet"}


@pytest.mark.parametrize("as_json", [False, True])
def test_act_for_which_nothing_is_due_was_not_done(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    fates: Fates[int] = Fates({}, {2: "not frozen yet", 3: "withheld"}, {})
    with pytest.raises(NotYetError) as early:
        fates.report(lambda _, what: what, as_json=as_json)
    assert str(early.value) == "contest 2: not frozen yet; contest 3: withheld"
    assert capsys.readouterr().out == ""


def test_nothing_more_is_asked_of_a_node_that_is_gone() -> None:
    asked = list[int]()

    def ask(contest: int) -> int:
        asked.append(contest)
        return refuse(contest)

    fates = act_on_each([1, 5, 4], ask)
    assert asked == [1, 5]
    assert fates == Fates({1: 1}, {}, dict.fromkeys([5, 4], "node: is gone"))


@pytest.fixture(scope="module")
def half_made() -> Stage:
    """Contest 1 has a box, a list and a ballot; contest 30 has none of them."""
    stage = deploy(connect_in_process())
    whole = stage.opened
    stage.hold_ceremonies()
    stage.opened = replace(whole, contests={1: whole.contests[1]})
    stage.make_boxes()
    stage.publish_lists(3)
    stage.register_all()
    stage.issue_all()
    cast_ballots(stage.boxes[1], stage.ballots(1, [1, 2, 2]), key=RELAY)
    stage.opened = whole
    return stage


@pytest.fixture
def stage(half_made: Stage) -> Iterator[Stage]:
    snapshot = half_made.connection.request("evm_snapshot")
    yield half_made
    half_made.connection.request("evm_revert", snapshot)


def close(stage: Stage) -> None:
    travel(stage.connection, stage.manifest.times.cast_closing)


def test_contest_without_a_box_stops_no_other(stage: Stage) -> None:
    close(stage)
    states = freeze(stage.opened, [30, 1], key=RELAY)
    assert states == Fates({1: TallyState.OPEN}, {30: "no ballot box"}, {})
    counts = publish_results(stage.opened, [30, 1], key=RELAY)
    fact = "0 shares of trustees yet, 2 needed"
    assert counts == Fates({}, {30: "no ballot box", 1: fact}, {})


def test_contest_that_is_not_frozen_has_no_result_yet(stage: Stage) -> None:
    close(stage)
    counts = publish_results(stage.opened, [1], key=RELAY)
    assert counts == Fates({}, {1: "not frozen yet"}, {})


def test_box_that_comes_too_late_stops_no_other(stage: Stage) -> None:
    boxes = create_boxes(stage.opened, key=RELAY)
    assert set(boxes.done) == {1}
    assert boxes.failed == {30: "election: too late for a box"}


def test_nothing_is_closed_or_counted_while_the_polls_are_open(stage: Stage) -> None:
    with pytest.raises(NotYetError, match="polls: are not closed before"):
        freeze(stage.opened, [1], key=RELAY)
    with pytest.raises(NotYetError, match="polls: are not closed before"):
        publish_results(stage.opened, [1], key=RELAY)


def test_contest_that_is_not_listed_is_a_mistake(stage: Stage) -> None:
    close(stage)
    states = freeze(stage.opened, [9, 1], key=RELAY)
    assert states.failed == {9: "is not in the election, which has 1, 30"}
    assert set(states.done) == {1}


def test_sum_that_somebody_else_just_froze_is_frozen(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(stage)
    send = Connection.send

    def late(self: Connection, act: Act, *, key: SigningKey) -> Receipt:
        send(self, act, key=COMMISSION)
        return send(self, act, key=key)

    monkeypatch.setattr(Connection, "send", late)
    states = freeze(stage.opened, [1], key=RELAY)
    assert states == Fates({1: TallyState.OPEN}, {}, {})


def test_sum_that_only_a_receipt_calls_frozen_is_not(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    close(stage)
    monkeypatch.setattr(Tally, "state", lambda *_: TallyState.NONE)
    states = freeze(stage.opened, [1], key=RELAY)
    fact = "is not frozen, though the node says so: ask another node"
    assert states == Fates({}, {}, {1: fact})


def test_what_a_contest_lacks_is_told_in_time_and_after(stage: Stage) -> None:
    status = read_status(stage.opened)
    assert status["contests"]["30"]["voters"] is None
    assert [each.split(":")[0] for each in status["warnings"]] == [
        "contest 30 has no voter list",
        "contest 30 has no ballot box",
    ]
    assert all("so nobody can vote" in each for each in status["warnings"])
    early = deploy(connect_in_process())
    assert not list_missing(early.opened)
    travel(early.connection, early.manifest.times.voter_list)
    told = list_missing(early.opened)
    assert len(told) == 4
    assert all("nobody can vote in it unless it has by" in each for each in told)


def test_contest_without_list_and_box_stops_nobody_who_holds_a_secret(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    audited = accept_board(read_record(stage.opened), POLLS)
    told = capsys.readouterr().err
    assert "warning: contest 30: got no box in time; blames nobody" in told
    fact = "voter list of contest 30: was not published in time"
    assert f"warning: {fact}" in told
    issuer = make_key_file(tmp_path / "issuer.json", Role.ISSUER, ISSUERS[0])
    issuer = put_share(issuer, stage.shares[ISSUERS[0]], instance_of(stage.opened))
    assert len([*answer_once(audited, 1, key_file=issuer)[1]]) == 3
    with pytest.raises(InputError, match="contest 30: has no ballot box"):
        answer_once(audited, 30, key_file=issuer)
    close(stage)
    freeze(stage.opened, [1, 30], key=RELAY)
    for key in TRUSTEES[:2]:
        audited = accept_board(read_record(stage.opened), COUNT)
        agreed = set(compare(audited, [1, 30]).values())
        trustee = make_key_file(tmp_path / f"{key.secret}.json", Role.TRUSTEE, key)
        trustee = put_share(trustee, stage.shares[key], instance_of(stage.opened))
        given = share(stage.opened, audited, [30, 1], agreed=agreed, key_file=trustee)
        assert given == Fates({1: "given"}, {30: "not frozen yet"}, {})
    counts = publish_results(stage.opened, [30, 1], key=RELAY)
    assert counts == Fates({1: (1, 2)}, {30: "no ballot box"}, {})


def test_contest_without_a_box_is_left_out_of_the_terms(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    terms = agree_on_terms([read_record(stage.opened)])
    assert list(terms.contests) == [1]
    told = capsys.readouterr().err
    assert "contest 30 has no ballot box: not in the terms" in told
    with pytest.raises(TermsError, match=r"contest 30: .* has no ballot box"):
        terms.contest(30)


def test_contest_without_a_list_is_in_the_terms_with_no_voters() -> None:
    stage = deploy(connect_in_process())
    stage.make_keys()
    travel(stage.connection, stage.manifest.times.registration)
    terms = agree_on_terms([read_record(stage.opened)])
    assert [each.size for each in terms.contests.values()] == [0, 0]


def test_election_without_a_box_gives_no_terms() -> None:
    stage = deploy(connect_in_process())
    stage.hold_ceremonies()
    travel(stage.connection, stage.manifest.times.registration)
    with pytest.raises(InputError, match="no contest has a ballot box"):
        agree_on_terms([read_record(stage.opened)])


def test_list_that_a_node_hides_stops_everybody(stage: Stage) -> None:
    """Nothing on the record but the contract's own answer shows that there is one."""
    board = read_record(stage.opened)
    board = drop(board, find(board, ListPublished))
    with pytest.raises(UnverifiedError):
        accept_board(board, POLLS)


def test_contest_without_voters_is_verified_and_counted() -> None:
    stage = deploy(connect_in_process())
    stage.make_keys()
    travel(stage.connection, stage.manifest.times.voter_list)
    for contest in stage.opened.contests:
        act = stage.opened.voter_list.publish(
            contest, NO_VOTERS.root, size=NO_VOTERS.size
        )
        stage.connection.send(act, key=COMMISSION)
    assert read_status(stage.opened)["contests"]["30"]["voters"] == 0
    assert not list_missing(stage.opened)
    close(stage)
    states = freeze(stage.opened, [1, 30], key=RELAY)
    assert set(states.done.values()) == {TallyState.FINAL}
    counts = publish_results(stage.opened, [1, 30], key=RELAY)
    assert counts == Fates({1: (0, 0), 30: (0, 0, 0)}, {}, {})
    assert not examine(read_record(stage.opened))


def test_status_shows_the_counts_of_equal_names(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A manifest has none, but whoever reads a chain meets others' elections."""
    contest = replace(stage.opened.contests[1], candidates=("Same", "Same"))
    monkeypatch.setattr(Tally, "counts", lambda *_: (2, 1))
    status = read_status(replace(stage.opened, contests={1: contest}))
    assert status["contests"]["1"]["counts"] == [
        {"slot": 1, "count": 2, "name": "Same"},
        {"slot": 2, "count": 1, "name": "Same"},
    ]
