"""Move a development chain's clock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.shared.moments import Moment
from scripts.shared.options import DEFAULT_URL, AsJson, RpcUrl, path_option
from scripts.shared.terminal import show

EXAMPLE = "veche time voting --election election.json"


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
    from election.client.rpc import connect
    from scripts.developer.time import find_start, parse_moment, travel

    connection = connect(rpc_url)
    if election is not None and moment[:1].isalpha() and not moment.startswith("now"):
        target = find_start(election, rpc_url, phase=moment.lower())
    else:
        target = parse_moment(moment, now=connection.read_clock())
    now = travel(connection, target)
    show({"now": Moment(now), "timestamp": now}, as_json=as_json)
