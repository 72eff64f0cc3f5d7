"""Audit an election: run every check over its board, and sum up what held."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Final, get_args

from election.audit.catalogue import CHECKS, Check
from election.audit.evidence import Evidence
from election.audit.finality import judge_finality
from election.audit.past import NOTHING
from election.audit.report import (
    NODE,
    Before,
    CheckResult,
    ContestOutcome,
    Finality,
    Outcome,
    Report,
    Verdict,
)
from election.audit.spread import Spread
from election.audit.verify import Named, describe
from election.errors import ElectionError, SpoolError
from election.protocol.board import Board
from election.protocol.counts import list_counts
from election.protocol.events import (
    BallotCast,
    ContestListed,
    ElectionDeployed,
    Extended,
    Issued,
    LeafEvent,
    Registered,
    ResultPublished,
    Withdrawn,
)
from election.protocol.text import spell_lines

ALL: Final = tuple(check.name for check in CHECKS)
FOLDS: Final[Mapping[str, tuple[type[object], ...]]] = {
    **dict.fromkeys(("record", "clock"), (*get_args(LeafEvent), BallotCast)),
    "leaves": get_args(LeafEvent),
    "attestations": (Registered, Withdrawn, Issued),
    "issuance": (Issued,),
    **dict.fromkeys(("ballots", "casting"), (BallotCast,)),
}
"""The checks that count the acts of voters, with the events that they count.

They begin with what was verified before, and look at what came since.
"""
Progress = Callable[[int, Check], None]
"""Told the number of each check before it runs."""


def audit_board(
    board: Board,
    *,
    progress: Progress,
    genesis: bytes | None = None,
    spread: Spread = map,
) -> Report:
    """Run all checks over a board; never raises for what is on it.

    genesis: SHA-256 of the genesis of the network that must have signed it. spread:
    what runs a function over parts of the ballots, as map does.
    """
    return audit_evidence(
        Evidence(board, spread=spread), progress=progress, genesis=genesis
    )


def audit_evidence(
    evidence: Evidence, *, progress: Progress, genesis: bytes | None = None
) -> Report:
    """Run all checks, as audit_board, over evidence that is looked at afterwards."""
    results = tuple(run_checks(evidence, ALL, progress=progress))
    return _sum_up(evidence, results, judge_finality(evidence, genesis))


def run_checks(
    evidence: Evidence, names: Collection[str], *, progress: Progress
) -> Iterator[CheckResult]:
    """Run the checks of these names, in their order, each when it is asked for."""
    for number, check in enumerate(CHECKS, 1):
        if check.name in names:
            progress(number, check)
            outcome = _run(check, evidence)
            yield CheckResult(number, check.name, check.claim, outcome)


def _run(check: Check, evidence: Evidence) -> Outcome:
    """Run a check; one that cannot even begin has verified nothing of one thing."""
    try:
        evidence.require_election()
        return _add_known(check, evidence, check.verify(evidence))
    except SpoolError:  # of this machine, and so nobody's fault
        raise
    except ElectionError as error:
        finding = describe(error, named=Named("record"), blames=NODE)
        return Outcome(0, 1, (finding,))


def _add_known(check: Check, evidence: Evidence, outcome: Outcome) -> Outcome:
    """Add what the check verified before, of which every single thing held."""
    known = count_known(evidence, FOLDS.get(check.name, ()))
    return replace(
        outcome, verified=outcome.verified + known, total=outcome.total + known
    )


def count_known(evidence: Evidence, kinds: Iterable[type[object]]) -> int:
    """Count the events of these kinds that were verified before, of all contests."""
    contests = [each.contest for each in evidence.contests]
    pairs = product(kinds, contests)
    return sum(evidence.past.count(kind, contest) for kind, contest in pairs)


def _sum_up(
    evidence: Evidence, checks: tuple[CheckResult, ...], finality: Finality
) -> Report:
    ballots = next(check for check in checks if check.name == "ballots").outcome
    contests = tuple(
        _sum_up_contest(evidence, entry.event, checks=checks)
        for entry in evidence.every(ContestListed)
    )
    known = count_known(evidence, (BallotCast,))
    deployed = evidence.every(ElectionDeployed)
    rules = deployed[-1].event.rules if deployed else None
    return Report(
        title=rules.title if rules else "",
        test=rules is not None and rules.test,
        chain_id=evidence.board.chain_id,
        election=f"0x{evidence.board.election.hex()}",
        head=evidence.board.head.number,
        head_timestamp=evidence.board.head.timestamp,
        polls_end=_find_end(evidence) if deployed else None,
        booth=f"0x{rules.booth.hex()}" if rules and any(rules.booth) else None,
        record_hash=f"0x{evidence.record_hash.hex()}",
        checks=checks,
        contests=contests,
        verified_ballots=ballots.verified,
        ballots=known + len(evidence.every(BallotCast)),
        before=None if evidence.past is NOTHING else Before(evidence.past.block, known),
        finality=finality,
    )


def _find_end(evidence: Evidence) -> int:
    """Tell when the polls close, as far as extensions are announced by now."""
    extension = sum(entry.event.delta for entry in evidence.every(Extended))
    return evidence.times.cast_closing + extension


def _sum_up_contest(
    evidence: Evidence, listed: ContestListed, *, checks: tuple[CheckResult, ...]
) -> ContestOutcome:
    contest = listed.contest
    results = evidence.every(ResultPublished, contest)
    counts = results[-1].event.counts if results else ()
    lines = spell_lines(listed.candidates, listed.particulars)
    return ContestOutcome(
        contest=contest,
        title=listed.title,
        cast_count=evidence.count(BallotCast, contest),
        counts=list_counts(lines, counts),
        verdict=_judge_contest(contest, checks),
    )


def _judge_contest(contest: int, checks: tuple[CheckResult, ...]) -> Verdict:
    faults = {each.contest for check in checks for each in check.outcome.findings}
    if faults & {None, contest}:
        return Verdict.FAILED
    awaited = {each.contest for check in checks for each in check.outcome.awaited}
    return Verdict.NOT_DUE if awaited & {None, contest} else Verdict.HELD
