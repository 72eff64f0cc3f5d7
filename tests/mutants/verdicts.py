"""Run the contracts' tests inside this process, and tell what became of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pytest

from election.artifacts import ROOT
from node.rpc.dispatch import Dispatcher

_FOLDER: Final = ROOT / "tests" / "contracts"
_OF: Final[Mapping[str, str]] = {
    "Election": "test_election*.py",
    "KeyCeremony": "test_key_ceremony*.py",
    "VoterList": "test_voter_list*.py",
    "BallotBox": "test_ballot_box*.py",
    "Tally": "test_tally*.py",
}
_OF_ALL: Final = "test_curve.py"
_REASON: Final = re.compile(r'execution reverted: ([^"]+)')
_OPTIONS: Final = (
    "-x", "-p", "no:terminal", "-p", "no:cacheprovider",
    "-o", "addopts=--import-mode=importlib",
)  # fmt: skip  # in silence


class RunError(Exception):
    """Report tests that did not run, or that are red without a mutant."""


class _Reporter:
    """A pytest plugin: the first test that fails."""

    def __init__(self) -> None:
        self.red: str | None = None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.red is None:
            self.red = report.nodeid


class _Witnesses(_Reporter):
    """A pytest plugin: also, which tests made a contract give which reason."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[str, list[str]] = defaultdict(list)

    @pytest.fixture(autouse=True)
    def _listen(
        self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ask = Dispatcher.handle

        def handle(dispatcher: Dispatcher, body: bytes) -> bytes:
            answer = ask(dispatcher, body)
            for reason in set(_REASON.findall(answer.decode())):
                self.heard[reason].append(request.node.nodeid)
            return answer

        monkeypatch.setattr(Dispatcher, "handle", handle)


def tests_of(contracts: Iterable[str]) -> list[str]:
    """List the test files that concern some contracts."""
    patterns = [*(_OF[name] for name in contracts), _OF_ALL]
    return [str(path) for each in patterns for path in sorted(_FOLDER.glob(each))]


def find_red(tests: Sequence[str]) -> str | None:
    """Run tests until one fails; name it. Raises RunError if they cannot run."""
    reporter = _Reporter()
    _run(tests, reporter)
    return reporter.red


def hear_witnesses() -> dict[str, list[str]]:
    """Run all tests, which must be green; give the tests that met each reason.

    Chains that tests share are built on the way, and stay. Raises RunError.
    """
    witnesses = _Witnesses()
    _run(tests_of(_OF), witnesses)
    if witnesses.red is not None:
        raise RunError(f"{witnesses.red}: red without a mutant")
    return dict(witnesses.heard)


def _run(tests: Sequence[str], reporter: _Reporter) -> None:
    arguments = [*_OPTIONS, f"--rootdir={ROOT}", *tests]
    code = pytest.main(arguments, plugins=[reporter])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RunError(f"pytest ended with {code!r}")
