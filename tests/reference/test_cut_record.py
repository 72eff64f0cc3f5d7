"""The reference, too, finds what is hidden by a record that ends in a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from election.audit.bundle import encode_bundle
from election.audit.evidence import Evidence
from election.protocol.board import Board
from election.protocol.events import BoxCreated
from reference.build import Build
from reference.bundle import read_bundle
from reference.record import Record
from tests.audit.test_cut_record import list_cuts
from tests.reference.both import find_faults


def test_record_that_is_cut_inside_a_transaction_is_found(
    board: Board, builds: Mapping[str, Build]
) -> None:
    for check, name, cut in list_cuts(board):
        faults = find_faults(cut, builds, check)
        assert "in that transaction" in faults or f"have no {name}" in faults, name


def test_contract_that_the_last_log_announces_is_one_of_the_election(
    board: Board,
) -> None:
    announced = Evidence(board).last(BoxCreated)
    at = list(board.logs).index(announced.log)
    bundle = read_bundle(encode_bundle(board))
    cut = Record(replace(bundle, logs=bundle.logs[: at + 1]))
    assert announced.event.box in cut.contracts
