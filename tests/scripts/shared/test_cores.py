from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from scripts.shared import cores
from scripts.shared.cores import all_cores
from tests.patience import PATIENCE


def tell_process(number: int) -> tuple[int, int]:
    return number, os.getpid()


def heeds_interrupts(_number: int) -> tuple[int, bool]:
    return os.getpid(), signal.getsignal(signal.SIGINT) is not signal.SIG_IGN


def die_elsewhere(number: int) -> int:
    if number == 3 and os.getppid() == int(os.environ["STARTER"]):
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})


@pytest.mark.usefixtures("two_cores")
def test_parts_are_done_in_other_processes_and_come_in_order() -> None:
    with all_cores() as spread:
        done = list(spread(tell_process, range(12)))
    assert [number for number, _ in done] == list(range(12))
    assert os.getpid() not in {process for _, process in done}


@pytest.mark.usefixtures("two_cores")
def test_what_a_process_that_died_had_is_done_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STARTER", str(os.getpid()))
    with all_cores() as spread:
        assert list(spread(die_elsewhere, range(12))) == list(range(12))


@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("place", ["ProcessPoolExecutor", "ProcessPoolExecutor.submit"])
def test_where_no_process_can_be_started_all_is_done_here(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_given: object, **_options: object) -> None:
        raise OSError

    monkeypatch.setattr(f"scripts.shared.cores.{place}", refuse)
    with all_cores() as spread:
        done = list(spread(tell_process, range(12)))
    assert done == [(number, os.getpid()) for number in range(12)]


@pytest.fixture
def heeding() -> Iterator[None]:
    """Heed interrupts, also where a shell has these tests in its background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("two_cores", "heeding")
def test_an_interrupt_is_for_the_one_that_started_the_others() -> None:
    """Whichever part is done here, where another process was ended by somebody."""
    here = os.getpid()
    assert heeds_interrupts(0) == (here, True)
    with all_cores() as spread:
        done = dict(spread(heeds_interrupts, range(12)))
    assert {process for process, heeds in done.items() if heeds} <= {here}


def test_few_parts_start_no_process() -> None:
    with all_cores() as spread:
        assert list(spread(tell_process, [7, 8])) == [
            (7, os.getpid()),
            (8, os.getpid()),
        ]
        assert list(spread(tell_process, [])) == []


@pytest.mark.usefixtures("two_cores")
def test_only_a_few_parts_are_made_ahead() -> None:
    made: list[int] = []

    def make() -> Iterator[int]:
        for number in range(40):
            made.append(number)
            yield number

    with all_cores() as spread:
        done = iter(spread(tell_process, make()))
        next(done)
        assert len(made) <= cores._WORTHWHILE
        list(done)
    assert len(made) == 40


def wait_long(_number: int) -> None:
    os.write(1, b"here\n")
    time.sleep(2 * PATIENCE)


def test_processes_end_with_the_one_that_started_them() -> None:
    """Also when that one was killed, and could end nobody."""
    lines = (
        "import os",
        "os.sched_getaffinity = lambda _: {0, 1}",
        "from scripts.shared.cores import all_cores",
        "from tests.scripts.shared.test_cores import wait_long",
        "with all_cores() as spread: list(spread(wait_long, range(8)))",
    )
    command = [sys.executable, "-c", "\n".join(lines)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as starter:  # noqa: S603
        assert starter.stdout is not None
        assert starter.stdout.readline() == "here\n"
        starter.kill()
        starter.communicate(timeout=PATIENCE)  # which ends when nobody can write there
