"""Judge mutants of the contracts by the contracts' tests."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice, zip_longest
from typing import Final

import pytest
from typing_extensions import override

from election.artifacts import ROOT
from node.rpc.dispatch import Dispatcher
from tests.mutants.contracts.near_misses import miss_edges
from tests.mutants.contracts.sources import contracts_of, remove_asserts
from tests.mutants.contracts.substitution import MutantError, compile_mutant, substitute
from tests.mutants.contracts.weakenings import CONTROL, WEAKENINGS
from tests.mutants.mutant import Judge, Kind, Mutant, weaken
from tests.mutants.verdicts import Reporter, find_red, run_green

_FOLDER: Final = ROOT / "tests" / "contracts"
_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "Election": ("test_election*.py",),
    "KeyCeremony": ("test_key_ceremony*.py",),
    "CeremonyProofs": ("test_key_ceremony*.py",),
    "VoterList": ("test_voter_list*.py",),
    "BallotBox": ("test_election_boxes.py", "test_ballot_box*.py"),
    "Tally": ("test_tally*.py",),
    "ObserverRegistry": ("test_observer_registry.py",),
}
_OF_ALL: Final = ("test_curve.py", "test_weights.py")
_VECTORS: Final = (
    "tests/test_negative_vectors.py::test_case_is_refused_by_the_contracts"
)
_REASON: Final = re.compile(r'execution reverted: ([^"]+)')
_MOST_WITNESSES: Final = 40


def list_mutants() -> Kind:
    """Take every assert out, miss every edge, and apply every weakening."""
    weaker = (weaken(each, ROOT) for each in WEAKENINGS)
    mutants = (*remove_asserts(), *miss_edges(), *weaker)
    return Kind(mutants, weaken(CONTROL, ROOT), _prepare)


def _prepare(mutants: Sequence[Mutant]) -> Judge:
    witnesses = _Witnesses()
    concerned = {name for mutant in mutants for name in contracts_of(mutant)}
    with witnesses.listen():
        run_green(_tests_of(sorted(concerned)), witnesses)
    return partial(_judge, witnesses.sort())


def _judge(witnesses: Mapping[str, Sequence[str]], mutant: Mutant) -> str | None:
    """Ask first the tests that have met a reason, then all that concern it."""
    try:
        substitute(compile_mutant(mutant))
    except MutantError:
        return "it does not compile"
    heard = [witnesses.get(reason, ()) for reason in mutant.reasons]
    first = list(islice(dict.fromkeys(_in_turn(heard)), _MOST_WITNESSES))
    killer = find_red(first) if first else None
    return killer or find_red(_tests_of(contracts_of(mutant)))


def _in_turn(lists: Iterable[Sequence[str]]) -> Iterator[str]:
    """Take one of each list in turn, until all are empty."""
    for row in zip_longest(*lists):
        yield from (each for each in row if each is not None)


def _tests_of(contracts: Iterable[str]) -> list[str]:
    """List the test files that concern some contracts."""
    patterns = [*(each for name in contracts for each in _OF[name]), *_OF_ALL]
    files = [str(path) for each in patterns for path in sorted(_FOLDER.glob(each))]
    return [str(ROOT / _VECTORS), *dict.fromkeys(files)]  # the quickest first


class _Witnesses(Reporter):
    """A pytest plugin: also, which tests made a contract give which reason.

    Chains that tests share are built on the way, and stay.
    """

    def __init__(self) -> None:
        super().__init__()
        self._test = ""
        self._heard: dict[str, set[str]] = defaultdict(set)
        self._seconds: dict[str, float] = defaultdict(float)

    @override
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        super().pytest_runtest_logreport(report)
        if report.when == "call":
            self._seconds[report.nodeid] = report.duration

    def sort(self) -> Mapping[str, Sequence[str]]:
        """List the tests of each reason: one case of each test in turn, quick first."""
        return {reason: self._sort(tests) for reason, tests in self._heard.items()}

    def _sort(self, tests: Iterable[str]) -> Sequence[str]:
        cases: dict[str, list[str]] = defaultdict(list)
        for each in sorted(tests, key=lambda test: (self._seconds[test], test)):
            cases[each.partition("[")[0]].append(each)
        return list(_in_turn(cases.values()))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Note which test it is; chains keep the ear that they began with."""
        self._test = item.nodeid

    @contextmanager
    def listen(self) -> Iterator[None]:
        """Listen to all nodes that begin meanwhile."""
        ask = Dispatcher.handle

        def handle(dispatcher: Dispatcher, body: bytes) -> bytes:
            answer = ask(dispatcher, body)
            for reason in set(_REASON.findall(answer.decode())):
                self._heard[reason].add(self._test)
            return answer

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Dispatcher, "handle", handle)
            yield
