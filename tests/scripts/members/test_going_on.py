"""Members go on from what they verified before, and from nothing else."""

from __future__ import annotations

import errno
import json
import os
import signal
import sqlite3
import warnings
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest

from election.client import rpc
from election.client.deployment import Deployment
from election.client.leaf_requests import ask_for_credential
from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import G, encode_g1
from election.crypto.transcript import ZERO_HASH, Hash
from election.protocol.board import Board
from election.protocol.issuance import prepare_request
from scripts.__main__ import run
from scripts.members import going_on
from scripts.shared.acceptance import read_record
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files import past_file
from scripts.shared.files.deployment_file import store_deployment
from scripts.shared.program import digest_program
from scripts.shared.roles import Role
from scripts.shared.session import instance_of
from tests.client.board_node import BoardNode
from tests.client.stage import ISSUERS, RELAY, Stage, deploy, travel
from tests.in_process import connect_in_process
from tests.scripts.conftest import PASSWORD
from tests.scripts.key_files import make_key_file, put_share

VOTERS: Final = 3
FORGED: Final = Hash(b"\2" * 32)


@pytest.fixture(scope="module")
def stage() -> Stage:
    """The polls are open, and the first voter of each contest has asked."""
    stage = deploy(connect_in_process())
    stage.make_keys()
    stage.publish_lists(VOTERS)
    stage.register_all()
    travel(stage.connection, stage.manifest.times.opening)
    for contest in stage.lists:
        ask(stage, contest, 0)
    return stage


def ask(stage: Stage, contest: int, index: int, *, secret: bytes = b"s" * 16) -> None:
    """Let a voter ask for a credential."""
    place = stage.place(contest, index, nonce=1)
    request = prepare_request(RecoverySecret(secret), ctx=place.ctx, leaf=place.leaf)
    asked = ask_for_credential(place, request.blinded)
    stage.connection.send(stage.prepare(asked), key=RELAY)


@dataclass(frozen=True, slots=True)
class Desk:
    """An issuer with two nodes, which write down what they are asked."""

    stage: Stage
    folder: Path
    patch: pytest.MonkeyPatch

    def __post_init__(self) -> None:
        opened = self.stage.opened
        contracts = (("Election", opened.address),)
        chain = self.stage.connection.chain_id
        deployed = Deployment(chain, ZERO_HASH, 0, 0, contracts)
        store_deployment(self.folder / "election.json", deployed)
        (self.folder / "password").write_text(PASSWORD)
        made = make_key_file(self.folder / "issuer", Role.ISSUER, ISSUERS[0])
        put_share(made, self.stage.shares[ISSUERS[0]], instance_of(opened))

    @property
    def kept(self) -> Path:
        (path,) = self.folder.glob("issuer.*.verified")
        return path

    def issue(
        self, *more: str, contest: int | None = 1, boards: tuple[Board | None, ...] = ()
    ) -> tuple[int, list[int]]:
        """Run the act; give its exit code, and from where each node told all logs."""
        post = self.stage.connection._post
        shown = boards or (None, None)
        nodes = {f"http://{at}": BoardNode(post, each) for at, each in enumerate(shown)}
        self.patch.setattr(rpc, "open_post", lambda url: nodes[url].post)
        line = ["issue", f"--out={self.folder / 'answers'}"]
        line += [] if contest is None else [f"--contest={contest}"]
        line += [f"--election={self.folder / 'election.json'}", *more]
        line += [f"--key={self.folder / 'issuer'}"]
        line += [f"--password-file={self.folder / 'password'}"]
        code = run([*line, *(f"--rpc-url={url}" for url in nodes)])
        heard = [json.loads(each) for node in nodes.values() for each in node.heard]
        requests = [one for each in heard for one in _list(each)]
        asked = [r["params"][0] for r in requests if r["method"] == "eth_getLogs"]
        # what the Election contract alone announced is little, and asked before
        every = [each for each in asked if len(each["address"]) > 1]
        return code, [int(each["fromBlock"], 16) for each in every]

    @property
    def answered(self) -> set[str]:
        lines = (self.folder / "answers").read_text().splitlines()
        return {json.loads(line)["leaf"] for line in lines[1:]}


def _list(request: Any) -> list[Any]:
    return request if isinstance(request, list) else [request]


@pytest.fixture
def desk(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    snapshot = stage.connection.request("evm_snapshot")
    yield Desk(stage, tmp_path, monkeypatch)
    stage.connection.request("evm_revert", snapshot)


def leaves_of(stage: Stage, contest: int, *indices: int) -> set[str]:
    leaves = stage.lists[contest].tree.levels[0]
    return {f"0x{leaves[index].hex()}" for index in indices}


def head_of(stage: Stage) -> int:
    return stage.connection.read_head().number


def test_second_call_reads_new_logs_only_and_answers_all(
    desk: Desk, stage: Stage
) -> None:
    assert desk.issue() == (0, [0, 0])
    assert desk.answered == leaves_of(stage, 1, 0)
    block = head_of(stage)
    ask(stage, 1, 2)
    code, asked = desk.issue()
    assert (code, {*asked}) == (0, {block + 1})
    assert desk.answered == leaves_of(stage, 1, 0, 2)


def test_request_of_another_contest_is_answered_from_what_was_kept(
    desk: Desk, stage: Stage
) -> None:
    desk.issue()
    (desk.folder / "answers").unlink()
    assert desk.issue(contest=30) == (0, [])
    assert desk.answered == leaves_of(stage, 30, 0)


def test_all_contests_are_answered_in_a_file_each(desk: Desk, stage: Stage) -> None:
    folder = desk.folder / "answers"
    for _ in range(2):  # what is there is written anew
        assert desk.issue(contest=None)[0] == 0
        assert {each.name for each in folder.iterdir()} == {
            "1-issuer-1.jsonl",
            "30-issuer-1.jsonl",
        }
    for contest in (1, 30):
        lines = (folder / f"{contest}-issuer-1.jsonl").read_text().splitlines()
        assert {json.loads(line)["leaf"] for line in lines[1:]} == leaves_of(
            stage, contest, 0
        )


def test_file_of_another_stops_no_other_contest(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = desk.folder / "answers"
    folder.mkdir()
    (folder / "1-issuer-1.jsonl").write_text("a diary")
    assert desk.issue(contest=None)[0] == ExitCode.IN_PART
    assert "holds something else than answers" in capsys.readouterr().err
    assert (folder / "1-issuer-1.jsonl").read_text() == "a diary"
    assert (folder / "30-issuer-1.jsonl").exists()


def test_answers_of_all_contests_take_a_folder(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk.folder / "answers").write_text("a file")
    assert desk.issue(contest=None) == (ExitCode.INPUT, [])
    assert "is a file, and the answers of all contests take" in capsys.readouterr().err


def test_all_is_read_again_when_that_is_asked_for(desk: Desk) -> None:
    desk.issue()
    assert desk.issue("--fresh") == (0, [0, 0])
    assert desk.issue() == (0, [])


def tell(stage: Stage, secret: bytes) -> Board:
    """Tell a history in which the second voter of contest 30 asks by this secret."""
    snapshot = stage.connection.request("evm_snapshot")
    ask(stage, 30, 1, secret=secret)
    board = read_record(stage.opened)
    board = replace(board, logs=tuple(board.logs))
    stage.connection.request("evm_revert", snapshot)
    return board


def test_another_history_behind_an_equal_head_is_refused_by_both_nodes_word(
    desk: Desk, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of both histories every check holds, and both nodes tell the second."""
    first, second = tell(stage, b"a" * 16), tell(stage, b"b" * 16)
    assert first.head.number == second.head.number
    assert desk.issue(boards=(first, first))[0] == 0
    (desk.folder / "answers").unlink()
    assert desk.issue(boards=(second, second))[0] == ExitCode.NOT_SO
    assert "http://0: does not go on from the record" in capsys.readouterr().err
    assert not (desk.folder / "answers").exists()
    assert desk.issue(boards=(first, first))[0] == 0


def test_node_of_another_history_is_named_beside_one_that_goes_on(
    desk: Desk, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tell(stage, b"a" * 16), tell(stage, b"b" * 16)
    desk.issue(boards=(first, first))
    assert desk.issue(boards=(first, second))[0] == ExitCode.NOT_SO
    assert "http://1: does not go on from the record" in capsys.readouterr().err


def test_node_that_is_behind_what_was_verified_is_no_liar(
    desk: Desk, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    behind = read_record(stage.opened)
    travel(stage.connection, behind.head.timestamp + 60)
    desk.issue()
    code, _ = desk.issue(boards=(replace(behind, logs=tuple(behind.logs)), None))
    assert code != 0
    told = capsys.readouterr().err
    assert "wait for it, or name another node" in told
    assert "history" not in told


def tear(desk: Desk) -> None:
    raw = desk.kept.read_bytes()
    desk.kept.write_bytes(raw[: len(raw) // 2])


def spoil(desk: Desk) -> None:
    desk.kept.write_bytes(b"something else " * 100)


def empty(desk: Desk) -> None:
    desk.kept.write_bytes(b"")


def lose(desk: Desk) -> None:
    desk.kept.unlink()


def take_another_key(desk: Desk) -> None:
    made = make_key_file(desk.folder / "other", Role.ISSUER, ISSUERS[1])
    share = desk.stage.shares[ISSUERS[1]]
    put_share(made, share, instance_of(desk.stage.opened))
    desk.kept.rename(desk.kept.with_name(desk.kept.name.replace("issuer", "other", 1)))
    for name in ("issuer", "issuer.answered", "answers"):
        (desk.folder / name).unlink()
    (desk.folder / "other").rename(desk.folder / "issuer")
    (path,) = desk.folder.glob("other.*.verified")
    path.rename(path.with_name(path.name.replace("other", "issuer", 1)))


def change_program(desk: Desk) -> None:
    desk.patch.setattr(going_on, "digest_program", lambda: "newer")


def change_election(desk: Desk) -> None:
    other = f"1 {'00' * 20} {digest_program()} names"
    change(desk, "UPDATE head SET title = ?", other)


def change(desk: Desk, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(desk.kept)) as database, database:
        database.execute(statement, values)


def forge_request(desk: Desk) -> None:
    """Let a leaf have asked that never did; all else is left as it was."""
    row = (FORGED, (1).to_bytes(32, "big"), 3, 7, bytes(20), encode_g1(G))
    change(desk, "INSERT INTO leaves VALUES (?, ?, ?, ?, ?, ?)", *row)


def forge_later(desk: Desk) -> None:
    """Give a view the name of what is sealed: it shows other rows when it likes."""
    forge_request(desk)
    change(desk, "ALTER TABLE leaves RENAME TO rows")
    change(desk, "CREATE VIEW leaves AS SELECT * FROM rows WHERE nonce != 7")


def forget_a_log(desk: Desk) -> None:
    change(desk, "DELETE FROM logs WHERE place = 1")


def move_head(desk: Desk) -> None:
    change(desk, "UPDATE head SET block = block + 1")


def spoil_a_name(desk: Desk) -> None:
    """Have SQLite complain of a table whose name is no text."""
    raw = desk.kept.read_bytes()
    raw = raw.replace(b"tablelogslogs", b"table\xff\xfegslogs")
    desk.kept.write_bytes(raw.replace(b"CREATE TABLE logs", b"CREXTE TABLE logs"))


def lose_the_title(desk: Desk) -> None:
    with closing(sqlite3.connect(desk.kept, isolation_level=None)) as database:
        query = "SELECT sql FROM sqlite_schema WHERE name = 'head'"
        (form,) = database.execute(query).fetchone()
        loose = form.replace("TEXT NOT NULL", "TEXT").replace("STRICT", "")
        put_form(database, loose)
    with closing(sqlite3.connect(desk.kept, isolation_level=None)) as database:
        database.execute("UPDATE head SET title = NULL")
        put_form(database, form)


def put_form(database: sqlite3.Connection, form: str) -> None:
    database.execute("PRAGMA writable_schema = ON")
    statement = "UPDATE sqlite_schema SET sql = ? WHERE name = 'head'"
    database.execute(statement, (form,))


UNSEALED: Final = "was changed since it was sealed, or was sealed with another key"
UNUSABLE: Final[dict[str, tuple[Callable[[Desk], None], str]]] = {
    "torn": (tear, "is torn"),
    "something else": (spoil, "is torn"),
    "empty": (empty, "was never finished"),
    "lost": (lose, "verifying the record from its beginning"),
    "another key's": (take_another_key, UNSEALED),
    "another program's": (change_program, "is of another version of this program"),
    "another election's": (change_election, "is of another chain"),
    "forged": (forge_request, UNSEALED),
    "a view": (forge_later, "is of another form"),
    "log lost": (forget_a_log, UNSEALED),
    "name spoiled": (spoil_a_name, "is torn"),
    "title lost": (lose_the_title, "is torn"),
    "head moved": (move_head, UNSEALED),
}


@pytest.mark.parametrize("what", UNUSABLE)
def test_record_that_is_not_what_was_kept_is_read_from_its_beginning(
    desk: Desk, stage: Stage, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    spoil_it, fact = UNUSABLE[what]
    assert desk.issue()[0] == 0
    spoil_it(desk)
    capsys.readouterr()
    assert desk.issue() == (0, [0, 0])
    told = capsys.readouterr().err
    assert f"{fact}\n" in told
    assert told.count("from its beginning") == 1
    assert desk.answered == leaves_of(stage, 1, 0)
    desk.patch.undo()
    assert desk.issue()[0] == 0


def test_kept_record_is_for_its_owner_only(desk: Desk) -> None:
    desk.issue()
    assert desk.kept.stat().st_mode & 0o777 == 0o600


def die(*_: object) -> bytes:
    os.kill(os.getpid(), signal.SIGKILL)
    return b""


def issue_and_die(desk: Desk) -> None:
    """Run the act in a process that is killed before what it kept is sealed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of threads, from 3.12
        child = os.fork()
    if child == 0:
        seal, known = past_file._seal, []

        def seal_or_die(*each: Any) -> bytes:
            known.append(each)
            return die() if len(known) == writes else seal(*each)

        writes = 2 if [*desk.folder.glob("issuer.*.verified")] else 1
        desk.patch.setattr(past_file, "_seal", seal_or_die)
        desk.issue()
        os._exit(1)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL


def test_program_that_is_killed_before_it_kept_anything_leaves_nothing(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    issue_and_die(desk)
    assert desk.issue() == (0, [0, 0])
    assert "was never finished" in capsys.readouterr().err
    assert desk.issue() == (0, [])


def test_program_that_is_killed_in_a_later_step_leaves_the_step_before(
    desk: Desk, stage: Stage
) -> None:
    desk.issue()
    block = head_of(stage)
    ask(stage, 1, 1)
    issue_and_die(desk)
    code, asked = desk.issue()
    assert (code, {*asked}) == (0, {block + 1})
    assert desk.answered == leaves_of(stage, 1, 0, 1)


def test_nothing_is_kept_of_a_record_that_does_not_hold(
    desk: Desk, stage: Stage
) -> None:
    board = read_record(stage.opened)
    lost = replace(board, logs=tuple(board.logs)[:-1])
    assert desk.issue(boards=(lost, lost))[0] == ExitCode.NOT_SO
    assert [*desk.folder.glob("issuer.*.verified")] == []


def test_key_on_a_disk_that_takes_nothing_compares_all_the_same(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.patch.setattr(os, "access", lambda *_, **__: False)
    assert desk.issue()[0] == 0
    assert "nothing is kept" in capsys.readouterr().err
    assert [*desk.folder.glob("*.verified")] == []


def test_disk_without_room_for_the_record_stops_nobody(
    desk: Desk, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> bytes:
        raise sqlite3.OperationalError("database or disk is full")

    desk.patch.setattr(past_file, "_seal", fail)
    assert desk.issue()[0] == 0
    assert "the next call verifies the same again" in capsys.readouterr().err
    assert desk.answered == leaves_of(stage, 1, 0)


def test_disk_without_room_for_a_lock_stops_nobody(
    desk: Desk, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = os.open

    def fail(path: Any, *more: Any, **named: Any) -> int:
        if str(path).endswith(".verified.lock"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return opened(path, *more, **named)

    desk.patch.setattr(os, "open", fail)
    assert desk.issue()[0] == 0
    assert "nothing is kept" in capsys.readouterr().err
    assert [*desk.folder.glob("*.verified")] == []
    assert desk.answered == leaves_of(stage, 1, 0)
