"""`veche audit --reference`: both audits, or none."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from election.crypto.transcript import Hash
from election.protocol.board import Board
from election.protocol.events import ElectionDeployed, ShareAccepted
from reference.build import Build
from scripts.__main__ import run
from scripts.anybody import reference_audit
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.bundle_file import write_bundle
from tests.audit.tampering import change, find
from tests.reference.builds import read_builds

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bundle(board: Board, tmp_path: Path) -> str:
    path = tmp_path / "election.jsonl.gz"
    write_bundle(path, board)
    return str(path)


def test_contracts_compiled_anew_are_what_the_library_keeps() -> None:
    """Both audits would otherwise believe in one and the same kept file."""
    assert reference_audit.compile_builds() == read_builds()


def test_two_audits_that_agree_exit_with_zero(
    bundle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", bundle, "--reference"]) == 0
    assert capsys.readouterr().out.endswith(
        "the reference audit agrees on all 21 checks\nand reads the same booth: none\n"
    )


def test_failed_check_of_both_exits_with_three(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    share = find(board, ShareAccepted)
    path = tmp_path / "tampered.jsonl"
    write_bundle(path, change(board, share, s=share.event.s ^ 1))
    assert run(["audit", str(path), "--reference", "--json"]) == 3
    second = json.loads(capsys.readouterr().out)["reference"]
    assert second["disagreements"] == []
    assert [each["name"] for each in second["checks"] if not each["held"]] == ["shares"]


def _announcing(board: Board) -> Board:
    """Announce a booth; the address then is not that of the rules, which is C3's."""
    deployed = find(board, ElectionDeployed)
    rules = replace(deployed.event.rules, booth=Hash(bytes([7]) * 32))
    return change(board, deployed, rules=rules)


def test_both_audits_read_the_booth_that_is_announced(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "announced.jsonl"
    write_bundle(path, _announcing(board))
    assert run(["audit", str(path), "--reference", "--json"]) == 3
    report = json.loads(capsys.readouterr().out)
    assert report["reference"]["disagreements"] == []
    assert report["booth"] == report["reference"]["booth"] == "0x" + "07" * 32


def test_booth_that_only_one_audit_reads_is_a_disagreement(
    bundle: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("reference.audit._read_booth", lambda _: bytes([7]) * 32)
    assert run(["audit", bundle, "--reference"]) == 3
    said = f"booth: is 0x{'07' * 32} in the reference audit"
    assert said in capsys.readouterr().out


@pytest.fixture
def _other_builds(builds: Mapping[str, Build], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the reference audit hold other builds to be right."""
    tally = replace(builds["Tally"], runtime=b"\0" + builds["Tally"].runtime)
    monkeypatch.setattr(
        reference_audit, "compile_builds", lambda: {**builds, "Tally": tally}
    )


@pytest.mark.usefixtures("_other_builds")
def test_two_audits_that_disagree_exit_with_three(
    bundle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", bundle, "--reference"]) == 3
    printed = capsys.readouterr().out
    assert "THE REFERENCE AUDIT DISAGREES" in printed
    assert "C3 code: failed in the reference audit: tally" in printed


@pytest.mark.usefixtures("_other_builds")
def test_disagreement_is_stated_in_json(
    bundle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["audit", bundle, "--reference", "--json"]) == 3
    report = json.loads(capsys.readouterr().out)
    assert report["held"]
    (disagreement,) = report["reference"]["disagreements"]
    assert disagreement.startswith("C3 code: failed in the reference audit")


def test_reference_audit_loads_nothing_of_what_it_is_compared_to() -> None:
    program = (
        "import sys, reference.audit\n"
        "ours = {'election', 'node', 'scripts'}\n"
        "theirs = {'py_arkworks_bls12381', 'coincurve', 'web3', 'eth_abi', 'msgspec'}\n"
        "print(*sorted((ours | theirs) & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603  our own interpreter and words
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""


def test_audit_without_a_compiler_is_refused(
    bundle: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    compile_anew = reference_audit.compile_builds.__wrapped__
    monkeypatch.setattr(reference_audit, "compile_builds", compile_anew)
    assert run(["audit", bundle, "--reference"]) == ExitCode.INPUT
    assert "contracts:" in capsys.readouterr().err
