"""`veche reconcile`, on the bundle of a small election."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from election.protocol.board import Board
from election.protocol.events import ShareAccepted
from scripts.running import run_act
from scripts.shared.exit_codes import ExitCode
from scripts.shared.files.bundle_file import write_bundle
from tests.audit.conftest import board, told
from tests.audit.story import Told
from tests.audit.tampering import change, find

__all__ = ["board", "told"]

SEED = "3 1 6 2 5 5 4 1 2 6"


def store(board: Board, folder: Path) -> str:
    path = folder / "election.jsonl"
    write_bundle(path, board)
    return str(path)


def test_numbers_are_shown_with_what_is_asked(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_act("reconcile", [store(board, tmp_path)]) == 0
    printed = capsys.readouterr()
    assert "\n  margin of the counts            1\n" in printed.out
    assert "draw a seed in public, as by dice, and give it with --seed" in printed.out
    assert all(len(line) <= 80 for line in printed.out.splitlines())


def read(board: Board, folder: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    assert run_act("reconcile", [store(board, folder), "--seed", SEED, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_sample_has_the_size_that_is_told(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = read(board, tmp_path, capsys)
    assert (shown["seed"], shown["verdict"]) == (SEED, "held")
    for row in shown["contests"]:
        assert len(row["sample"] or []) == (row["sample_size"] or 0)
    first = shown["contests"][0]
    assert first["sample"][0].keys() == {"index", "leaf"}
    assert first["gap"] == first["issued"] - first["cast"]


def test_seed_that_is_drawn_before_the_polls_close_is_refused(
    told: Told, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever knows it tells who will not be asked."""
    path = store(told.early["polls"], tmp_path)
    assert run_act("reconcile", [path, "--seed", SEED]) == ExitCode.NOT_YET
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "--seed: is drawn after the polls close, which is 20" in printed.err


def test_gap_that_reaches_the_margin_is_warned_of(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With all candidates but one elected, the last two of contest 1 have one each."""
    assert run_act("reconcile", [store(board, tmp_path), "--elected", "2"]) == 0
    printed = capsys.readouterr()
    warning = "WARNING: contest 1: a gap of 0 is not below the margin of 0: ask all 4"
    assert warning in printed.err
    assert "  WARNING: a gap of 0 is not below the margin of 0" in printed.out


def test_nobody_is_drawn_from_a_record_that_does_not_hold(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    share = find(board, ShareAccepted)
    path = store(change(board, share, s=share.event.s ^ 1), tmp_path)
    assert run_act("reconcile", [path, "--seed", SEED, "--json"]) == 3
    printed = capsys.readouterr()
    shown = json.loads(printed.out)
    assert shown["verdict"] == "failed"
    assert not any(row["sample"] for row in shown["contests"])
    assert "WARNING: the record does not hold" in printed.err


def test_seed_is_judged_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_act("reconcile", [str(tmp_path / "none"), "--seed", "1  2"]) == 2
    assert "error: --seed: has a blank at an end" in capsys.readouterr().err


def test_page_and_pdf_are_written_and_written_again_the_same(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, pdf = tmp_path / "made.html", tmp_path / "made.pdf"
    files = ["--html", str(page), "--pdf", str(pdf), "--language", "en"]
    asked = [store(board, tmp_path), "--seed", SEED, *files]
    assert run_act("reconcile", asked) == 0
    made = page.read_bytes(), pdf.read_bytes()
    pdf.unlink()
    assert run_act("reconcile", asked) == 0
    assert (page.read_bytes(), pdf.read_bytes()) == made
    assert SEED.encode() in made[0]
    capsys.readouterr()


def test_another_file_is_not_overwritten(
    board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "made.html"
    page.write_text("mine")
    assert run_act("reconcile", [store(board, tmp_path), "--html", str(page)]) == 9
    assert page.read_text() == "mine"
    assert "made.html: file exists" in capsys.readouterr().err
