"""`veche audit` and `veche export`, with their exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from election.client.rpc import Connection
from election.protocol.board import Board
from election.protocol.events import ShareAccepted
from scripts.running import run_act
from scripts.shared.errors import InputError
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.bundle_file import read_bundle, write_bundle
from scripts.shared.files.deployment_file import read_deployment, store_deployment
from scripts.shared.witnesses import read_from
from tests.audit.story import Told
from tests.audit.tampering import change, find


@pytest.fixture
def bundle(board: Board, tmp_path: Path) -> Path:
    path = tmp_path / "election.jsonl.gz"
    write_bundle(path, board)
    return path


def test_honest_bundle_exits_with_zero(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_act("audit", [str(bundle)]) == 0
    printed = capsys.readouterr()
    assert printed.out.endswith("verified: 4 of 4 contests, 7 of 7 ballots\n")
    assert printed.err.startswith("C1 of 21:")


def test_failed_check_exits_with_three(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    share = find(board, ShareAccepted)
    path = tmp_path / "tampered.jsonl"
    write_bundle(path, change(board, share, s=share.event.s ^ 1))
    assert run_act("audit", [str(path), "--json"]) == 3
    report = json.loads(capsys.readouterr().out)
    (failed,) = [check for check in report["checks"] if not check["held"]]
    assert failed["name"] == "shares"
    assert failed["outcome"]["findings"][0]["blames"] == "trustee 1"


def test_early_audit_exits_with_zero(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "early.jsonl"
    write_bundle(path, told.early["polls"])
    assert run_act("audit", [str(path)]) == 0
    text = capsys.readouterr().out
    assert "0 of 4 not due" in text
    assert "not due: contest 1: is not frozen yet" in text
    assert "blames" not in text
    assert "4 ballots, not due yet: First district" in text
    assert "          no counts before 20" in text
    assert "withheld" not in text
    assert text.endswith("verified: 0 of 4 contests, 7 of 7 ballots\n")
    assert run_act("audit", [str(path), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["held"], report["verdict"]) == (False, "not due")
    verdicts = {check["name"]: check["verdict"] for check in report["checks"]}
    assert (verdicts["sums"], verdicts["ballots"]) == ("not due", "held")


@pytest.mark.parametrize("raw", [b"", b"no bundle", b"\x1f\x8b\x08", b"\xff" * 99])
def test_malformed_file_is_wrong_input(
    tmp_path: Path, raw: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_bytes(raw)
    assert run_act("audit", [str(path)]) == ExitCode.INPUT
    printed = capsys.readouterr()
    assert printed.out == ""
    fact = f"veche audit: error: {path}: is not a record that `veche export` wrote ("
    assert printed.err.startswith(fact)


@pytest.mark.parametrize("act", [["audit"], ["audit", "--reference"]])
def test_record_with_a_line_left_out_is_named_and_fetched_again(
    act: list[str], board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "short.jsonl"
    write_bundle(path, board)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-3] + lines[-2:]))
    assert run_act(act[0], [str(path), *act[1:]]) == ExitCode.INPUT
    error, hint = capsys.readouterr().err.splitlines()
    assert error.startswith(
        f"veche audit: error: {path}: line {len(lines) - 1}: is not"
    )
    assert "hint: lines were left out or altered, or it was cut off: fetch it" in hint


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], ExitCode.USAGE),
        (["a", "--election", "b"], ExitCode.USAGE),
        (["missing.jsonl"], ExitCode.INPUT),
    ],
)
def test_nothing_to_audit_is_told_by_the_code(
    arguments: list[str], code: ExitCode
) -> None:
    assert run_act("audit", arguments) == code


@pytest.fixture
def deployment_file(
    told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Write the record of the election, whose node runs in this process."""

    def connect(url: str, *, chain_id: int | None = None) -> Connection:
        assert (url, chain_id) == ("http://here", told.board.chain_id)
        return told.connection

    monkeypatch.setattr("scripts.shared.witnesses.connect", connect)
    path = tmp_path / "election.json"
    store_deployment(path, told.deployment)
    return path


def test_election_on_a_node_is_audited(
    deployment_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--election", str(deployment_file), "--rpc-url", "http://here"]
    assert run_act("audit", arguments) == 0
    told = capsys.readouterr()
    assert "verified: 4 of 4 contests" in told.out
    assert "compare the hash with that of auditors who asked other nodes" in told.err


def set_clock(monkeypatch: pytest.MonkeyPatch, own: int) -> None:
    clock = SimpleNamespace(time=partial(int, own))
    monkeypatch.setattr("scripts.shared.witnesses.time", clock)


@pytest.mark.parametrize(("skew", "warns"), [(0, False), (300, False), (301, True)])
def test_head_far_from_the_own_clock_is_warned_of(
    deployment_file: Path,
    board: Board,
    skew: int,
    warns: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    deployment = read_deployment(deployment_file)
    monkeypatch.setattr("scripts.shared.witnesses._is_test", lambda _: False)
    for own in (board.head.timestamp - skew, board.head.timestamp + skew):
        set_clock(monkeypatch, own)
        read_from(deployment, "http://here")
        told = capsys.readouterr().err
        assert ("warning: the head of" in told) is warns
        assert all(len(line) <= 80 for line in told.splitlines())


def test_clock_of_a_test_election_is_not_warned_of(
    deployment_file: Path,
    board: Board,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It is moved on purpose, and every act would say so."""
    set_clock(monkeypatch, board.head.timestamp - 10**6)
    read_from(read_deployment(deployment_file), "http://here")
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("deployment_file")
def test_chain_that_forgot_is_told_of_whoever_reads(
    told: Told,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    head = told.connection.read_head().number
    forgotten = replace(told.deployment, block=head + 1, anchor=None)
    path = tmp_path / "forgotten.json"
    store_deployment(path, forgotten)
    source = ["--election", str(path), "--rpc-url", "http://here"]
    for act in ("audit", "export", "terms"):
        out = [] if act == "audit" else ["--out", str(tmp_path / act)]
        assert run_act(act, [*source, *out]) != 0
        assert "the node's chain ends before block" in capsys.readouterr().err


def test_export_writes_what_the_audit_reads(
    deployment_file: Path, board: Board, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl.gz"
    arguments = ["--election", str(deployment_file), "--rpc-url", "http://here"]
    assert run_act("export", [*arguments, "--out", str(out)]) == 0
    assert read_bundle(out) == board
    before = out.read_bytes()
    assert run_act("export", [*arguments, "--out", str(out)]) == ExitCode.INPUT
    assert out.read_bytes() == before


@pytest.mark.parametrize("name", ["board.jsonl", "board.jsonl.gz"])
def test_bundle_file_is_read_as_written(
    board: Board, tmp_path: Path, name: str
) -> None:
    write_bundle(tmp_path / name, board)
    assert read_bundle(tmp_path / name) == board
    is_packed = (tmp_path / name).read_bytes().startswith(b"\x1f\x8b")
    assert is_packed == name.endswith(".gz")


def test_bundle_is_never_overwritten(bundle: Path, board: Board) -> None:
    before = bundle.read_bytes()
    with pytest.raises(InputError):
        write_bundle(bundle, board)
    assert bundle.read_bytes() == before
