"""C14: each credential counts once, docs/protocol.md §6."""

from __future__ import annotations

from reference.errors import claim
from reference.record import Record
from reference.report import Cases


def check_casting(record: Record, cases: Cases) -> None:
    """Look for a credential with two ballots in one box."""
    used: set[tuple[int | None, bytes]] = set()
    for event in record.every("BallotCast"):
        key = (event.contest, event["credential"])
        with cases.case(f"credential 0x{event['credential'].hex()}"):
            claim(key not in used, "was cast twice")
        used.add(key)
