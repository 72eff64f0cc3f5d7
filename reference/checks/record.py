"""C1: every log is an event of this election."""

from __future__ import annotations

from reference.errors import claim
from reference.record import Record
from reference.report import Cases


def check_record(record: Record, cases: Cases) -> None:
    """Decode every log, and compare its place with that of the log before it."""
    listed = {event["contest"] for event in record.every("ContestListed")}
    before = (-1, -1)
    for at, log in enumerate(record.bundle.logs):
        place = (log.block, log.index)
        with cases.case(f"log {log.index} of block {log.block}"):
            contest = record.event(at).contest
            claim(contest is None or contest in listed, "is of no listed contest")
            claim(log.block <= record.bundle.head, "stands after the head")
            claim(place > before, "does not stand after the log before it")
        before = place
