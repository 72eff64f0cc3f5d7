"""Whoever has nothing to do in a ceremony is told why, and who has is told what."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from election.client.deployment import Deployment
from election.client.errors import (
    ConnectionFailedError,
    Trouble,
    UnexpectedAnswerError,
)
from election.client.open_election import OpenElection
from election.client.rpc import Connection
from election.crypto.signature import derive_address
from election.crypto.transcript import Address, Hash
from election.protocol.ceremony.attempt import Step
from election.protocol.manifest import Times
from election.protocol.replay import Part
from election.protocol.text import spell_time
from scripts.anybody.status import read_status
from scripts.commission import create_boxes
from scripts.commission.deploy import describe
from scripts.members import ceremony
from scripts.members.expire import expire, require_overdue
from scripts.shared import waiting
from scripts.shared.errors import InputError, NotYetError
from scripts.shared.moments import Moment
from scripts.shared.standing import require_not_excluded, require_seat
from tests.client.stage import COMMISSION, TRUSTEES, Stage, deploy, travel
from tests.in_process import connect_in_process


@pytest.fixture
def stage() -> Stage:
    stage = deploy(connect_in_process())
    travel(stage.connection, stage.manifest.times.keys)
    return stage


def test_nobody_is_excluded_before_the_step_is_over(stage: Stage) -> None:
    handle = stage.opened.trustees
    until, end = spell_time(handle.deadline()), stage.manifest.times.voter_list
    with pytest.raises(NotYetError, match=f"enroll has time left until {until}"):
        require_overdue(handle, part=Part.TRUSTEES, end=end)
    travel(stage.connection, handle.deadline())
    require_overdue(handle, part=Part.TRUSTEES, end=end)
    travel(stage.connection, end)
    with pytest.raises(InputError, match="ended without a key: keys were made until"):
        require_overdue(handle, part=Part.TRUSTEES, end=end)


@pytest.mark.parametrize(
    ("at", "fact"), [(0, "was excluded from attempt 1"), (3, "is a reserve without")]
)
def test_trustee_without_a_seat_is_told_why_it_has_no_share(
    stage: Stage, at: int, fact: str
) -> None:
    require_seat(stage.opened, Part.TRUSTEES, derive_address(TRUSTEES[1]))
    if at == 0:
        travel(stage.connection, stage.opened.trustees.deadline())
        expire(stage.opened.trustees, key=COMMISSION)
    with pytest.raises(InputError, match=fact):
        require_seat(stage.opened, Part.TRUSTEES, derive_address(TRUSTEES[at]))


def test_boxes_without_keys_are_refused_before_the_long_audit(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(create_boxes, "read_record", pytest.fail)
    end = spell_time(stage.manifest.times.voter_list)
    both = f"not made yet: the trustees and the issuers make them from .* until {end}"
    with pytest.raises(NotYetError, match=both):
        create_boxes.create_boxes(stage.opened, key=COMMISSION)
    travel(stage.connection, stage.manifest.times.voter_list)
    with pytest.raises(InputError, match=f"ended without them, {end}"):
        create_boxes.create_boxes(stage.opened, key=COMMISSION)


def test_status_says_who_is_next_and_what_is_overdue(stage: Stage) -> None:
    def commands() -> list[str]:
        return [each["command"] for each in read_status(stage.opened)["next"]]

    assert commands() == ["veche trustee --wait", "veche issuer --wait"]
    travel(stage.connection, stage.opened.trustees.deadline())
    assert commands() == ["veche expire trustees", "veche expire issuers"]
    expire(stage.opened.trustees, key=COMMISSION)
    assert commands() == ["veche trustee --wait", "veche expire issuers"]
    travel(stage.connection, stage.manifest.times.voter_list)
    assert commands() == ["veche deploy"]


def test_waiting_begins_while_the_node_is_away(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answers = iter([Trouble.AWAY, Trouble.LOST, None])

    def enter() -> Stage:
        trouble = next(answers)
        if trouble is not None:
            raise ConnectionFailedError("node", "is away", trouble)
        return stage

    monkeypatch.setattr("time.sleep", lambda _: None)
    assert waiting.outlast(enter, None) is stage
    assert capsys.readouterr().err.count("waiting until it comes back") == 1
    answers = iter([Trouble.AWAY])
    with pytest.raises(ConnectionFailedError, match="is away"):
        waiting.outlast(enter, None, wait=False)


def test_play_waits_for_its_node_from_the_first_request_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def enter(*_: object) -> OpenElection:
        asked.append(1)
        raise ConnectionFailedError(
            "node", "is away", Trouble.AWAY if len(asked) < 3 else Trouble.FOREIGN
        )

    monkeypatch.setattr(ceremony, "enter", enter)
    for wait, times in ((False, 1), (True, 3)):
        asked.clear()
        with pytest.raises(ConnectionFailedError, match="is away"):
            ceremony.play(
                Part.TRUSTEES,
                election=tmp_path / "election.json",
                key=tmp_path / "key.json",
                password_file=None,
                wait=wait,
                rpc_url="",
                as_json=True,
            )
        assert len(asked) == times


def test_deployment_is_told_by_its_times_and_not_by_how_they_were_moved() -> None:
    rules: Any = SimpleNamespace(times=Times(1, 2, 3, 4, 5, 6, 7))
    done = Deployment(1, Hash(bytes(32)), 10, 0, (("Election", Address(bytes(20))),))
    shown = describe(done, rules, record=Path("r"), as_json=False)
    assert list(shown) == ["record", "fingerprint", "times", "Election"]
    assert list(shown["times"]) == [
        *("keys", "list", "registration", "freeze", "voting", "grace", "closed")
    ]
    assert shown["times"]["closed"] == Moment(17)
    assert describe(done, rules, record=Path("r"), as_json=True)["shift"] == 10


def test_only_whom_an_exclusion_names_was_excluded(stage: Stage) -> None:
    travel(stage.connection, stage.opened.trustees.deadline())
    culprit = expire(stage.opened.trustees, key=COMMISSION)
    with pytest.raises(InputError, match="was excluded from attempt 1"):
        require_not_excluded(stage.opened, Part.TRUSTEES, culprit)
    require_not_excluded(stage.opened, Part.TRUSTEES, derive_address(TRUSTEES[1]))


def test_exclusion_that_no_event_shows_is_not_believed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    travel(stage.connection, stage.opened.trustees.deadline())
    receipt = SimpleNamespace(logs=())
    monkeypatch.setattr(Connection, "send", lambda *_, **__: receipt)
    with pytest.raises(UnexpectedAnswerError, match="nobody whom it excluded"):
        expire(stage.opened.trustees, key=COMMISSION)


@pytest.mark.parametrize("step", [Step.FINAL, Step.FAILED])
def test_nobody_is_excluded_when_keys_are_made_or_will_not_be(step: Step) -> None:
    handle: Any = SimpleNamespace(step=lambda: step, deadline=lambda: 0)
    with pytest.raises(InputError, match="is over"):
        require_overdue(handle, part=Part.TRUSTEES, end=1)


def test_account_of_nobody_has_no_seat_and_is_told_so(stage: Stage) -> None:
    with pytest.raises(InputError, match="is no trustee of this election"):
        require_seat(stage.opened, Part.TRUSTEES, derive_address(COMMISSION))
