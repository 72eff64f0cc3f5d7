"""What is told to stop says so, in one line."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import bench
from bench.stopping import run_stoppable
from election.artifacts import ROOT
from scripts.shared.exit_codes import ExitCode
from scripts.shared.stopping import obey_lost, obey_sigterm, stop_at_once


@pytest.fixture(autouse=True)
def _own_signals() -> Iterator[None]:
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    yield
    for each, handler in before.items():
        signal.signal(each, handler)


def stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_sigterm_is_obeyed_as_ctrl_c_is() -> None:
    obey_sigterm()
    with pytest.raises(KeyboardInterrupt):
        stop()


def test_interruption_that_was_lost_comes_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    obey_lost()

    class Loses:
        def __del__(self) -> None:
            raise KeyboardInterrupt

    kept = [Loses()]
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012  it comes a moment later
        kept.clear()
        time.sleep(10)
    assert capsys.readouterr().err == ""


def test_program_whose_work_is_done_is_ended_without_a_word() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    obey_sigterm()
    stop_at_once()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL


def test_signal_that_was_ignored_stays_so() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop_at_once()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_measurement_that_is_stopped_shows_no_traceback(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        run_stoppable(stop)
    assert ended.value.code == ExitCode.INTERRUPTED
    assert capsys.readouterr().err == "stopped\n"


def test_measurement_that_is_stopped_before_it_began_shows_none_either(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench._end(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert capsys.readouterr().err == "stopped\n"
    bench._end(ValueError, ValueError("a fault"), None)
    assert "ValueError: a fault" in capsys.readouterr().err


@pytest.mark.parametrize(
    "path", sorted((ROOT / "bench").glob("*.py")), ids=lambda path: path.stem
)
def test_every_measurement_can_be_stopped(path: Path) -> None:
    _, begins, end = path.read_text("utf-8").partition('if __name__ == "__main__":')
    assert not begins or end.strip().startswith("run_stoppable(")
