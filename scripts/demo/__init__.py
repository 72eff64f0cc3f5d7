"""The Moscow election of 8 September 2019, held again in small on a local chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

import typer

from scripts.shared.exit_codes import ExitCode
from scripts.shared.options import accept_pace
from scripts.shared.terminal import tell, tell_json

EXAMPLE: Final = "veche demo --voters 60"
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
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Hold it in 2019's size: 9,810 ballots, some ten minutes; its figures "
            "go to docs/benchmarks.md.",
        ),
    ] = False,
    rounds: Annotated[
        bool,
        typer.Option(
            "--rounds",
            help="Hold the test rounds of 2019 before it, by the same people.",
        ),
    ] = False,
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

    With --full as many voters take part as did in 2019; some withdraw, vote on paper,
    check a ballot first, or lose their device and go on with another one.
    """
    others = {"--voters": voters, "--network": network, "--pace": pace}
    if rounds:
        _require_alone("--rounds", others | {"--full": full or None})
    if full:
        _require_alone("--full", others)
    from scripts.demo.holding import demo, hold_all_rounds, hold_whole, render

    if rounds:
        return 0 if hold_all_rounds(as_json=as_json) else ExitCode.NOT_SO
    if full:
        tale = hold_whole(silent=as_json)
    else:
        tale = demo(voters, silent=as_json, network=network, pace=pace or 1.0)
    if as_json:
        tell_json(render(tale))
    else:
        tell(tale.outcome.report.summary)
    return 0 if tale.held else ExitCode.NOT_SO


def _require_alone(chosen: str, others: Mapping[str, object]) -> None:
    """Raise InputError for an option that says otherwise than the chosen one."""
    from scripts.shared.errors import InputError

    for option, value in others.items():
        if value is not None:
            raise InputError(option, f"has no place beside {chosen}")
