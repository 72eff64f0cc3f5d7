"""Exclude a member who lets the others wait."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from election.client.errors import ContractRefusedError
from scripts.shared.following import say_next, spell_start
from scripts.shared.options import (
    AnyRpcUrl,
    AsJson,
    ElectionFile,
    KeyPath,
    PasswordFile,
    Yes,
)
from scripts.shared.roles import Role
from scripts.shared.terminal import say, show

EXAMPLE = "veche expire trustees --election election.json --key keys/commission.json"


class Which(StrEnum):
    """One of an election's two ceremonies."""

    TRUSTEES = "trustees"
    ISSUERS = "issuers"


def command(
    ceremony: Annotated[Which, typer.Argument(help="Whose ceremony.")],
    election: ElectionFile,
    key: KeyPath,
    yes: Yes = False,
    password_file: PasswordFile = None,
    rpc_urls: AnyRpcUrl = None,
    as_json: AsJson = False,
) -> None:
    """Exclude the first member who let a ceremony's step pass in silence.

    Anybody may do it, once the step's time is over; `veche status` says until when.
    """
    from election.protocol.replay import Part
    from scripts.members.expire import expire, require_overdue
    from scripts.shared.asking import Asker
    from scripts.shared.session import enter, unlock
    from scripts.shared.standing import spell_margin

    opened = enter(election, rpc_urls)
    key_file = unlock(key, password_file, roles=set(Role))
    handle = opened.trustees if ceremony is Which.TRUSTEES else opened.issuers
    part = Part.TRUSTEES if ceremony is Which.TRUSTEES else Part.ISSUERS
    ask = Asker("Exclude the member?", yes, as_json, is_test=opened.rules.test)
    ask(f"excludes the first silent member of the {part.title}, for good")
    try:
        culprit = expire(handle, key=key_file.key)
    except ContractRefusedError:
        require_overdue(handle, part=part, end=opened.rules.times[1])
        raise
    members, threshold = handle.n(), handle.k()
    result = {"excluded": f"0x{culprit.hex()}"}
    show(result | {"members": members, "threshold": threshold}, as_json=as_json)
    say(spell_margin(members, threshold, part=part))
    act = "trustee" if part is Part.TRUSTEES else "issuer"
    say_next(
        f"those who are left make the keys anew, by {spell_start(opened, 'list')}:",
        f"each runs `veche {act} --wait`",
        as_json=as_json,
    )
