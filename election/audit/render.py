"""A report as lines of 80 columns for people, and as JSON for programs.

Names and findings are somebody else's text: whoever shows the lines escapes them, and
breaks those that are longer than the screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from election.artifacts import digest_builds
from election.audit.finality import spell_finality
from election.audit.report import (
    CheckResult,
    ContestOutcome,
    Report,
    Signing,
    Verdict,
)
from election.protocol.text import TEST, name_election, spell_number, spell_time

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
_WORD_OF_ONE: Final = (
    "what one source proves: what is here fits together, by the rules, the names and",
    "  the code of the fingerprint",
    "what it does not: that others were shown this record, and its last block:",
    "  compare the hash above with that of auditors who had it from others",
)
"""docs/protocol.md §7: what no signatures of a network bind."""
_NOTED: Final = ("trustees", "issuers")  # whose notes are shown; JSON has all
_FINDINGS: Final = 10  # shown of one check; JSON has all


def render_table(report: Report) -> Iterator[str]:
    """Draw the report as lines of text."""
    yield name_election(report.title, is_test=report.test)
    yield f"{report.election}, chain {report.chain_id}, block {report.head}"
    yield f"time of that block {spell_time(report.head_timestamp)}, by its source alone"
    yield f"hash {report.record_hash}"
    yield f"booth {report.booth or 'none: no page for browsers is announced'}"
    yield ""
    for check in report.checks:
        yield from _draw_check(check)
    yield ""
    missing = _spell_missing(report)
    for contest in report.contests:
        yield from _draw_contest(contest, missing=missing)
    yield ""
    yield "fingerprint, to compare with what was published, as in a newspaper:"
    yield from (f"  {each}" for each in spell_fingerprint(report))
    yield from spell_finality(report.finality)
    if report.finality.signing is not Signing.HELD:
        yield from _WORD_OF_ONE
    if report.booth is not None:
        yield "booth: its hash is announced; what is served, no record shows:"
        yield "  veche verify-booth URL ... --hash with the hash above"
    if report.before is not None:
        block, ballots = report.before.block, report.before.ballots
        yield f"verified before, and the same: up to block {block}, {ballots} ballots"
    if report.test:
        yield TEST
    yield report.summary


def spell_fingerprint(report: Report) -> tuple[str, ...]:
    """Spell what says which election under which rules this is, and by which code.

    The address is a hash of rules, rosters, contests and names (docs/protocol.md §7).
    """
    digits = report.election.removeprefix("0x")
    groups = (digits[at : at + 4] for at in range(0, len(digits), 4))
    return (
        f"chain     {report.chain_id}",
        f"election  0x {' '.join(groups)}",
        f"code      {digest_builds()}",
    )


def render_json(report: Report) -> dict[str, Any]:
    """Give the report as values of JSON, with what follows from its fields."""
    fields = asdict(report)
    for check, row in zip(report.checks, fields["checks"], strict=True):
        row["held"], row["verdict"] = check.held, check.verdict
    return fields | {
        "fingerprint": {
            "chain_id": report.chain_id,
            "election": report.election,
            "code": digest_builds(),
        },
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
    if check.name in _NOTED:
        yield from (f"    {note}" for note in outcome.notes)
    for finding in outcome.findings[:_FINDINGS]:
        yield f"    {finding.subject}: {finding.fact}"
        yield f"      blames: {finding.blames}"
    if len(outcome.findings) > _FINDINGS:
        yield f"    and {len(outcome.findings) - _FINDINGS} more"
    for awaited in outcome.awaited[:_FINDINGS]:
        yield f"    not due: {awaited.subject}: {awaited.fact}"
    if len(outcome.awaited) > _FINDINGS:
        yield f"    and {len(outcome.awaited) - _FINDINGS} more not due"


def _spell_missing(report: Report) -> str:
    """Say why a contest has no counts: before the polls end nobody owes any."""
    end = report.polls_end
    if end is not None and report.head_timestamp < end:
        return f"no counts before {spell_time(end)}"
    return "no counts: withheld, or not published yet"


def _draw_contest(contest: ContestOutcome, *, missing: str) -> Iterator[str]:
    outcome = (
        f"{spell_number(contest.cast_count, 'ballot')}, {_OF_CONTEST[contest.verdict]}"
    )
    yield f"contest {contest.contest}: {outcome}: {contest.title}"
    for each in contest.counts:
        yield f"{each.count!s:>8}  {each.slot}. {each.name}"
    if not contest.counts:
        yield f"          {missing}"
