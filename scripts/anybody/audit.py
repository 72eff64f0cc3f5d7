"""Say which check of an audit runs, and compare it with the reference audit."""

from __future__ import annotations

from typing import BinaryIO

from election.audit.catalogue import CHECKS, Check
from election.audit.report import Report
from election.protocol.board import Board
from scripts.anybody.reference_audit import Comparison, compare_audits
from scripts.shared.files.bundle_file import written
from scripts.shared.terminal import say


def report_progress(number: int, check: Check) -> None:
    """Say on stderr which check runs."""
    say(f"C{number} of {len(CHECKS)}: {check.claim}")


def compare_with_reference(
    report: Report, board: Board, copy: BinaryIO | None
) -> Comparison:
    """Compare with the reference audit, which decodes a file by itself."""
    say("reference audit: all checks again, another way")
    if copy is not None:
        return compare_audits(report, copy)
    with written(board) as file:
        return compare_audits(report, file)
