"""Write what polling stations strike out, and freeze applications."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from scripts.shared.errors import InputError
from scripts.shared.options import AsJson, PasswordFile, path_option
from scripts.shared.terminal import say, show
from services.shell.command import HomeFolder, home_of, password_of


def strike(
    election: Annotated[str, typer.Option(help="The election's address, 0x...")],
    out: Annotated[Path, path_option(help="Folder for one file a neighbourhood.")],
    language: Annotated[
        Literal["ru", "en"] | None,
        typer.Option(help="Of the columns' names; else that of the election's title."),
    ] = None,
    home: HomeFolder = None,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Write who votes online, for polling stations to strike out, from the freeze on.

    Read from every node that config.toml names for the election; all have to agree.
    strike-CONTEST-NEIGHBOURHOOD.csv is UTF-8 with a mark, for any spreadsheet. To run
    it again writes the same files. `serve` freezes the applications by itself.
    """
    from services.registrar.desks import open_desks
    from services.registrar.service import SERVICE
    from services.registrar.strike_list import (
        choose_language,
        name_struck,
        read_online,
        write_strike_list,
    )
    from services.shell.opening import open_context

    kept = home_of(SERVICE.name, home)
    with open_context(SERVICE, kept, password_of(password_file)) as context:
        desk = open_desks(context).get(election.lower())
        if desk is None:
            hint = "config.toml names the elections that it works for"
            raise InputError("--election", "is none of this registrar's", hint=hint)
        if len(desk.nodes) == 1 and not desk.terms.test:
            say("warning: only one node tells who votes online; name a second one")
        online = read_online(desk)
        struck = context.database.run_now(name_struck, desk, online)
        own = language or choose_language(desk.terms)
        counts = write_strike_list(out, struck, language=own)
    show({"out": str(out), "voters": len(struck), "files": counts}, as_json=as_json)
