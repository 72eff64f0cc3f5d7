"""The reference, too, finds what is hidden by a record that ends in a transaction."""

from __future__ import annotations

from collections.abc import Mapping

from election.protocol.board import Board
from reference.build import Build
from tests.audit.test_cut_record import list_cuts
from tests.reference.both import find_faults


def test_record_that_is_cut_inside_a_transaction_is_found(
    board: Board, builds: Mapping[str, Build]
) -> None:
    for check, name, cut in list_cuts(board):
        faults = find_faults(cut, builds, check)
        assert "in that transaction" in faults or f"have no {name}" in faults, name
