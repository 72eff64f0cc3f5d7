"""C9: each contest has its voter list, docs/protocol.md §6."""

from __future__ import annotations

from typing import Final

from reference.errors import NotDueError, claim, refute
from reference.record import Record
from reference.report import Cases

_MOST: Final = 2**24


def check_lists(record: Record, cases: Cases) -> None:
    """Check every published list, and that none is missing."""
    listed = [contest["contest"] for contest in record.contests]
    for event in record.every("ListPublished"):
        with cases.case(f"list of contest {event.contest}"):
            claim(event["contest"] in listed, "is of no contest")
            claim(1 <= event["size"] <= _MOST, "has an impossible size")
    for contest in listed:
        with cases.case(f"contest {contest}"):
            if not record.every("ListPublished", contest=contest):
                if record.is_before(2):
                    raise NotDueError("has no list yet")
                refute("has no list, by the head's time")
