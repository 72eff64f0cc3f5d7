"""Draw whom to ask after the polls, and write the numbers of each contest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from election.audit.evidence import Evidence
from election.audit.reconciliation import (
    RISK,
    Place,
    Reconciliation,
    accept_seed,
    draw_sample,
)
from election.audit.report import Report, Verdict
from election.errors import ElectionError
from election.protocol.text import TEST, name_election, spell_number, spell_time
from scripts.shared.errors import InputError, NotYetError


@dataclass(frozen=True, slots=True)
class Found:
    """What was found, to be shown; samples: by contest, none where nobody is drawn.

    elected: how many of each contest are. seed: what the samples were drawn by.
    """

    report: Report
    rows: Sequence[Reconciliation]
    samples: Mapping[int, Sequence[Place]]
    seed: str | None
    elected: int


def require_seed(seed: str | None) -> None:
    """Raise InputError for a seed with two writings, before anything is read."""
    if seed is None:
        return
    try:
        accept_seed(seed)
    except ElectionError as error:
        raise InputError("--seed", error.fact) from None


def draw_samples(
    evidence: Evidence,
    report: Report,
    rows: Sequence[Reconciliation],
    *,
    seed: str | None,
) -> dict[int, list[Place]]:
    """Draw of every contest with counts; raises InputError while anybody may vote.

    A seed that is known before the polls close tells who will not be asked.
    """
    if seed is None or report.verdict is Verdict.FAILED:
        return {}
    end = report.polls_end
    if end is None or report.head_timestamp < end:
        until = f", which is {spell_time(end)}" if end is not None else ""
        fact = f"is drawn after the polls close{until}: draw another one then"
        raise NotYetError("--seed", fact)
    return {
        row.contest: draw_sample(evidence, row.contest, seed=seed, size=row.sample_size)
        for row in rows
        if row.sample_size
    }


def render_json(found: Found) -> dict[str, Any]:
    """Give all of it as values of JSON."""
    report, _samples = found.report, found.samples
    return {
        "title": report.title,
        "test": report.test,
        "election": report.election,
        "chain_id": report.chain_id,
        "block": report.head,
        "record_hash": report.record_hash,
        "verdict": report.verdict,
        "seed": found.seed,
        "elected": found.elected,
        "contests": [
            _encode(row, found.samples.get(row.contest)) for row in found.rows
        ],
    }


def _encode(row: Reconciliation, sample: Sequence[Place] | None) -> dict[str, Any]:
    drawn = [
        {"index": each.index, "leaf": f"0x{each.leaf.hex()}"} for each in sample or ()
    ]
    return asdict(row) | {
        "idle": row.idle,
        "gap": row.gap,
        "ask_everybody": is_alarming(row),
        "sample_size": row.sample_size,
        "sample": None if sample is None else drawn,
    }


def render_text(found: Found) -> Iterator[str]:
    """Draw it as lines of 80 columns."""
    report, rows = found.report, found.rows
    yield name_election(report.title, is_test=report.test)
    yield f"{report.election}, chain {report.chain_id}, block {report.head}"
    yield f"hash {report.record_hash}"
    for row in rows:
        yield ""
        yield f"contest {row.contest}: {row.title}"
        yield from _draw_row(row)
        yield from _spell_sample(row, found.samples.get(row.contest))
    yield ""
    if found.seed is not None:
        yield f"seed {found.seed}"
    elif any(row.sample_size for row in rows):
        yield "draw a seed in public, as by dice, and give it with --seed"
    if report.test:
        yield TEST
    yield report.summary


def _draw_row(row: Reconciliation) -> Iterator[str]:
    numbers = {
        "voters on the list": row.listed,
        "asked to vote online": row.online,
        "given a paper ballot": row.paper,
        "issued a credential": row.issued,
        "ballots cast": row.cast,
        "online, never issued": row.idle,
        "gap: issued, never cast": row.gap,
        "margin of the counts": row.margin,
    }
    for label, number in numbers.items():
        yield f"  {label:<24}{'none' if number is None else number:>9}"
    if is_alarming(row):
        yield f"  WARNING: {spell_alarm(row)}"


def is_alarming(row: Reconciliation) -> bool:
    """Tell whether a gap could have changed who is elected."""
    return row.is_decisive and row.issued > 0


def spell_alarm(row: Reconciliation) -> str:
    """Say whom to ask then."""
    gap = f"a gap of {row.gap} is not below the margin of {row.margin}"
    return f"{gap}: ask all {row.issued}"


def spell_next(found: Found) -> tuple[str, ...]:
    """Say what whoever reconciled does then."""
    if found.report.verdict is Verdict.FAILED:
        return ("`veche audit` says what does not hold, and whose that is",)
    if not any(row.sample_size for row in found.rows):
        return ("run it again once counts are published (`veche status`)",)
    if found.seed is None:
        return (
            "draw a seed in public once the polls are closed, as by dice, and run it",
            "again with --seed",
        )
    return (
        "the registrar, who has the salts, knows who stands at these places: each is",
        "asked whether they asked for a credential, and whether they voted online",
    )


def _spell_sample(row: Reconciliation, sample: Sequence[Place] | None) -> Iterator[str]:
    size = row.sample_size
    if size is None:
        yield "  whom to ask: not known before there are counts"
        return
    why = "all" if size == row.issued else f"misses a margin once in {RISK} at most"
    yield f"  whom to ask: {spell_number(size, 'voter')} of {row.issued}, {why}"
    for each in sample or ():
        yield f"  place {each.index:>6}  {each.leaf.hex()}"
