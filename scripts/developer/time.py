"""Move a development chain's clock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from election.client.rpc import Connection, connect
from election.protocol.phases import Phase
from election.protocol.text import spell_time
from scripts.shared.durations import parse_time
from scripts.shared.errors import InputError
from scripts.shared.options import DEFAULT_URL, AsJson, RpcUrl, path_option
from scripts.shared.session import enter
from scripts.shared.terminal import show

EXAMPLE = "veche time voting --election election.json"


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


def _parse(moment: str, *, now: int) -> int:
    try:
        return parse_time(moment, now=now)
    except InputError as error:
        error.add_note(f"{error.hint}; to name a phase, give --election, too")
        raise


def command(
    moment: Annotated[
        str,
        typer.Argument(
            help="+90s, a date and time, or with --election a phase's name."
        ),
    ],
    election: Annotated[
        Path | None, path_option(help="Whose phase; the record of `veche deploy`.")
    ] = None,
    rpc_url: RpcUrl = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """Move the clock of a development chain forward; it never goes back.

    +90s is counted from the time of the chain's clock, not of this machine's. A date
    carries its offset, as 2030-01-01T10:00:00Z or 2030-01-01T13:00:00+03:00, which are
    one moment. What is shown is in UTC. The clock of a network cannot be moved.
    """
    connection = connect(rpc_url)
    if election is not None:
        target = find_start(election, rpc_url, phase=moment.lower())
    else:
        target = _parse(moment, now=connection.read_clock())
    now = travel(connection, target)
    show({"now": spell_time(now), "timestamp": now}, as_json=as_json)
