"""Judge mutants of the contracts by the contracts' tests."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Final

import pytest

from election.artifacts import ROOT
from node.rpc.dispatch import Dispatcher
from tests.mutants.contracts.near_misses import miss_edges
from tests.mutants.contracts.sources import contracts_of, remove_asserts
from tests.mutants.contracts.substitution import MutantError, compile_mutant, substitute
from tests.mutants.contracts.weakenings import CONTROL, WEAKENINGS
from tests.mutants.mutant import Judge, Kind, Mutant, weaken
from tests.mutants.verdicts import Reporter, find_red, run_green

_FOLDER: Final = ROOT / "tests" / "contracts"
_OF: Final[Mapping[str, str]] = {
    "Election": "test_election*.py",
    "KeyCeremony": "test_key_ceremony*.py",
    "CeremonyProofs": "test_key_ceremony*.py",
    "VoterList": "test_voter_list*.py",
    "BallotBox": "test_ballot_box*.py",
    "Tally": "test_tally*.py",
}
_OF_ALL: Final = "test_curve.py"
_VECTORS: Final = (
    "tests/test_negative_vectors.py::test_case_is_refused_by_the_contracts"
)
_REASON: Final = re.compile(r'execution reverted: ([^"]+)')
_MOST_WITNESSES: Final = 3


def list_mutants() -> Kind:
    """Take every assert out, miss every edge, and apply every weakening."""
    weaker = (weaken(each, ROOT) for each in WEAKENINGS)
    mutants = (*remove_asserts(), *miss_edges(), *weaker)
    return Kind(mutants, weaken(CONTROL, ROOT), _prepare)


def _prepare(mutants: Sequence[Mutant]) -> Judge:
    witnesses = _Witnesses()
    concerned = {name for mutant in mutants for name in contracts_of(mutant)}
    run_green(_tests_of(sorted(concerned)), witnesses)
    return partial(_judge, dict(witnesses.heard))


def _judge(witnesses: Mapping[str, Sequence[str]], mutant: Mutant) -> str | None:
    """Ask first the tests that have met the reason, then all that concern it."""
    try:
        substitute(compile_mutant(mutant))
    except MutantError:
        return "it does not compile"
    first = witnesses.get(mutant.reason or "", ())[:_MOST_WITNESSES]
    killer = find_red(first) if first else None
    return killer or find_red(_tests_of(contracts_of(mutant)))


def _tests_of(contracts: Iterable[str]) -> list[str]:
    """List the test files that concern some contracts."""
    patterns = [*(_OF[name] for name in contracts), _OF_ALL]
    files = [str(path) for each in patterns for path in sorted(_FOLDER.glob(each))]
    return [str(ROOT / _VECTORS), *files]  # the quickest first


class _Witnesses(Reporter):
    """A pytest plugin: also, which tests made a contract give which reason.

    Chains that tests share are built on the way, and stay.
    """

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
