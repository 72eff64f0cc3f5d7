from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from election.protocol.board import Board
from election.protocol.events import Extended
from tests.audit.tampering import change, examine, find, put


def test_extension_out_of_turn_is_found(board: Board) -> None:
    faults = examine(change(board, find(board, Extended), counter=1))
    assert faults.keys() == {"extensions"}
    (finding,) = faults["extensions"]
    assert finding.fact == "is out of turn"
    assert finding.blames == "validators"


@pytest.mark.parametrize("delta", [0, 7_201, 2**256 - 1])
def test_extension_of_no_time_or_too_much_is_found(board: Board, delta: int) -> None:
    faults = examine(change(board, find(board, Extended), delta=delta))
    assert faults["extensions"][0].fact == f"makes {delta} seconds in all"


def test_other_delta_is_found(board: Board) -> None:
    assert "extensions" in examine(change(board, find(board, Extended), delta=601))


def observers_variants(event: Extended) -> list[dict[str, Any]]:
    one, two = event.observers
    return [
        {"commission": one},
        {"commission": replace(event.commission, s=event.commission.s ^ 1)},
        {"observers": (one,)},
        {"observers": (two, one)},
        {"observers": (one, one)},
        {"observers": (one, event.commission)},
    ]


@pytest.mark.parametrize("variant", range(6))
def test_extension_without_all_signatures_is_found(board: Board, variant: int) -> None:
    extended = find(board, Extended)
    fields = observers_variants(extended.event)[variant]
    assert examine(change(board, extended, **fields)).keys() == {"extensions"}


def test_extension_that_is_replayed_is_found(board: Board) -> None:
    log = find(board, Extended).log
    again = replace(log, index=log.index + 1)
    assert "extensions" in examine(put(board, log, log, again))
