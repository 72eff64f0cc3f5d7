from __future__ import annotations

from pathlib import Path

import pytest

from election.crypto.transcript import ZERO_HASH, Address
from election.protocol.board import Board, Log
from scripts.shared import progress, reading
from scripts.shared.files.bundle_file import read_bundle, write_bundle
from tests.audit.conftest import board, told

__all__ = ["board", "told"]


def make_log(number: int) -> Log:
    return Log(Address(bytes(20)), (), b"", number, 1, ZERO_HASH, 0)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0)


def test_long_reading_says_how_far_it_came(capsys: pytest.CaptureFixture[str]) -> None:
    logs = [make_log(each) for each in (2, 2, 5, 9)]
    assert tuple(reading.keep_logs(iter(logs), range(1, 11))) == tuple(logs)
    told = [line.partition(",")[0] for line in capsys.readouterr().err.splitlines()]
    assert told == [
        "reading blocks: 1 of 10 (10 %)",
        "reading blocks: 4 of 10 (40 %)",
        "reading blocks: 8 of 10 (80 %)",
    ]


@pytest.mark.parametrize("name", ["board.jsonl", "board.jsonl.gz"])
def test_long_bundle_says_how_far_it_came(
    name: str, board: Board, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_bundle(tmp_path / name, board)
    capsys.readouterr()
    assert tuple(read_bundle(tmp_path / name).logs) == tuple(board.logs)
    assert "reading bytes: " in capsys.readouterr().err
