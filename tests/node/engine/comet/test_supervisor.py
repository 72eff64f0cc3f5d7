"""What an engine says is kept within bounds, and what matters of it is heard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from node.engine.comet.engine_log import EngineLog
from node.watching.journal import LogFile

_SIZE, _FILES = 10_000, 2
_WRONG = "wrong Block.Header.AppHash.  Expected 0A0B, got 0C0D"
_FAILURE = "CONSENSUS FAILURE!!!"


def _hear(folder: Path, *chunks: bytes) -> EngineLog:
    log = EngineLog(LogFile(folder / "engine.log", _SIZE, _FILES))
    for chunk in chunks:
        log.take(chunk)
    log.close()
    return log


def _line(what: str, why: str) -> bytes:
    return json.dumps({"_msg": what, "err": why, "level": "error"}).encode() + b"\n"


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (b'{"level":"info"}\nERROR: failed to listen\n', "failed to listen"),
        (b"ERROR: first\nERROR: last\n{}\n", "last"),
        (b"panic: disk\n\ngoroutine 1 [running]:\n", "panic: disk"),
        (b"x" * 20_000 + b"\nERROR: far\n", "far"),
        (b"", "says no reason"),
        (b"\xff{}\n", "says no reason"),
    ],
)
def test_the_last_reason_in_its_log_is_told(
    tmp_path: Path, said: bytes, word: str
) -> None:
    assert word in _hear(tmp_path, said).last_word


def test_a_log_does_not_grow_without_bound(tmp_path: Path) -> None:
    _hear(tmp_path, *[b"x" * 99 + b"\n"] * 1_000)
    kept = list(tmp_path.iterdir())
    assert len(kept) == _FILES + 1
    assert all(path.stat().st_size <= _SIZE for path in kept)


def test_a_full_disk_loses_lines_and_nothing_else() -> None:
    log = EngineLog(LogFile(Path("/dev/full"), _SIZE, _FILES))
    log.take(b"panic: no space left on device\n")
    log.close()
    assert "no space left" in log.last_word


def test_a_line_without_end_is_kept_in_parts(tmp_path: Path) -> None:
    log = _hear(tmp_path, *[b"x" * 65_536] * 40)
    assert len(log._part) <= 1_048_576


def test_a_line_is_whole_however_it_comes(tmp_path: Path) -> None:
    line = _line(_FAILURE, f"+2/3 committed an invalid block: {_WRONG}")
    log = _hear(tmp_path, *[line[at : at + 7] for at in range(0, len(line), 7)])
    assert log.outvoted is not None
    assert (log.outvoted.ours, log.outvoted.theirs) == ("0A0B", "0C0D")
    assert (tmp_path / "engine.log").read_bytes() == line


def test_whoever_catches_up_is_outvoted_by_what_was_signed(tmp_path: Path) -> None:
    assert _hear(tmp_path, _line("Error in validation", _WRONG)).outvoted is not None


@pytest.mark.parametrize(
    "said",
    [
        _line(
            "prevote step: consensus deems this block invalid; prevoting nil", _WRONG
        ),
        _line("Error in validation", "wrong signature"),
        _line("received", f"{_FAILURE} {_WRONG}"),
        _FAILURE.encode() + b" " + _WRONG.encode() + b"\n",
    ],
)
def test_what_a_single_peer_says_stops_no_node(tmp_path: Path, said: bytes) -> None:
    log = _hear(tmp_path, said)
    assert log.outvoted is None
    assert log.failure is None


def test_another_failure_is_told(tmp_path: Path) -> None:
    log = _hear(tmp_path, _line(_FAILURE, "no space left on device"))
    assert log.outvoted is None
    assert log.failure is not None
    assert "no space left" in log.failure
