"""Exclude a member who lets the others wait."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from election.client.errors import ContractRefusedError
from scripts.shared.by_key import Actor, by_key
from scripts.shared.following import say_next_from, spell_start
from scripts.shared.options import Yes
from scripts.shared.terminal import say, show

EXAMPLE = "veche expire trustees --election election.json --key keys/commission.json"


class Which(StrEnum):
    """One of an election's two ceremonies."""

    TRUSTEES = "trustees"
    ISSUERS = "issuers"


@by_key()
def command(
    ceremony: Annotated[Which, typer.Argument(help="Whose ceremony.")],
    *,
    actor: Actor,
    yes: Yes = False,
) -> None:
    """Exclude the first member who let a ceremony's step pass in silence.

    Anybody may do it, once the step's time is over; `veche status` says until when.
    """
    from election.protocol.replay import Part
    from scripts.members.expire import expire, require_overdue, require_running
    from scripts.shared.standing import spell_margin

    opened, as_json = actor.opened, actor.as_json
    handle = opened.trustees if ceremony is Which.TRUSTEES else opened.issuers
    part = Part.TRUSTEES if ceremony is Which.TRUSTEES else Part.ISSUERS
    require_running(handle, part=part)
    ask = actor.asker("Exclude the member?", yes)
    ask(f"excludes the first silent member of the {part.title}, for good")
    try:
        culprit = expire(handle, key=actor.key)
    except ContractRefusedError:
        require_overdue(handle, part=part, end=opened.rules.times[1])
        raise
    members, threshold = handle.n(), handle.k()
    result = {"excluded": f"0x{culprit.hex()}"}
    show(result | {"members": members, "threshold": threshold}, as_json=as_json)
    say(spell_margin(members, threshold, part=part))
    act = "trustee" if part is Part.TRUSTEES else "issuer"
    say_next_from(
        spell_start(opened, "list"),
        "those who are left make the keys anew, by {start}:",
        f"each runs `veche {act} --wait`",
        as_json=as_json,
    )
