"""A relay's files: what is no ballot is set aside by name and stops no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from election.client import finality
from election.client.casting import CastResult
from election.client.contracts.ballot_box import BallotBox
from election.errors import BallotError
from election.protocol.ballot import accept_ballot
from scripts.shared import session
from scripts.shared.errors import InputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.ballot_files import BallotFile
from scripts.shared.files.json_file import read_json, render_json
from scripts.shared.roles import Role
from scripts.voters import cast
from scripts.voters.acts import cast as cast_act
from tests.client.stage import RELAY, Stage, deploy
from tests.in_process import connect_in_process
from tests.scripts.key_files import make_key_file


@pytest.fixture(scope="module")
def open_polls() -> Stage:
    stage = deploy(connect_in_process())
    stage.make_keys()
    stage.publish_lists(3)
    stage.register_all()
    stage.issue_all()
    return stage


@pytest.fixture
def polls(open_polls: Stage) -> Iterator[Stage]:
    snapshot = open_polls.connection.request("evm_snapshot")
    yield open_polls
    open_polls.connection.request("evm_revert", snapshot)


def write(path: Path, record: bytes, *, contest: int = 1) -> Path:
    path.write_text(render_json(BallotFile("veche-ballot/1", contest, record)))
    return path


def flip_last(record: bytes) -> bytes:
    return record[:-1] + bytes([record[-1] ^ 1])


@pytest.fixture
def good(polls: Stage, tmp_path: Path) -> list[Path]:
    """Give two ballots of contest 1 and one of contest 30, that hold."""
    one, two = polls.ballots(1, [1, 2])
    (third,) = polls.ballots(30, [1])
    return [
        write(tmp_path / "one", one),
        write(tmp_path / "two", two),
        write(tmp_path / "third", third, contest=30),
    ]


@pytest.fixture
def bad(polls: Stage, tmp_path: Path) -> dict[Path, str]:
    """Give files that cannot be cast, each with a part of the reason."""
    one, two, three = polls.ballots(1, [1, 2, 1])
    (tmp_path / "garbage").write_text("{")
    return {
        tmp_path / "garbage": "is not json",
        tmp_path / "missing": "no such file",
        tmp_path: "is a directory",
        write(tmp_path / "flipped", flip_last(three)): "not on the curve",
        write(tmp_path / "short", three[:-32]): "ballot",
        write(tmp_path / "empty", b""): "ballot",
        write(tmp_path / "moved", one, contest=30): "ballot",
        write(tmp_path / "nowhere", two, contest=999): "is not in the election",
    }


def test_files_that_are_no_ballots_stop_no_other(
    polls: Stage, good: list[Path], bad: dict[Path, str]
) -> None:
    first, *others = bad
    done = cast.cast(polls.opened, [first, *good, *others], relay=RELAY)
    assert len(done.result.cast) == 3
    assert list(done.aside) == list(bad)
    for path, part in bad.items():
        assert part in str(done.aside[path])
    again = cast.cast(polls.opened, good, relay=RELAY)
    assert (len(again.result.already_there), again.aside) == (3, {})


def test_call_of_nothing_but_such_files_ends_with_the_reason_of_the_first(
    polls: Stage, bad: dict[Path, str]
) -> None:
    head = polls.connection.read_head()
    with pytest.raises(InputError, match="garbage: is not json"):
        cast.cast(polls.opened, list(bad), relay=RELAY)
    with pytest.raises(BallotError):
        cast.cast(polls.opened, list(bad)[3:], relay=RELAY)
    assert polls.connection.read_head() == head


def test_of_two_versions_in_one_call_the_first_given_is_cast(
    polls: Stage, tmp_path: Path
) -> None:
    one, other = (polls.ballots(1, [choice])[0] for choice in (1, 2))
    paths = [write(tmp_path / "z", one), write(tmp_path / "a", other)]
    done = cast.cast(polls.opened, paths, relay=RELAY)
    assert len(done.result.cast) == 1
    assert "in two versions" in str(done.aside[paths[1]])
    again = cast.cast(polls.opened, paths[:1], relay=RELAY)
    assert again.result.already_there == done.result.cast


def test_contract_that_refuses_a_contest_stops_no_other(
    polls: Stage, good: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    box = polls.boxes[1].handle
    useless = box.contract.act("cast", (b"",))
    honest = BallotBox.cast
    monkeypatch.setattr(
        BallotBox,
        "cast",
        lambda self, raws: (
            useless
            if self.contract.address == box.contract.address
            else honest(self, raws)
        ),
    )
    done = cast.cast(polls.opened, good, relay=RELAY)
    assert (len(done.result.cast), len(done.result.unknown)) == (1, 2)
    assert done.aside == {}


def test_ballot_is_not_there_because_a_node_calls_its_credential_used(
    polls: Stage, good: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a node drops a ballot, and the relay reports it as counted."""
    monkeypatch.setattr(
        BallotBox, "used", lambda _, credentials: [True for _ in credentials]
    )
    done = cast.cast(polls.opened, good, relay=RELAY)
    assert len(done.result.unseen) == 3
    assert done.result == CastResult(unseen=done.result.unseen)


def test_exit_code_says_that_something_was_set_aside(
    polls: Stage,
    good: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key_file = make_key_file(tmp_path / "relay", Role.RELAY, RELAY)
    monkeypatch.setattr(session, "enter", lambda *_: polls.opened)
    monkeypatch.setattr(session, "unlock", lambda *_, **__: key_file)
    missing = tmp_path / "none"
    with pytest.raises(typer.Exit) as ended:
        cast_act.command(
            ballots=[*good, missing], election=tmp_path, key=tmp_path, as_json=True
        )
    told = capsys.readouterr()
    assert ended.value.exit_code == ExitCode.IN_PART
    (aside,) = json.loads(told.out)["set_aside"]
    assert aside == {
        "file": str(missing),
        "reason": f"{missing}: no such file or directory",
    }
    assert f"warning: {missing} was set aside" in told.err
    cast_act.command(ballots=good, election=tmp_path, key=tmp_path, as_json=True)


def test_exit_code_says_that_a_ballot_is_not_seen(
    polls: Stage, good: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key_file = make_key_file(tmp_path / "relay", Role.RELAY, RELAY)
    monkeypatch.setattr(session, "enter", lambda *_: polls.opened)
    monkeypatch.setattr(session, "unlock", lambda *_, **__: key_file)
    monkeypatch.setattr(BallotBox, "used", lambda _, asked: [True for _ in asked])
    with pytest.raises(typer.Exit) as ended:
        cast_act.command(ballots=good, election=tmp_path, key=tmp_path, as_json=True)
    assert ended.value.exit_code == ExitCode.IN_PART


def test_ballot_is_told_by_its_tracking_code_in_eighty_columns(
    polls: Stage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key_file = make_key_file(tmp_path / "relay", Role.RELAY, RELAY)
    monkeypatch.setattr(session, "enter", lambda *_: polls.opened)
    monkeypatch.setattr(session, "unlock", lambda *_, **__: key_file)
    one, other = (polls.ballots(1, [choice])[0] for choice in (1, 2))
    codes = [
        f"0x{accept_ballot(each, polls.boxes[1].box).tracking_code.hex()}"
        for each in (one, other)
    ]
    for at, record in enumerate((one, other)):
        cast_act.command(
            ballots=[write(tmp_path / f"{at}", record)], election=tmp_path, key=tmp_path
        )
    told = capsys.readouterr()
    assert "veche proof" not in told.err  # nobody signs the blocks of a devnet
    assert told.out.count(codes[0]) == 1
    assert f"  void    {codes[1]}\n  counts  {codes[0]}\n" in told.err
    assert all(len(line) <= 80 for line in (told.out + told.err).splitlines())


def test_on_a_network_it_is_told_how_a_ballot_is_proven(
    polls: Stage,
    good: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """tests/node/engine/comet/test_network.py has a network that is known as one."""
    key_file = make_key_file(tmp_path / "relay", Role.RELAY, RELAY)
    monkeypatch.setattr(session, "enter", lambda *_: polls.opened)
    monkeypatch.setattr(session, "unlock", lambda *_, **__: key_file)
    monkeypatch.setattr(finality, "is_network", lambda _: True)
    monkeypatch.chdir(tmp_path)
    spaced = write(Path("of a voter"), read_json(good[0], BallotFile).record)
    for again in range(2):
        cast_act.command(ballots=[spaced], election=tmp_path, key=tmp_path)
        told = capsys.readouterr().err
        assert "veche proof --ballot 'of a voter' --terms terms.json" in told, again
        assert all(len(line) <= 80 for line in told.splitlines())
    cast_act.command(ballots=good, election=tmp_path, key=tmp_path)
    assert "veche proof --ballot BALLOT" in capsys.readouterr().err
