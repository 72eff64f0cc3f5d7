"""Audit a record from its beginning or from a checkpoint, and show what was found."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from election.audit.audit import audit_evidence
from election.audit.catalogue import CHECKS, Check
from election.audit.render import render_json, render_table
from election.audit.report import Report, Verdict
from election.audit.spread import Spread
from election.protocol.board import Board
from scripts.anybody.auditor import open_auditor
from scripts.anybody.checkpoint import Checkpoint
from scripts.anybody.cluster import Answers, Cluster, WorkerLiedError, connected
from scripts.anybody.onwards import audit_onwards
from scripts.anybody.record_source import find_origin, read_source
from scripts.anybody.reference_audit import Comparison, compare_audits, render_lines
from scripts.anybody.reference_audit import render_json as compared_json
from scripts.shared.cores import all_cores
from scripts.shared.durations import spell_here
from scripts.shared.errors import InputError
from scripts.shared.files.bundle_file import written
from scripts.shared.terminal import say, tell, tell_json
from scripts.shared.verifying import verifying

Sources = tuple[Path | None, Path | None, Sequence[str] | None]
"""A bundle, or the file of a deployment with nodes."""


def report_progress(number: int, check: Check) -> None:
    """Say on stderr which check runs."""
    say(f"C{number} of {len(CHECKS)}: {check.claim}")


def check_options(
    checkpoint: Path | None,
    auditor: Path | None,
    *,
    fresh: bool,
    reference: bool,
    cluster: str | None,
    recompute: int | None,
) -> None:
    """Raise InputError for options that do not go with each other."""
    if checkpoint is not None and cluster is not None:
        fact = "keeps what was verified here alone: leave out --checkpoint"
        raise InputError("--cluster", fact)
    if recompute is not None and cluster is None:
        raise InputError("--recompute", "goes with --cluster")
    if checkpoint is None and (auditor is not None or fresh):
        given = "--fresh" if fresh else "--auditor"
        raise InputError(given, "goes with --checkpoint")
    if checkpoint is not None and reference:
        fact = "begins at the first log: leave out --checkpoint"
        raise InputError("--reference", fact)


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit gave. compared: with a second audit; answers: of a cluster."""

    report: Report
    compared: Comparison | None = None
    answers: Answers | None = None


def audit_once(
    sources: Sources,
    *,
    genesis: bytes | None,
    reference: bool,
    cluster: tuple[str, int] | None = None,
) -> Audited:
    """Audit a record from its beginning; raises as `read_source` and `connected` do.

    genesis: as of `audit_board`. reference: whether to compare with a second audit.
    cluster: whose workers verify, too, and percent of their answers to recompute.
    """
    with ExitStack() as held:
        own = None if cluster is None else held.enter_context(connected(*cluster))
        copies = held if reference else None
        board, copy = read_source(*sources, copies=copies, act="audit")
        report = None if own is None else _audit_by(own, board, genesis)
        if report is None:
            spread = held.enter_context(all_cores())
            report = _audit(board, genesis, spread)
        compared = _compare_with_reference(report, board, copy) if reference else None
    return Audited(report, compared, None if own is None else own.answers)


def _audit(board: Board, genesis: bytes | None, spread: Spread) -> Report:
    with verifying(board, spread=spread) as evidence:
        return audit_evidence(evidence, progress=report_progress, genesis=genesis)


def _audit_by(cluster: Cluster, board: Board, genesis: bytes | None) -> Report | None:
    """Audit by a cluster; none if a worker lied, so that nothing of it counts."""
    try:
        return _audit(board, genesis, cluster.spread)
    except WorkerLiedError as error:
        cluster.answers.lied = error.workers or ("a worker that is gone",)
        say(f"warning: {error}", "no answer of the cluster counts: all over again here")
        return None


def audit_since(
    sources: Sources,
    checkpoint: Path,
    auditor: Path | None,
    *,
    genesis: bytes | None,
    fresh: bool,
) -> Report:
    """Audit a record from where a checkpoint is; raises as `audit_onwards` does.

    A link is followed, so that the next checkpoint takes the place of the last one.
    """
    origin, read = find_origin(*sources)
    kept = Checkpoint(
        Path(os.path.realpath(checkpoint)), origin, open_auditor(auditor), fresh
    )
    with all_cores() as spread:
        return audit_onwards(
            kept, read, progress=report_progress, genesis=genesis, spread=spread
        )


def show(audited: Audited, *, as_json: bool) -> None:
    """Print a report, what a second audit found, and what a cluster answered."""
    report, compared, answers = audited.report, audited.compared, audited.answers
    if as_json:
        second = {} if compared is None else {"reference": compared_json(compared)}
        third = {} if answers is None else {"cluster": answers.render()}
        tell_json(render_json(report) | second | third)
    else:
        second_lines = () if compared is None else render_lines(compared)
        third_lines = () if answers is None else answers.lines()
        tell(*render_table(report), *second_lines, *third_lines)


def spell_next(report: Report) -> tuple[str, ...]:
    """Say what whoever audited does then, and when to come back."""
    if report.verdict is Verdict.FAILED:
        return (
            "ask another node whether it tells the same; then show the others what",
            "failed, with this record (`veche export`): it blames whom it names",
        )
    if report.verdict is Verdict.HELD:
        return (
            "compare the hash with that of auditors who had the record from others;",
            "`veche reconcile` draws whom to ask whether they voted",
        )
    end = report.polls_end
    if end is not None and report.head_timestamp < end:
        return (f"audit again after the polls, from {spell_here(end)} on",)
    return ("audit again once what is not due is done: `veche status` says by whom",)


def _compare_with_reference(
    report: Report, board: Board, copy: BinaryIO | None
) -> Comparison:
    """Compare with the reference audit, which decodes a file by itself."""
    say("reference audit: all checks again, another way")
    if copy is not None:
        return compare_audits(report, copy)
    with written(board) as file:
        return compare_audits(report, file)
