"""C5 and C6: the keys were made as agreed, docs/protocol.md §4."""

from __future__ import annotations

from reference.ceremony import Ceremony
from reference.errors import NotDueError, RefutedError, claim
from reference.record import Record
from reference.report import Cases


def check_trustees(record: Record, cases: Cases) -> None:
    """Repeat the ceremony of the election key."""
    _check(record, cases, "trustees")


def check_issuers(record: Record, cases: Cases) -> None:
    """Repeat the ceremony of the credential keys."""
    _check(record, cases, "issuers")


def _check(record: Record, cases: Cases, part: str) -> None:
    """Take the events in order; what follows a false one is not verified."""
    ceremony = Ceremony(record, part)
    events = record.of_part(part)
    cases.total = len(events)
    for event in events:
        try:
            ceremony.take(event)
        except RefutedError as error:
            cases.faults.append(f"{part}, {event.name}: {error}")
            return
        cases.verified += 1
    if not ceremony.is_final:
        with cases.case(part):
            missing = ceremony.missing()
            claim(not missing, f"have no {missing}, which comes in one transaction")
            if record.is_running(part):
                raise NotDueError("have no final attempt yet")
            claim(False, "have no final attempt")
