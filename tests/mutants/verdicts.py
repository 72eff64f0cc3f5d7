"""Run tests inside this process, and tell what became of them."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import pytest

from election.artifacts import ROOT

_OPTIONS: Final = (
    "-x", "-p", "no:terminal", "-p", "no:cacheprovider",
    "-o", "addopts=--import-mode=importlib", "--hypothesis-profile=ci",
)  # fmt: skip  # in silence, the same each time, and without deadlines
_BUSY: Final = 120  # seconds of the processor that a test may take, or never end
_IDLE: Final = 1_800  # seconds of any kind, for one that waits for ever
_MEMORY: Final = 6 * 2**30  # bytes, of a process that runs a mutant


class RunError(Exception):
    """Report tests that did not run, or that are red without a mutant."""


class _TooLongError(Exception):
    """Report a test that does not end."""


class Reporter:
    """A pytest plugin: the first test that fails."""

    def __init__(self) -> None:
        """Begin with all green."""
        self.red: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the first test that fails."""
        if report.failed and self.red is None:
            self.red = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep the first file that cannot even be read."""
        if report.failed and self.red is None:
            self.red = report.nodeid


class _Impatient(Reporter):
    """A pytest plugin: also, a test that does not end fails, on any machine."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self) -> Iterator[None]:
        bounds = ((signal.ITIMER_PROF, _BUSY), (signal.ITIMER_REAL, _IDLE))
        for number in (signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, _interrupt)
        for clock, seconds in bounds:
            signal.setitimer(clock, seconds)
        try:
            return (yield)
        finally:
            for clock, _ in bounds:
                signal.setitimer(clock, 0)


def _interrupt(*_: object) -> None:
    raise _TooLongError


def find_red(tests: Sequence[str]) -> str | None:
    """Run tests until one fails; name it. Raises RunError if they cannot run.

    A mutant may change what tests are called; then all of their files are run.
    """
    reporter = _Impatient()
    with _bounded_memory():
        try:
            run(tests, reporter)
        except RunError:
            run(sorted({test.partition("::")[0] for test in tests}), reporter)
    return reporter.red


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """Bound what is written to; a chain on disk maps more than there is, to read it."""
    usual = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (_MEMORY, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, usual)


def run(tests: Sequence[str], reporter: Reporter) -> None:
    """Run tests, reported to a plugin; raises RunError if they cannot run."""
    arguments = [*_OPTIONS, f"--rootdir={ROOT}", *tests]
    code = pytest.main(arguments, plugins=[reporter])
    is_over = code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    if not is_over and reporter.red is None:
        raise RunError(f"pytest ended with {code!r}")


def run_green(tests: Sequence[str], reporter: Reporter) -> None:
    """Run tests that must be green; raises RunError."""
    run(tests, reporter)
    if reporter.red is not None:
        raise RunError(f"{reporter.red}: red without a mutant")
