"""Move a development chain's clock to a time, or to a phase."""

from __future__ import annotations

from pathlib import Path

from election.client.rpc import Connection
from election.protocol.phases import Phase
from scripts.shared.durations import parse_time
from scripts.shared.errors import InputError
from scripts.shared.session import enter


def travel(connection: Connection, moment: int) -> int:
    """Make a block at a time in the future, Unix seconds; returns the block's time.

    Raises NodeRefusedError where the clock cannot be moved: on a network, or back.
    """
    connection.request("evm_setNextBlockTimestamp", hex(moment))
    connection.request("evm_mine")
    return connection.read_head().timestamp


def find_start(election: Path, rpc_url: str, *, phase: str) -> int:
    """Read when a phase of an election begins; raises InputError for another word."""
    opened = enter(election, rpc_url)
    starts = (*opened.rules.times[:5], *opened.election.closings())
    names = [each.name.lower() for each in Phase][1:8]
    if phase not in names:
        raise InputError(f"phase {phase}", f"is none of {', '.join(names)}")
    return starts[names.index(phase)]


def parse_moment(moment: str, *, now: int) -> int:
    """Parse a time, Unix seconds; raises InputError."""
    try:
        return parse_time(moment, now=now)
    except InputError as error:
        error.add_note(f"{error.hint}; to name a phase, give --election, too")
        raise
