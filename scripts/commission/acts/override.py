"""Open a tally that few ballots withhold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from scripts.shared.by_key import Actor, by_key
from scripts.shared.following import say_next
from scripts.shared.options import Contest, Yes, path_argument
from scripts.shared.terminal import show

EXAMPLE = (
    "veche override commission.json observer-1.json observer-2.json --contest 30 "
    "--election election.json --key keys/relay.json"
)


@by_key()
def command(
    signatures: Annotated[list[Path], path_argument(help="From `veche authorize`.")],
    contest: Contest,
    *,
    actor: Actor,
    yes: Yes = False,
) -> None:
    """Open a withheld contest, signed by the commission and a quorum of observers.

    Anybody who has the signatures may do it.
    """
    from scripts.commission.override import override

    opened, as_json = actor.opened, actor.as_json
    with actor.alone():
        ask = actor.asker("Open the sum?", yes)
        override(opened, contest, paths=signatures, key=actor.key, ask=ask)
    state = opened.tally.state(contest).name.lower()
    show({"contest": contest, "state": state}, as_json=as_json)
    say_next(
        "each trustee runs `veche share --compare`, and with the others compares what",
        "it shows",
        as_json=as_json,
    )
