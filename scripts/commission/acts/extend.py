"""Shift both closings of the polls."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scripts.shared.by_key import Actor, by_key
from scripts.shared.following import say_next
from scripts.shared.moments import Moment
from scripts.shared.options import Delta, Yes, path_argument
from scripts.shared.terminal import show

EXAMPLE = (
    "veche extend 1800 commission.json observer-1.json observer-2.json "
    "--election election.json --key keys/relay.json"
)


@by_key()
def command(
    delta: Delta,
    signatures: Annotated[list[Path], path_argument(help="From `veche authorize`.")],
    *,
    actor: Actor,
    yes: Yes = False,
) -> None:
    """Shift both closings, signed by the commission and a quorum of observers.

    Anybody who has the signatures may do it. With signatures of an extension that was
    carried out before, as the node says, it sends nothing and ends with 11.
    """
    from scripts.commission.extend import extend
    from scripts.shared.durations import spell_here

    as_json = actor.as_json
    with actor.alone():
        ask = actor.asker("Extend the polls?", yes)
        issue, cast = extend(
            actor.opened, delta, paths=signatures, key=actor.key, ask=ask
        )
    closings = {"issue_closing": Moment(issue), "cast_closing": Moment(cast)}
    show(closings, as_json=as_json)
    say_next(
        f"relays take ballots until {spell_here(cast)},",
        "and `veche freeze` closes the sums from then on",
        as_json=as_json,
    )
