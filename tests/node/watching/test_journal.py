from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from node.watching import journal as journals
from node.watching.journal import Journal, LogFile, Messages
from tests.patience import PATIENCE


def _write(journal: Journal, *facts: Mapping[str, object]) -> None:
    for fact in facts:
        journal.put(fact)
    journal._queue.put(None)
    journal._thread.join(PATIENCE)


def test_a_fact_is_a_line_for_people_and_json_for_programs(tmp_path: Path) -> None:
    shown: list[str] = []
    path = tmp_path / "log"
    journal = Journal(
        say=shown.append, warn=shown.append, file=LogFile(path, 10_000, 1)
    )
    _write(journal, {"event": "block", "line": "block 7", "number": 7, "text": "ж\x1b"})
    (line,) = path.read_text("ascii").splitlines()
    told = json.loads(line)
    assert shown[0].endswith(" block 7")
    assert (told["event"], told["number"], told["text"]) == ("block", 7, "ж\x1b")
    assert "line" not in told


def test_what_must_not_be_written_is_hidden(tmp_path: Path) -> None:
    path = tmp_path / "log"
    journal = Journal(say=None, warn=print, file=LogFile(path, 10_000, 1))
    _write(journal, {"event": "x", "private_key": "0xac", "a": 1, "the_password": "p"})
    told = json.loads(path.read_text("ascii"))
    assert (told["private_key"], told["the_password"]) == ("hidden", "hidden")


def test_a_quiet_node_shows_errors_alone() -> None:
    shown: list[str] = []
    journal = Journal(say=None, warn=shown.append, file=None)
    facts = [
        {"event": level, "level": level, "line": level}
        for level in ("info", "warning", "error")
    ]
    _write(journal, *facts)
    assert [line.split()[-1] for line in shown] == ["error"]


def test_files_are_set_aside_and_the_oldest_removed(tmp_path: Path) -> None:
    path = tmp_path / "log"
    journal = Journal(say=None, warn=print, file=LogFile(path, 10_000, 2))
    _write(journal, *({"event": "x", "n": n, "pad": "p" * 900} for n in range(60)))
    files = sorted(each.name for each in tmp_path.iterdir())
    assert files == ["log", "log.1", "log.2"]
    assert all(each.stat().st_size <= 10_000 for each in tmp_path.iterdir())


def test_a_screen_that_takes_nothing_holds_nobody_up_and_the_loss_is_told() -> None:
    """As Ctrl-S in a terminal does: what waits is bounded."""
    going_on, shown = Event(), []

    def stopped(line: str) -> None:
        going_on.wait(PATIENCE)
        shown.append(line)

    journal = Journal(say=stopped, warn=stopped, file=None)
    for n in range(10_000):
        journal.put({"event": "x", "line": str(n)})
    assert journal.lost > 0
    lost = journal.lost
    going_on.set()
    _write(journal)
    told = [line for line in shown if "lines were lost" in line]
    assert told[0].endswith(f"{lost} lines were lost: nobody read as fast as they came")


@pytest.mark.parametrize("full", [False, True])
def test_a_file_that_the_disk_does_not_take_ends_nothing(
    tmp_path: Path, full: bool
) -> None:
    path = Path("/dev/full") if full else tmp_path / "log"
    shown: list[str] = []
    journal = Journal(say=shown.append, warn=print, file=LogFile(path, 10_000, 1))
    _write(journal, *({"event": "x", "line": str(n)} for n in range(3)))
    assert len(shown) == 3


def test_what_a_library_logs_is_told_with_its_traceback(tmp_path: Path) -> None:
    path = tmp_path / "log"
    journal = Journal(say=None, warn=lambda _: None, file=LogFile(path, 10_000, 1))
    fault = KeyError("k")
    record = logging.LogRecord(
        *("some.library", logging.ERROR, "", 1, "it %s", ("broke",)),
        exc_info=(KeyError, fault, None),
    )
    Messages(journal).handle(record)
    _write(journal)
    told = json.loads(path.read_text("ascii"))
    assert told["text"] == "it broke"
    assert told["traceback"] == "KeyError: 'k'"


def test_a_journal_is_silent_only_if_nobody_sees_it_and_no_file_keeps_it(
    tmp_path: Path,
) -> None:
    file = LogFile(tmp_path / "log", 10_000, 1)
    told = [
        Journal(say=say, warn=print, file=kept).is_silent
        for say in (None, print)
        for kept in (None, file)
    ]
    assert told == [True, False, False, False]


def test_a_journal_that_ends_early_waits_for_what_writes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a busy machine a node that failed at once said nothing of why."""
    went_on = Event()
    happened: list[str] = []
    ordinary = journals._load

    def load() -> Any:
        went_on.wait()
        happened.append("loaded")
        return ordinary()

    def close(of: Journal) -> None:
        of.close()
        happened.append("closed")

    monkeypatch.setattr(journals, "_load", load)
    monkeypatch.setattr(journals, "_LAST_WORDS", 0)
    closer = Thread(target=close, args=(Journal(say=print, warn=print, file=None),))
    closer.start()
    closer.join(0.1)
    went_on.set()
    closer.join()
    assert happened == ["loaded", "closed"]
