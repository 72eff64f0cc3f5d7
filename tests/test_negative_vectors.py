"""Whatever must be refused is refused by everybody who checks it, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

from election.audit.audit import ALL
from election.errors import ElectionError
from node.errors import PrecompileError
from reference.errors import ReferenceAuditError
from tests.audit.conftest import _remembered_curve, _remembered_pairings
from tests.contracts.chain import RefusedError
from tests.reference.conftest import _remembered
from tests.vectors.judges.boards import BOARDS
from tests.vectors.judges.contracts import CONTRACTS
from tests.vectors.judges.files import ACCEPTED, read_cases
from tests.vectors.judges.library import LIBRARY
from tests.vectors.judges.reference import PRECOMPILE, REFERENCE
from tests.vectors.make_negative.__main__ import FILES, FOLDER, write_givens
from tests.vectors.make_negative.case import DECIDED, write_cases

__all__ = ["_remembered", "_remembered_curve", "_remembered_pairings"]

Vector = Mapping[str, Any]
Judge = Callable[[Mapping[str, Any]], None]

BOARD: Final = "board"
CASES: Final = read_cases()
JUDGES: Final[dict[str, tuple[type[Exception], Mapping[str, Judge]]]] = {
    "library": (ElectionError, LIBRARY),
    "reference": (ReferenceAuditError, REFERENCE),
    "precompile": (PrecompileError, PRECOMPILE),
    "contracts": (RefusedError, CONTRACTS),
}
REFUSALS: Final = [
    pytest.param(case, judge, id=f"{name}: {case['comment']} ({judge})")
    for name, cases in CASES.items()
    for case in cases
    if case["kind"] != BOARD
    for judge in case["refused_by"]
    if judge != "contracts"
]
REVERTS: Final = [
    pytest.param(case, id=f"{name}: {case['comment']}")
    for name, cases in CASES.items()
    for case in cases
    if "contracts" in case["refused_by"]
]
BOARD_CASES: Final = [
    pytest.param(case["input"], judge, id=f"{case['comment']} ({judge})")
    for case in CASES["boards"]
    for judge in case["refused_by"]
]
TWINS: Final = [
    pytest.param(case, judge, id=f"{case['comment']} ({judge})")
    for case in CASES[ACCEPTED]
    for judge, (_, kinds) in JUDGES.items()
    if case["kind"] in kinds
]


@pytest.mark.parametrize(("case", "judge"), REFUSALS)
def test_case_is_refused(case: Vector, judge: str) -> None:
    error, kinds = JUDGES[judge]
    with pytest.raises(error):
        kinds[case["kind"]](case["input"])


@pytest.mark.parametrize("case", REVERTS)
def test_case_is_refused_by_the_contracts(case: Vector) -> None:
    """By name, so that the contracts' mutants can be judged by it alone."""
    error, kinds = JUDGES["contracts"]
    with pytest.raises(error):
        kinds[case["kind"]](case["input"])


@pytest.mark.parametrize(("case", "judge"), TWINS)
def test_honest_twin_is_accepted(case: Vector, judge: str) -> None:
    """A verifier that refuses everything has learnt nothing from the other cases."""
    JUDGES[judge][1][case["kind"]](case["input"])


@pytest.mark.parametrize(("case", "judge"), BOARD_CASES)
def test_checks_of_the_board_do_not_hold(case: Vector, judge: str) -> None:
    assert BOARDS[judge](case) == []


@pytest.mark.parametrize("judge", BOARDS)
def test_all_checks_of_the_honest_board_hold(judge: str) -> None:
    """All but `code`, which compares with the contracts of today."""
    names = [name for name in ALL if name != "code"]
    assert BOARDS[judge]({"patch": [], "checks": names}) == names


def test_every_check_has_a_board_on_which_it_does_not_hold() -> None:
    refuted = {name for case in CASES["boards"] for name in case["input"]["checks"]}
    assert refuted == set(ALL)


def test_every_kind_has_an_honest_twin() -> None:
    kinds = {case["kind"] for cases in CASES.values() for case in cases}
    assert {case["kind"] for case in CASES[ACCEPTED]} == kinds - {BOARD}


def test_contracts_are_asked_about_every_kind_that_they_decide() -> None:
    assert CONTRACTS.keys() == DECIDED


def test_only_twins_are_refused_by_nobody() -> None:
    for name, cases in CASES.items():
        assert all((not case["refused_by"]) == (name == ACCEPTED) for case in cases)


@pytest.mark.parametrize("name", FILES)
def test_cases_are_what_is_made_again(name: str) -> None:
    committed = (FOLDER / f"{name}.json").read_text()
    assert write_cases(FILES[name]()) == committed


def test_givens_are_what_is_made_again() -> None:
    assert (FOLDER / "givens.json").read_text() == write_givens()
