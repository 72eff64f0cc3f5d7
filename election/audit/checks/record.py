"""Every log is an event of this election's contracts, in the order of the chain."""

from __future__ import annotations

from election.audit.errors import require
from election.audit.evidence import Evidence, contest_of
from election.audit.report import NODE, Outcome
from election.audit.verify import Named, verify_each
from election.protocol.board import Log
from election.protocol.events import ContestListed


def check_record(evidence: Evidence) -> Outcome:
    """Decode every log, and compare its place with that of the one before."""
    logs = evidence.board.logs
    refused = {each.log: each.fact for each in evidence.replay.refused}
    contests = {id(each.log): contest_of(each) for each in evidence.replay.entries}
    known = {None, *(each.event.contest for each in evidence.every(ContestListed))}

    def verify(position: int) -> None:
        log = logs[position]
        require(log not in refused, refused.get(log, ""), blames=NODE)
        is_known = contests.get(id(log)) in known
        require(is_known, "is of a contest that is not listed", blames=NODE)
        is_before = log.block_number <= evidence.board.head.number
        require(is_before, "stands after the head of the chain", blames=NODE)
        is_next = not position or _place(logs[position - 1]) < _place(log)
        require(is_next, "does not stand after the log before it", blames=NODE)

    return verify_each(
        range(len(logs)),
        verify,
        name=lambda position: Named(_title(logs[position])),
        blames=NODE,
    )


def _place(log: Log) -> tuple[int, int]:
    return log.block_number, log.index


def _title(log: Log) -> str:
    return f"log {log.index} of block {log.block_number}"
