"""The Moscow election of 8 September 2019, held again in small on a local chain."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from scripts.shared.options import accept_pace
from scripts.shared.terminal import tell, tell_json

EXAMPLE: Final = "veche demo --voters 60"
EXIT_NOT_HELD: Final = 3
_MOST_VALIDATORS: Final = 10


def command(
    *,
    voters: Annotated[
        int | None,
        typer.Option(help="How many voters there are; 30, or 12 on a network."),
    ] = None,
    network: Annotated[
        int | None,
        typer.Option(
            min=4,
            max=_MOST_VALIDATORS,
            metavar="VALIDATORS",
            help="Hold it on a network of so many validators: at least 4.",
        ),
    ] = None,
    pace: Annotated[
        float | None,
        typer.Option(
            help="Factor of a network's phases.", parser=accept_pace, metavar="FACTOR"
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the outcome as JSON.")
    ] = False,
) -> int:
    """Hold a whole election in small, and audit it.

    It starts a development chain as a process of its own, plays commission, trustees,
    issuers, voters and relay against it over JSON-RPC, and verifies the outcome. Exit
    code 3 if the audit does not hold.

    With --network it starts a network instead, where time passes as it does: phases
    last as long as this machine needs, a validator is killed and a link cut in the
    middle, an observer's node is audited, and a ballot's transaction is proven.
    """
    from scripts.demo.holding import demo, render

    tale = demo(voters, silent=as_json, network=network, pace=pace or 1.0)
    if as_json:
        tell_json(render(tale))
    else:
        tell(tale.report.summary)
    return 0 if tale.held else EXIT_NOT_HELD
