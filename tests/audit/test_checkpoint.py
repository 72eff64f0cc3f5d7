"""An auditor goes on from an own checkpoint of the same record, and nothing else."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from election.audit.evidence import Evidence
from election.client import rpc
from election.protocol.board import Board
from election.protocol.events import BallotCast, Registered, ShareAccepted
from scripts.__main__ import run
from scripts.anybody import checkpoint as checkpoint_module
from scripts.anybody import onwards
from scripts.anybody.checkpoint import Checkpoint
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.bundle_file import write_bundle
from scripts.shared.files.deployment_file import store_deployment
from tests.audit.story import Told
from tests.audit.tampering import answer_for, change, find
from tests.client.board_node import BoardNode

BALLOTS = "verified: 4 of 4 contests, 7 of 7 ballots"


@dataclass(frozen=True, slots=True)
class Auditor:
    """Somebody who audits bundles and nodes, with a checkpoint."""

    folder: Path
    told: Told
    patch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    @property
    def kept(self) -> Path:
        return self.folder / "kept"

    def audit(
        self,
        source: str,
        board: Board,
        *more: str,
        kept: Path | None = None,
        act: Callable[[list[str]], int] = run,
    ) -> tuple[int, str, str]:
        """Audit a board from a bundle or a node; give exit code, report and words."""
        line = ["audit", f"--checkpoint={kept or self.kept}", *more]
        if not any(each.startswith("--auditor") for each in more):
            line.append(f"--auditor={self.folder / 'auditor.json'}")
        if source == "bundle":
            path = self.folder / "board.jsonl"
            path.unlink(missing_ok=True)
            write_bundle(path, board)
            line.append(str(path))
        else:
            node = BoardNode(self.told.connection._post, board)
            self.patch.setattr(rpc, "open_post", lambda _: node.post)
            store_deployment(self.folder / "election.json", self.told.deployment)
            line += [f"--election={self.folder / 'election.json'}"]
            line.append("--rpc-url=http://here")
        code = act(line)
        printed = self.capsys.readouterr()
        return code, printed.out, printed.err


@pytest.fixture
def auditor(
    told: Told,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Auditor:
    return Auditor(tmp_path, told, monkeypatch, capsys)


@pytest.fixture
def verified() -> Iterator[list[int]]:
    """Count the ballots that are verified at each look."""
    with pytest.MonkeyPatch.context() as patch:
        found: list[int] = []
        accept = Evidence.casts

        def casts(self: Evidence, contest: int) -> Any:
            if contest not in self._casts:
                found.append(len(self.every(BallotCast, contest)))
            return accept(self, contest)

        patch.setattr(Evidence, "casts", casts)
        yield found


SOURCES = pytest.mark.parametrize("source", ["bundle", "node"])


@SOURCES
def test_what_was_verified_is_not_verified_again(
    source: str, auditor: Auditor, told: Told, verified: list[int]
) -> None:
    code, early, said = auditor.audit(source, told.early["polls"])
    assert (code, sum(verified)) == (0, 7)
    assert "verified: 0 of 4 contests, 7 of 7 ballots" in early
    assert "the next audit goes on from block" in said
    verified.clear()
    code, text, _ = auditor.audit(source, told.board)
    assert (code, sum(verified)) == (0, 0)
    assert text.endswith(f"{BALLOTS}\n")
    block = told.early["polls"].head.number
    assert f"verified before, and the same: up to block {block}, 7 ballots" in text


def test_checkpoint_that_a_link_names_is_put_further_in_its_place(
    auditor: Auditor, told: Told
) -> None:
    link = auditor.folder / "link"
    link.symlink_to(auditor.kept)
    for board in (told.early["polls"], told.board):
        assert auditor.audit("bundle", board, kept=link)[0] == 0
    assert link.is_symlink()
    assert auditor.audit("bundle", told.board)[0] == 0


@SOURCES
def test_report_is_that_of_a_whole_audit(
    source: str, auditor: Auditor, told: Told, board: Board
) -> None:
    auditor.audit(source, told.early["polls"])
    _, text, _ = auditor.audit(source, board, "--json")
    found = json.loads(text)
    _, text, _ = auditor.audit(source, board, "--json", kept=auditor.folder / "new")
    whole = json.loads(text)
    assert found.pop("before") == {
        "block": told.early["polls"].head.number,
        "ballots": 7,
    }
    assert whole.pop("before") is None
    assert found == whole


def test_bundle_is_gone_on_from_what_a_node_told(
    auditor: Auditor, told: Told, board: Board, verified: list[int]
) -> None:
    auditor.audit("node", told.early["polls"])
    verified.clear()
    code, text, _ = auditor.audit("bundle", board)
    assert (code, sum(verified)) == (0, 0)
    assert text.endswith(f"{BALLOTS}\n")


@SOURCES
def test_fault_after_the_checkpoint_fails_and_leaves_it(
    source: str, auditor: Auditor, told: Told, board: Board
) -> None:
    auditor.audit(source, told.early["polls"])
    before = auditor.kept.read_bytes()
    share = find(board, ShareAccepted)
    wrong = change(board, share, s=share.event.s ^ 1)
    code, text, _ = auditor.audit(source, wrong)
    assert code == ExitCode.NOT_SO
    assert "blames: trustee 1" in text
    assert auditor.kept.read_bytes() == before
    assert auditor.audit(source, board)[0] == 0


@SOURCES
def test_other_history_before_the_checkpoint_is_named(
    source: str, auditor: Auditor, told: Told, board: Board
) -> None:
    early = told.early["polls"]
    auditor.audit(source, early)
    before = auditor.kept.read_bytes()
    rewritten = change(board, find(board, Registered), nonce=7)
    code, text, said = auditor.audit(source, rewritten)
    assert (code, text) == (3, "")
    assert f"up to block {early.head.number}" in said
    assert "another history" in said
    assert auditor.kept.read_bytes() == before


@pytest.mark.parametrize("field", ["transaction", "index"])
def test_what_no_running_hash_covers_is_compared_in_a_bundle(
    field: str, auditor: Auditor, told: Told, board: Board
) -> None:
    auditor.audit("bundle", told.early["polls"])
    log = find(board, BallotCast).log
    other: dict[str, Any] = {"transaction": bytes(32), "index": log.index + 9}
    logs = tuple(
        replace(each, **{field: other[field]}) if each == log else each
        for each in board.logs
    )
    code, _, said = auditor.audit("bundle", replace(board, logs=logs))
    assert code == ExitCode.NOT_SO
    assert "tells another history than the one that was verified before" in said


def test_bundle_without_the_code_of_a_known_contract_is_refused(
    auditor: Auditor, told: Told, board: Board
) -> None:
    auditor.audit("bundle", told.early["polls"])
    address = find(board, BallotCast).log.address
    code = {each: raw for each, raw in board.code.items() if each != address}
    answers = {at: raw for at, raw in board.answers.items() if at.address != address}
    left_out = replace(board, code=code, answers=answers)
    code_, _, said = auditor.audit("bundle", left_out)
    assert code_ == ExitCode.INPUT
    assert f"gives no code of 0x{address.hex()}" in said


@SOURCES
def test_record_that_ends_before_the_checkpoint_is_told_from_another(
    source: str, auditor: Auditor, told: Told, board: Board
) -> None:
    auditor.audit(source, board)
    for more in ((), ("--fresh",)):
        code, _, said = auditor.audit(source, told.early["polls"], *more)
        assert code == ExitCode.NOT_YET
        block = told.early["polls"].head.number
        assert f"at block {block}" in said


def spoil_row(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE leaves SET state = 0")


def cut(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])


def put_view(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE totals RENAME TO others")
        database.execute("CREATE VIEW totals AS SELECT * FROM others")


@SOURCES
@pytest.mark.parametrize(
    ("spoil", "fact"),
    [
        (spoil_row, "was changed since it was sealed, or"),
        (cut, "is torn"),
        (put_view, "is of another form"),
        (lambda path: path.write_bytes(b"a diary"), "is no checkpoint of an audit"),
        (lambda path: path.write_bytes(b""), "is no checkpoint of an audit"),
    ],
    ids=["changed", "cut", "a view", "another file", "empty"],
)
def test_spoilt_checkpoint_is_refused_by_name(
    source: str,
    spoil: Callable[[Path], object],
    fact: str,
    auditor: Auditor,
    told: Told,
    board: Board,
) -> None:
    auditor.audit(source, told.early["polls"])
    spoil(auditor.kept)
    spoilt = auditor.kept.read_bytes()
    code, text, said = auditor.audit(source, board)
    assert (code, text) == (ExitCode.INPUT, "")
    assert f"{auditor.kept}: {fact}" in said
    assert auditor.kept.read_bytes() == spoilt
    code, _, said = auditor.audit(source, board, "--fresh")
    is_own = "no checkpoint" not in fact
    assert code == (0 if is_own else ExitCode.INPUT)
    assert is_own or auditor.kept.read_bytes() == spoilt


@SOURCES
def test_checkpoint_of_another_auditor_is_refused(
    source: str, auditor: Auditor, told: Told, board: Board
) -> None:
    auditor.audit(source, told.early["polls"])
    other = f"--auditor={auditor.folder / 'other.json'}"
    code, _, said = auditor.audit(source, board, other)
    assert code == ExitCode.INPUT
    assert "was changed since it was sealed, or" in said
    assert "hint: --fresh" in said


@SOURCES
def test_older_checkpoint_that_was_put_back_is_refused(
    source: str, auditor: Auditor, told: Told, board: Board
) -> None:
    """Else a history that was rewritten in between would go unnoticed."""
    auditor.audit(source, told.early["polls"])
    older = auditor.kept.read_bytes()
    auditor.audit(source, board)
    auditor.kept.write_bytes(older)
    code, _, said = auditor.audit(source, board)
    assert code == ExitCode.INPUT
    last = board.head.number
    assert f"is an older one, of block {told.early['polls'].head.number}" in said
    assert f"you verified the record up to block {last}" in said


@SOURCES
def test_other_history_is_named_where_the_checkpoint_is_gone(
    source: str, auditor: Auditor, told: Told, board: Board
) -> None:
    auditor.audit(source, told.early["polls"])
    rewritten = answer_for(change(board, find(board, Registered), nonce=7))
    for more in ((), ("--fresh",)):
        auditor.kept.unlink(missing_ok=True)
        code, _, said = auditor.audit(source, rewritten, *more)
        assert code == ExitCode.NOT_SO
        assert "tells another history than the one that you verified up to" in said


def test_checkpoint_of_another_record_is_refused(
    auditor: Auditor, told: Told, board: Board
) -> None:
    auditor.audit("bundle", told.early["polls"])
    code, _, said = auditor.audit("bundle", replace(board, chain_id=7))
    assert code == ExitCode.INPUT
    assert "is of another chain" in said


def test_checkpoint_of_another_version_is_refused(
    auditor: Auditor, told: Told, board: Board
) -> None:
    auditor.audit("bundle", told.early["polls"])
    auditor.patch.setattr(checkpoint_module, "digest_program", lambda: "newer")
    code, _, said = auditor.audit("bundle", board)
    assert code == ExitCode.INPUT
    assert "is of another version of this program" in said


def test_checkpoint_of_a_later_time_than_the_note_is_gone_on_from(
    auditor: Auditor, told: Told, board: Board
) -> None:
    """A power failure may come between the two."""
    auditor.audit("bundle", told.early["polls"])
    note = (auditor.folder / "auditor.json").read_text()
    auditor.audit("bundle", board)
    (auditor.folder / "auditor.json").write_text(note)
    assert auditor.audit("bundle", board)[0] == 0


def kill_after(steps: int, line: list[str]) -> int:
    """Run an act in a process that is killed after so many kept steps; by what."""
    child = os.fork()
    if child == 0:  # pragma: no cover
        keep, left = Checkpoint.keep, [steps]

        def dying(self: Checkpoint, evidence: Evidence) -> Evidence:
            kept = keep(self, evidence)
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return kept

        try:
            Checkpoint.keep = dying  # type: ignore[method-assign]
            run(line)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status)


@SOURCES
def test_audit_that_was_killed_goes_on(
    source: str, auditor: Auditor, board: Board
) -> None:
    auditor.patch.setattr(onwards, "_STEP", 8)
    killed, _, _ = auditor.audit(source, board, act=partial(kill_after, 4))
    assert killed == signal.SIGKILL
    assert not auditor.kept.exists()
    code, text, said = auditor.audit(source, board)
    assert (code, text.endswith(f"{BALLOTS}\n")) == (0, True)
    assert "where the last audit was" in said
    assert "verified before, and the same" in text
    assert not auditor.kept.with_name("kept.running").exists()


def test_checkpoint_is_its_owners_alone_whatever_files_are_by_default(
    auditor: Auditor, told: Told
) -> None:
    before = os.umask(0)
    try:
        for early in (told.early["polls"], told.board):
            assert auditor.audit("bundle", early)[0] == 0
            assert auditor.kept.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


@pytest.mark.parametrize("more", [(), ("--fresh",)], ids=["on", "fresh"])
def test_file_of_somebody_else_beside_a_checkpoint_stays(
    more: tuple[str, ...], auditor: Auditor, board: Board
) -> None:
    beside = auditor.kept.with_name("kept.running")
    beside.write_text("mine")
    code, _, said = auditor.audit("bundle", board, *more)
    assert (code, beside.read_text()) == (ExitCode.INPUT, "mine")
    assert "is not what an audit leaves here" in said


@SOURCES
def test_steps_of_another_history_are_left_and_not_its_checkpoint(
    source: str, auditor: Auditor, told: Told, board: Board
) -> None:
    """A node that lied in the middle costs time, and nothing else."""
    if source == "bundle":  # a node that does not go on from it is found out at once
        auditor.audit(source, told.early["boxes"])
    auditor.patch.setattr(onwards, "_STEP", 8)
    assert auditor.audit(source, hide_ballot(board))[0] == 3
    assert auditor.kept.with_name("kept.running").exists()
    code, text, said = auditor.audit(source, board)
    assert (code, text.endswith(f"{BALLOTS}\n")) == (0, True)
    assert "the record goes not on from there" in said


def hide_ballot(board: Board) -> Board:
    """Leave out the last ballot, while the contracts answer for it."""
    entry = Evidence(board).every(BallotCast)[-1]
    return replace(board, logs=tuple(e for e in board.logs if e != entry.log))


def test_options_of_a_checkpoint_are_refused_without_one(
    auditor: Auditor, board: Board
) -> None:
    path = auditor.folder / "board.jsonl"
    write_bundle(path, board)
    for more in ("--fresh", "--auditor=x"):
        assert run(["audit", str(path), more]) == 2
        assert "goes with --checkpoint" in auditor.capsys.readouterr().err
    assert run(["audit", str(path), "--checkpoint=x", "--reference"]) == 2
    assert "leave out --checkpoint" in auditor.capsys.readouterr().err


def test_secret_is_made_where_the_account_keeps_its_own(
    auditor: Auditor, board: Board
) -> None:
    path = auditor.folder / "board.jsonl"
    write_bundle(path, board)
    line = ["audit", str(path), f"--checkpoint={auditor.kept}"]
    auditor.patch.setenv("XDG_CONFIG_HOME", str(auditor.folder / "config"))
    assert run(line) == 0
    made = auditor.folder / "config" / "veche" / "auditor.json"
    assert made.stat().st_mode & 0o777 == 0o600
    secret = json.loads(made.read_text())["secret"]
    assert secret[2:] not in auditor.capsys.readouterr().err
    assert run(line) == 0
    assert json.loads(made.read_text())["secret"] == secret
