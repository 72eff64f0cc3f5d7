"""Reconcile the numbers of each contest, and draw whom to ask after the polls.

Listed, online, on paper, issued, cast; the gap between issued and cast beside the
margin of the counts. A gap that could have changed who is elected is warned of: then
all who were issued a credential are asked whether they asked for it, and whether they
voted. Else a sample is: its size follows from the margin, and who is in it from a seed
that is drawn in public after the polls, as by dice. docs/protocol.md §9 has the rule,
so that anybody draws the same. Nobody is accused by a gap.

Exit code 0, whatever the gap; 3 if a check of the record fails, and then nobody is
drawn; 2 if there is nothing to reconcile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from election.audit.audit import audit_evidence
from election.audit.evidence import Evidence
from election.audit.reconciliation import (
    RISK,
    Place,
    Reconciliation,
    accept_seed,
    draw_sample,
    reconcile,
)
from election.audit.report import Report, Verdict
from election.errors import ElectionError
from election.protocol.text import TEST, name_election, spell_number, spell_time
from scripts.anybody.audit import report_progress
from scripts.anybody.record_source import read_source
from scripts.shared.cores import all_cores
from scripts.shared.errors import InputError
from scripts.shared.options import AsJson, RpcUrls, path_argument, path_option
from scripts.shared.terminal import say, tell, tell_json

EXAMPLE = 'veche reconcile election.jsonl.gz --seed "3 1 6 2 5 5 4 1 2 6"'
EXIT_FAILED: Final = 3
_MOST_ELECTED: Final = 16


def command(
    bundle: Annotated[
        Path | None, path_argument(help="File that `veche export` wrote.")
    ] = None,
    election: Annotated[
        Path | None,
        path_option(help="Or the file that `veche deploy` wrote, to ask a node."),
    ] = None,
    rpc_urls: RpcUrls = None,
    elected: Annotated[
        int,
        typer.Option(
            min=1, max=_MOST_ELECTED, help="How many of a contest are elected."
        ),
    ] = 1,
    seed: Annotated[
        str | None,
        typer.Option(help="What was drawn in public after the polls.", metavar="TEXT"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare list, issued and cast with the margin, and draw whom to ask.

    Every check of `veche audit` runs first: numbers of a record that does not hold are
    nobody's. The margin is that of the counts of this record; where paper ballots are
    counted together with them, judge the gap by the margin of both.
    """
    _require_seed(seed)
    with ExitStack() as opened:
        board, _ = read_source(bundle, election, rpc_urls, opened=None, act="reconcile")
        evidence = Evidence(board, spread=opened.enter_context(all_cores()))
        report = audit_evidence(evidence, progress=report_progress)
        rows = [
            reconcile(evidence, each.contest, elected=elected)
            for each in report.contests
        ]
        samples = _draw(evidence, report, rows, seed=seed)
    if as_json:
        tell_json(render_json(report, rows, samples, seed=seed))
    else:
        tell(*render_text(report, rows, samples, seed=seed))
    for row in filter(_is_alarming, rows):
        say(f"WARNING: contest {row.contest}: {_spell_alarm(row)}")
    if report.verdict is Verdict.FAILED:
        say("WARNING: the record does not hold: `veche audit` says what, and whose")
        raise typer.Exit(EXIT_FAILED)


def _require_seed(seed: str | None) -> None:
    """Raise InputError for a seed with two writings, before anything is read."""
    if seed is None:
        return
    try:
        accept_seed(seed)
    except ElectionError as error:
        raise InputError("--seed", error.fact) from None


def _draw(
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
        raise InputError("--seed", fact)
    return {
        row.contest: draw_sample(evidence, row.contest, seed=seed, size=row.sample_size)
        for row in rows
        if row.sample_size
    }


def render_json(
    report: Report,
    rows: Sequence[Reconciliation],
    samples: dict[int, list[Place]],
    *,
    seed: str | None,
) -> dict[str, Any]:
    """Give all of it as values of JSON."""
    return {
        "title": report.title,
        "test": report.test,
        "election": report.election,
        "chain_id": report.chain_id,
        "block": report.head,
        "record_hash": report.record_hash,
        "verdict": report.verdict,
        "seed": seed,
        "contests": [_encode(row, samples.get(row.contest)) for row in rows],
    }


def _encode(row: Reconciliation, sample: list[Place] | None) -> dict[str, Any]:
    drawn = [
        {"index": each.index, "leaf": f"0x{each.leaf.hex()}"} for each in sample or ()
    ]
    return asdict(row) | {
        "idle": row.idle,
        "gap": row.gap,
        "ask_everybody": _is_alarming(row),
        "sample_size": row.sample_size,
        "sample": None if sample is None else drawn,
    }


def render_text(
    report: Report,
    rows: Sequence[Reconciliation],
    samples: dict[int, list[Place]],
    *,
    seed: str | None,
) -> Iterator[str]:
    """Draw it as lines of 80 columns."""
    yield name_election(report.title, is_test=report.test)
    yield f"{report.election}, chain {report.chain_id}, block {report.head}"
    yield f"hash {report.record_hash}"
    for row in rows:
        yield ""
        yield f"contest {row.contest}: {row.title}"
        yield from _draw_row(row)
        yield from _spell_sample(row, samples.get(row.contest))
    yield ""
    if seed is not None:
        yield f"seed {seed}"
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
    if _is_alarming(row):
        yield f"  WARNING: {_spell_alarm(row)}"


def _is_alarming(row: Reconciliation) -> bool:
    return row.is_decisive and row.issued > 0


def _spell_alarm(row: Reconciliation) -> str:
    gap = f"a gap of {row.gap} is not below the margin of {row.margin}"
    return f"{gap}: ask all {row.issued}"


def _spell_sample(row: Reconciliation, sample: Sequence[Place] | None) -> Iterator[str]:
    size = row.sample_size
    if size is None:
        yield "  whom to ask: not known before there are counts"
        return
    why = "all" if size == row.issued else f"misses a margin once in {RISK} at most"
    yield f"  whom to ask: {spell_number(size, 'voter')} of {row.issued}, {why}"
    for each in sample or ():
        yield f"  place {each.index:>6}  {each.leaf.hex()}"
