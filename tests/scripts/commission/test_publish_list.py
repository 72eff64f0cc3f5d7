"""What is said to be published is on the chain, and no voter's salt becomes void."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from election.client.errors import ConnectionFailedError, ContractRefusedError
from election.client.rpc import Connection
from election.client.wire import Act, Receipt
from election.crypto.merkle import EMPTY
from election.crypto.signature import SigningKey
from election.crypto.transcript import Hash
from election.protocol.voter_list import NO_LIST, NO_VOTERS, LeafClaim, PublishedList
from scripts.commission.acts import publish_list as publish_list_act
from scripts.shared import session
from scripts.shared.errors import (
    ContestError,
    InputError,
    NotYetError,
    RuledOutError,
    ScriptError,
)
from scripts.shared.files.lock import hold_file
from scripts.shared.session import acting
from tests.client.stage import COMMISSION, RELAY, STATION, Stage, deploy, travel
from tests.in_process import connect_in_process

BOTH = "contest,voter_id\n1,a\n1,b\n30,c\n"
ONE = "contest,voter_id\n1,a\n1,b\n"
OTHER = PublishedList(Hash(b"\x01" * 32), 5)


@pytest.fixture(scope="module")
def before_lists() -> Stage:
    return deploy(connect_in_process())


@dataclass
class Desk:
    """The commission's desk: a folder, its key, and an election in phase LIST."""

    stage: Stage
    folder: Path
    capture: pytest.CaptureFixture[str]

    @property
    def out(self) -> Path:
        return self.folder / "lists"

    @property
    def files(self) -> set[str]:
        return {each.name for each in self.out.glob("*")}

    def publish(self, table: str | Path | None, **options: Any) -> Any:
        if isinstance(table, str):
            path = self.folder / "voters.csv"
            path.write_text(table)
            table = path
        options = {"out": self.out} | options
        publish_list_act.command(
            Path("x"), Path("key.json"), register=table, as_json=True, **options
        )
        return json.loads(self.capture.readouterr().out)

    def found(self, contest: int) -> PublishedList:
        return self.stage.opened.voter_list.published([contest])[contest]

    def tell(self, contest: int, made: PublishedList) -> None:
        handle = self.stage.opened.voter_list
        act = handle.publish(contest, made.root, size=made.size)
        self.stage.connection.send(act, key=COMMISSION)


@pytest.fixture
def desk(
    before_lists: Stage,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Desk]:
    stage = before_lists
    snapshot = stage.connection.request("evm_snapshot")
    travel(stage.connection, stage.manifest.times.voter_list)
    key = SimpleNamespace(key=COMMISSION, path=tmp_path / "key.json")
    key.path.touch()
    monkeypatch.setattr(session, "enter", lambda *_: stage.opened)
    monkeypatch.setattr(session, "unlock", lambda *_, **__: key)
    yield Desk(stage, tmp_path, capsys)
    stage.connection.request("evm_revert", snapshot)


def spoil(monkeypatch: pytest.MonkeyPatch, *, after: int, what: Any) -> None:
    """Let something happen instead of every sending after some."""
    send, sent = Connection.send, list[Act]()

    def spoiled(self: Connection, act: Act, *, key: SigningKey) -> Receipt:
        sent.append(act)
        if len(sent) > after:
            what()
        return send(self, act, key=key)

    monkeypatch.setattr(Connection, "send", spoiled)


def fail() -> None:
    raise ConnectionFailedError("node", "no node answers there")


def test_lists_are_published_with_their_files(desk: Desk) -> None:
    shown = desk.publish(BOTH)
    assert shown == {"published": [1, 30], "voters": {"1": 2, "30": 1}}
    assert desk.files == {"salts.csv", "list-1.json", "list-30.json"}
    assert (desk.out / "salts.csv").stat().st_mode & 0o777 == 0o600
    again = desk.publish(desk.out / "salts.csv")
    assert again == {"published": [], "voters": {"1": 2, "30": 1}}


def test_register_without_a_contest_is_refused(desk: Desk) -> None:
    with pytest.raises(InputError, match="of contest 30: add them, or give --no-vot"):
        desk.publish(ONE)
    assert desk.found(1) == NO_LIST
    assert not desk.out.exists()


def test_register_without_the_one_contest_asked_for_is_refused(desk: Desk) -> None:
    with pytest.raises(InputError, match="of contest 30: add them"):
        desk.publish(ONE, contests=[30])
    with pytest.raises(InputError, match="register: is missing: give the table"):
        desk.publish(None)


def test_contest_without_voters_is_stated_on_the_chain(desk: Desk) -> None:
    shown = desk.publish(ONE, no_voters=[30])
    assert shown == {"published": [1, 30], "voters": {"1": 2, "30": 0}}
    assert desk.found(30) == NO_VOTERS
    assert "has no voter list" not in desk.capture.readouterr().err
    assert desk.publish(None, no_voters=[30])["published"] == []


def test_nobody_stands_on_the_list_of_no_voters(desk: Desk) -> None:
    desk.publish(ONE, no_voters=[30])
    connection, handle = desk.stage.connection, desk.stage.opened.voter_list
    travel(connection, desk.stage.manifest.times.opening)
    for voter in (EMPTY, Hash(bytes(32))):
        act = handle.mark_paper(LeafClaim(30, 0, voter, ()))
        with pytest.raises(ContractRefusedError, match="leaf is not on the list"):
            connection.send(act, key=STATION)


def test_contest_that_shall_have_no_voters_has_none(desk: Desk) -> None:
    with pytest.raises(InputError, match="line 4: is a voter of contest 30"):
        desk.publish(BOTH, no_voters=[30])
    with pytest.raises(InputError, match="contest 9: is not in the election"):
        desk.publish(BOTH, no_voters=[9])
    assert not desk.out.exists()


def test_register_is_judged_before_key_and_chain(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> None:
        pytest.fail("is asked before the register is read")

    monkeypatch.setattr(session, "enter", never)
    monkeypatch.setattr(session, "unlock", never)
    with pytest.raises(InputError, match="line 2: row: 1 column instead of 2"):
        desk.publish("contest,voter_id\n1\n")


def test_key_is_not_opened_for_a_contest_that_is_not_there(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "unlock", lambda *_, **__: pytest.fail("opened"))
    with pytest.raises(InputError, match=r"line 4: contest 9 is not .* has 1, 30$"):
        desk.publish("contest,voter_id\n1,a\n30,b\n9,c\n")


def test_one_contest_is_published_alone_and_the_other_is_told(desk: Desk) -> None:
    (desk.folder / "voters.csv").write_text(BOTH)
    publish_list_act.command(
        Path("x"),
        Path("key.json"),
        desk.out,
        register=desk.folder / "voters.csv",
        contests=[1],
        as_json=True,
    )
    told = desk.capture.readouterr()
    assert json.loads(told.out) == {"published": [1], "voters": {"1": 2}}
    assert "contest 30 has no voter list: nobody can vote in it unless" in told.err
    assert desk.files == {"salts.csv", "list-1.json"}
    salts = (desk.out / "salts.csv").read_text()
    assert desk.publish("contest,voter_id\n30,c\n")["published"] == [30]
    assert (desk.out / "salts.csv").read_text().startswith(salts)
    assert desk.publish(desk.out / "salts.csv")["voters"] == {"1": 2, "30": 1}


def test_voter_of_one_register_is_not_published_from_another(desk: Desk) -> None:
    desk.publish(BOTH, contests=[1])
    with pytest.raises(InputError, match="line 2: has the voter of line 3 of the reg"):
        desk.publish("contest,voter_id\n30,c\n30,A\n")
    assert desk.found(30) == NO_LIST


def test_published_salts_do_not_become_void_in_silence(desk: Desk) -> None:
    desk.publish(BOTH)
    before = desk.found(1), desk.found(30)
    with pytest.raises(
        InputError, match="contests 1, 30 have lists already, with other salts"
    ):
        desk.publish(BOTH, out=desk.folder / "other")
    assert (desk.found(1), desk.found(30)) == before
    assert not (desk.folder / "other").exists()
    desk.publish(BOTH, out=desk.folder / "other", replace=True)
    assert desk.found(1) != before[0]


def test_salts_in_the_folder_are_not_replaced(desk: Desk) -> None:
    desk.publish(BOTH)
    before = desk.found(1), (desk.out / "salts.csv").read_text()
    with pytest.raises(InputError, match=r"salts\.csv: has other salts: give it as"):
        desk.publish(BOTH, replace=True)
    assert (desk.found(1), (desk.out / "salts.csv").read_text()) == before


def test_list_in_the_folder_is_not_replaced(desk: Desk) -> None:
    desk.publish(BOTH)
    (desk.folder / "salts.csv").write_text(
        (desk.out / "salts.csv").read_text() + f"1,d,{'00' * 32}\n"
    )
    with pytest.raises(InputError, match=r"list-1\.json: is another list"):
        desk.publish(desk.folder / "salts.csv", replace=True)
    other = desk.folder / "corrected"
    shown = desk.publish(desk.folder / "salts.csv", replace=True, out=other)
    assert shown == {"published": [1], "voters": {"1": 3, "30": 1}}


@pytest.mark.parametrize(
    ("phase", "fact", "kind"),
    [
        (-60, "are published from", NotYetError),
        (3600, "were closed at", RuledOutError),
    ],
)
def test_nothing_is_written_out_of_the_phase(
    before_lists: Stage,
    desk: Desk,
    phase: int,
    fact: str,
    kind: type[ScriptError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if phase > 0:
        travel(desk.stage.connection, before_lists.manifest.times.registration)
    else:
        early = deploy(connect_in_process())
        monkeypatch.setattr(session, "enter", lambda *_: early.opened)
    with pytest.raises(kind, match=f"lists: {fact}"):
        desk.publish(BOTH)
    assert not desk.out.exists()


def test_published_lists_are_shown_after_the_phase(desk: Desk) -> None:
    desk.publish(BOTH, contests=[1])
    salts = desk.out / "salts.csv"
    travel(desk.stage.connection, desk.stage.manifest.times.registration)
    desk.capture.readouterr()
    assert desk.publish(salts, out=desk.folder / "again")["published"] == []
    assert (desk.folder / "again/salts.csv").read_text() == salts.read_text()


def test_phase_that_ends_meanwhile_leaves_no_salts_that_look_published(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = desk.stage.manifest.times.registration
    done = list[int]()

    def close() -> None:
        if not done:
            travel(desk.stage.connection, end)
        done.append(1)

    spoil(monkeypatch, after=0, what=close)
    with pytest.raises(ContestError, match="contest 1: voter_list: lists are closed"):
        desk.publish(BOTH)
    assert desk.files == {"unpublished-salts.csv"}


def test_contest_that_fails_stops_no_other_and_is_made_up_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        spoil(patch, after=1, what=fail)
        with pytest.raises(ContestError, match="contest 30: node: no node answers"):
            desk.publish(BOTH)
    assert desk.files == {"salts.csv", "list-1.json", "unpublished-salts.csv"}
    before, given = desk.found(1), (desk.out / "salts.csv").read_text()
    assert desk.found(30) == NO_LIST
    desk.capture.readouterr()
    shown = desk.publish(desk.out / "unpublished-salts.csv")
    assert shown == {"published": [30], "voters": {"1": 2, "30": 1}}
    assert desk.found(1) == before
    assert desk.files == {"salts.csv", "list-1.json", "list-30.json"}
    assert (desk.out / "salts.csv").read_text().startswith(given)


def test_salts_outlive_a_list_of_which_nobody_knows_whether_it_is_published(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        spoil(patch, after=0, what=fail)
        with pytest.raises(ContestError, match="; and 1 contest more"):
            desk.publish(BOTH)
    assert desk.files == {"unpublished-salts.csv"}
    drawn = (desk.out / "unpublished-salts.csv").read_text()
    desk.capture.readouterr()
    assert desk.publish(BOTH)["published"] == [1, 30]
    assert (desk.out / "salts.csv").read_text() == drawn
    assert desk.files == {"salts.csv", "list-1.json", "list-30.json"}


def test_list_that_another_program_replaced_is_not_called_published(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = Connection.send

    def sent(self: Connection, act: Act, *, key: SigningKey) -> Receipt:
        receipt = send(self, act, key=key)
        monkeypatch.setattr(Connection, "send", send)
        desk.tell(1, OTHER)
        return receipt

    monkeypatch.setattr(Connection, "send", sent)
    with pytest.raises(ContestError, match="1: another list was published meanwhile"):
        desk.publish(BOTH)
    assert json.loads(desk.capture.readouterr().out)["published"] == [30]
    assert desk.files == {"salts.csv", "list-30.json", "unpublished-salts.csv"}


def test_other_commission_writes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = SimpleNamespace(key=RELAY, path=desk.folder / "key.json")
    monkeypatch.setattr(session, "unlock", lambda *_, **__: key)
    with pytest.raises(InputError, match="is of another election's commission"):
        desk.publish(BOTH)
    assert not desk.out.exists()


def test_program_that_acts_holds_its_key_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.folder / "key.json"

    def check() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(fcntl, "LOCK_EX", fcntl.LOCK_EX | fcntl.LOCK_NB)
            with pytest.raises(BlockingIOError), hold_file(path):
                pass

    spoil(monkeypatch, after=0, what=check)
    desk.publish(BOTH)
    with hold_file(path):
        pass


def test_key_file_that_is_gone_is_named(desk: Desk) -> None:
    gone: Any = SimpleNamespace(path=desk.folder / "gone.json")
    with pytest.raises(InputError, match=r"gone\.json: no such file"), acting(gone):
        pass
