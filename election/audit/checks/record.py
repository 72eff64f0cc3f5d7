"""Every log is an event of this election's contracts, in the order of the chain."""

from __future__ import annotations

from typing import Final

from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import NODE, Outcome
from election.audit.verify import Named, verify_each
from election.protocol.board import Log
from election.protocol.events import ContestListed

_LAST_OF_BLOCK: Final = 2**64


def check_record(evidence: Evidence) -> Outcome:
    """Decode every log, and compare its place with that of the one before."""
    refused, head = evidence.replay.refused, evidence.board.head
    past, known_logs = evidence.past, len(evidence.past.logs)
    known = {None, *(each.event.contest for each in evidence.every(ContestListed))}
    last = -1, -1

    def verify(placed: tuple[int, Log]) -> None:
        nonlocal last
        place, log = placed
        if place == known_logs:  # the last log before may be one that is not kept
            last = max(last, (past.block, _LAST_OF_BLOCK))
        before, last = last, (log.block_number, log.index)
        require(place not in refused, refused.get(place, ""), blames=NODE)
        is_known = evidence.replay.entry(place).contest in known
        require(is_known, "is of a contest that is not listed", blames=NODE)
        is_before = log.block_number <= head.number
        require(is_before, "stands after the head of the chain", blames=NODE)
        is_next = before < last
        require(is_next, "does not stand after the log before it", blames=NODE)

    return verify_each(
        enumerate(evidence.board.logs),
        verify,
        name=lambda placed: Named(_title(placed[1])),
        blames=NODE,
    )


def _title(log: Log) -> str:
    return f"log {log.index} of block {log.block_number}"
