"""Parts of a check are added up, and nothing of any part is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from election.audit.audit import _find_end, _judge_contest
from election.audit.evidence import Evidence
from election.audit.report import (
    NODE,
    Awaited,
    CheckResult,
    Finding,
    Outcome,
    Verdict,
)
from election.audit.terms import derive_terms
from election.audit.verify import join_outcomes
from election.protocol.board import Board
from election.protocol.events import Extended
from reference.report import CheckResult as OtherResult
from reference.report import Report as OtherReport
from tests.audit.tampering import audit, find


def part(*names: str) -> Outcome:
    """Make a part of whose things each is found wrong, noted and awaited."""
    return Outcome(
        len(names),
        3 * len(names),
        tuple(Finding(name, "fact", NODE, None) for name in names),
        names,
        tuple(Awaited(name, "is to come", None) for name in names),
    )


def test_outcomes_of_all_parts_are_joined() -> None:
    assert join_outcomes([part("a", "b"), part("c")]) == part("a", "b", "c")


HELD = Outcome(1, 1, ())
WRONG = replace(HELD, findings=(Finding("subject", "fact", NODE, 7),), verified=0)
LATER = replace(HELD, awaited=(Awaited("subject", "is to come", 7),), verified=0)


def checks_with(outcome: Outcome, at: int) -> tuple[CheckResult, ...]:
    """Give three checks that hold but for one."""
    outcomes = [outcome if number == at else HELD for number in range(3)]
    return tuple(
        CheckResult(number, "name", "claim", each)
        for number, each in enumerate(outcomes)
    )


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_check_decides_over_an_audit_whichever_it_is(board: Board, at: int) -> None:
    honest = audit(board)
    for outcome, verdict in ((WRONG, Verdict.FAILED), (LATER, Verdict.NOT_DUE)):
        assert replace(honest, checks=checks_with(outcome, at)).verdict is verdict


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize(
    ("outcome", "verdict"), [(WRONG, Verdict.FAILED), (LATER, Verdict.NOT_DUE)]
)
def test_one_check_decides_over_its_contest(
    outcome: Outcome, verdict: Verdict, at: int
) -> None:
    checks = checks_with(outcome, at)
    assert _judge_contest(7, checks) is verdict
    assert _judge_contest(8, checks) is Verdict.HELD


def test_polls_end_later_by_what_was_announced(board: Board) -> None:
    evidence, extended = Evidence(board), find(board, Extended)
    end = evidence.times.cast_closing + extended.event.delta
    assert _find_end(evidence) == end


@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_check_decides_over_the_other_audit(at: int) -> None:
    checks = [OtherResult(number, "name", 1, 1, ()) for number in range(3)]
    assert OtherReport(b"", tuple(checks)).held
    checks[at] = replace(checks[at], verified=0)
    assert not OtherReport(b"", tuple(checks)).held


def test_terms_have_every_contest_and_every_issuer(board: Board) -> None:
    contests = derive_terms(Evidence(board)).contests
    assert {each: len(contests[each].issuer_keys) for each in contests} == {
        1: 2,
        2: 2,
        3: 2,
        4: 2,
    }
