"""What there is of each voter is not kept in memory once it was decoded."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Final

import pytest

from election.audit.bundle import encode_bundle
from election.audit.bundle import read_board as read_first
from election.audit.evidence import Evidence
from election.log_spool import LogSpool
from election.protocol.board import Board
from election.protocol.events import BallotCast, Issued, PaperMarked, Registered
from reference.bundle import read_bundle
from reference.record import Record
from tests.audit.tampering import find, put

OF_VOTERS: Final = (Registered, PaperMarked, Issued, BallotCast)
MORE: Final = 300
MOST: Final = 100
"""Bytes of an event; the least of them has 300 on the chain, and 2,000 as objects."""


def open_first(board: Board) -> Callable[[], object]:
    evidence = Evidence(replace(board, logs=LogSpool(board.logs)))
    return lambda: (evidence, evidence.every(Registered))


def open_again(board: Board) -> Callable[[], object]:
    record = Record(read_bundle(encode_bundle(board)))
    return lambda: (record, record.every("Registered"))


def measure(read: Callable[[], object]) -> int:
    gc.collect()
    tracemalloc.start()
    try:
        kept = read()
        gc.collect()
        assert kept
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("read", [read_first, read_bundle])
def test_log_of_a_voter_is_on_the_disk_once_it_was_read(
    board: Board, read: Callable[[BytesIO], object]
) -> None:
    log = find(board, Issued).log
    copies = (replace(log, index=log.index + at) for at in range(MORE))
    raws = [encode_bundle(each) for each in (board, put(board, log, *copies))]
    measure(lambda: read(BytesIO(raws[0])))
    few, many = (measure(partial(read, BytesIO(raw))) for raw in raws)
    assert many - few < MOST * MORE


@pytest.mark.parametrize("open_record", [open_first, open_again])
def test_event_of_a_voter_is_forgotten_once_it_was_decoded(
    board: Board, open_record: Callable[[Board], Callable[[], object]]
) -> None:
    """Of every kind: all of them together keep less than one of any would."""
    more = board
    for kind in OF_VOTERS:
        log = find(board, kind).log
        copies = (replace(log, index=log.index + at) for at in range(MORE))
        more = put(more, log, *copies)
    open_record(board)()  # so that what is read once costs neither
    few = measure(open_record(board))
    many = measure(open_record(more))
    assert many - few < 2 * MOST * MORE
