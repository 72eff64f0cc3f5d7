"""A report as a table of 80 columns for people, and as JSON for programs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from election.audit.report import CheckResult, ContestOutcome, Report, Verdict

_WIDTH: Final = 80
_VERDICTS: Final = {
    Verdict.HELD: "held",
    Verdict.FAILED: "FAILED",
    Verdict.NOT_DUE: "not due",
}
_OF_CONTEST: Final = {
    Verdict.HELD: "verified",
    Verdict.FAILED: "NOT VERIFIED",
    Verdict.NOT_DUE: "not due yet",
}
_FINDINGS: Final = 10  # shown of one check; JSON has all


def render_table(report: Report) -> str:
    """Draw the report as text."""
    lines = [
        *_wrap(report.title, indent=0),
        f"{report.election}, chain {report.chain_id}, block {report.head}",
        "",
        *(line for check in report.checks for line in _draw_check(check)),
        "",
        *(line for contest in report.contests for line in _draw_contest(contest)),
        "",
        report.summary,
    ]
    return "\n".join(lines)


def render_json(report: Report) -> dict[str, Any]:
    """Give the report as values of JSON, with what follows from its fields."""
    fields = asdict(report)
    for check, row in zip(report.checks, fields["checks"], strict=True):
        row["held"], row["verdict"] = check.held, check.verdict
    return fields | {
        "held": report.held,
        "verdict": report.verdict,
        "summary": report.summary,
    }


def _draw_check(check: CheckResult) -> Iterator[str]:
    outcome = check.outcome
    extent = f"{outcome.verified} of {outcome.total}"
    yield (
        f"C{check.number:<3}{check.name:<13}{check.claim:<40}"
        f"{extent:>15} {_VERDICTS[check.verdict]}"
    ).rstrip()
    for finding in outcome.findings[:_FINDINGS]:
        yield from _wrap(f"{finding.subject}: {finding.fact}", indent=4)
        yield from _wrap(f"blames: {finding.blames}", indent=6)
    if len(outcome.findings) > _FINDINGS:
        yield f"    and {len(outcome.findings) - _FINDINGS} more"
    for awaited in outcome.awaited[:_FINDINGS]:
        yield from _wrap(f"not due: {awaited.subject}: {awaited.fact}", indent=4)
    if len(outcome.awaited) > _FINDINGS:
        yield f"    and {len(outcome.awaited) - _FINDINGS} more not due"


def _draw_contest(contest: ContestOutcome) -> Iterator[str]:
    outcome = f"{contest.cast_count} ballots, {_OF_CONTEST[contest.verdict]}"
    yield from _wrap(f"contest {contest.contest}, {contest.title}: {outcome}", indent=0)
    for candidate, count in contest.counts:
        yield from _wrap(f"{count:>8}  {candidate}", indent=0)
    if not contest.counts:
        yield "          no counts: withheld, or not published yet"


def _wrap(text: str, *, indent: int) -> list[str]:
    margin = " " * indent
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=margin,
        subsequent_indent=margin + "  ",
        drop_whitespace=True,
    )
