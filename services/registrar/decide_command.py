"""Look at applications that wait for a person, and decide on them."""

from __future__ import annotations

import re
from typing import Annotated, Final

import typer

from scripts.shared.errors import InputError
from scripts.shared.options import AsJson, PasswordFile
from scripts.shared.terminal import show
from services.shell.command import HomeFolder, home_of, password_of

_REASON: Final = re.compile("[a-z][a-z_]{0,39}")


def decide_on(
    voter_id: Annotated[
        str | None, typer.Argument(help="Whose application; left out, all are shown.")
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Accept it.")] = False,
    refuse: Annotated[
        str | None,
        typer.Option(help="Refuse it, by a word as `not_eligible`, which they see."),
    ] = None,
    home: HomeFolder = None,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Decide on an application, where config.toml says that a person does.

    Without a voter it lists those that wait.
    """
    from election.protocol.voter_id import normalize_voter_id
    from services.registrar import deciding
    from services.registrar.desks import open_desks
    from services.registrar.service import SERVICE
    from services.shell.opening import open_context

    kept = home_of(SERVICE.name, home)
    if voter_id is not None and accept == (refuse is not None):
        raise InputError("--accept", "give it, or --refuse with a reason")
    if refuse is not None and _REASON.fullmatch(refuse) is None:
        raise InputError("--refuse", "is not a word of small letters and _")
    with open_context(SERVICE, kept, password_of(password_file)) as context:
        database = context.database
        if voter_id is None:
            show({"waiting": database.run_now(deciding.list_waiting)}, as_json=as_json)
            return
        desks = open_desks(context)
        own = normalize_voter_id(voter_id)
        for desk in desks.values():
            node = desk.connect()
            desk.learn_times(node)
            if context.settings.clock == "chain":
                context.clock.follow(node.read_clock())
        now = context.clock.now()
        database.run_now(deciding.decide_on, own, desks, refusal=refuse, now=now)
    show({"voter_id": own, "accepted": refuse is None}, as_json=as_json)
