"""What both audits say of one board."""

from __future__ import annotations

from collections.abc import Mapping

from election.audit.bundle import encode_bundle
from election.audit.catalogue import CHECKS
from election.audit.evidence import Evidence
from election.errors import ElectionError
from election.protocol.board import Board
from reference.audit import audit_bundle, list_checks, run_check
from reference.build import Build
from reference.bundle import read_bundle
from reference.record import Record
from tests.audit.tampering import examine


def refute(board: Board, builds: Mapping[str, Build]) -> set[str]:
    """Name the checks that fail in the reference audit."""
    report = audit_bundle(encode_bundle(board), builds=builds)
    return {check.name for check in report.checks if check.verdict == "failed"}


def refute_in_both(board: Board, builds: Mapping[str, Build]) -> set[str]:
    """Name the checks that do not hold; the two audits agree about each."""
    refuted = refute(board, builds)
    assert refuted == examine(board).keys()
    return refuted


def find_faults(board: Board, builds: Mapping[str, Build], name: str) -> str:
    """Give the facts that one check of the reference audit finds wrong."""
    record = Record(read_bundle(encode_bundle(board)))
    return "; ".join(run_check(name, record, checks=list_checks(builds)).faults)


def holds_in_the_first(board: Board, name: str) -> bool:
    """Tell whether a check of the first audit holds."""
    check = next(each for each in CHECKS if each.name == name)
    try:
        outcome = check.verify(Evidence(board))
    except ElectionError:
        return False
    return not outcome.findings and outcome.verified == outcome.total
