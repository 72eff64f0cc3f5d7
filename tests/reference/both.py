"""What both audits say of one board."""

from __future__ import annotations

from collections.abc import Mapping

from election.audit.bundle import encode_bundle
from election.protocol.board import Board
from reference.audit import audit_bundle
from reference.build import Build
from tests.audit.tampering import examine


def refute(board: Board, builds: Mapping[str, Build]) -> set[str]:
    """Name the checks that do not hold in the reference audit."""
    report = audit_bundle(encode_bundle(board), builds=builds)
    return {check.name for check in report.checks if not check.held}


def refute_in_both(board: Board, builds: Mapping[str, Build]) -> set[str]:
    """Name the checks that do not hold; the two audits agree about each."""
    refuted = refute(board, builds)
    assert refuted == examine(board).keys()
    return refuted
