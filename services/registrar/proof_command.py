"""Show where a voter stands on an election's list, with the proof."""

from __future__ import annotations

from typing import Annotated

import typer

from election.protocol.voter_id import normalize_voter_id
from scripts.shared.errors import InputError
from scripts.shared.options import AsJson, PasswordFile
from scripts.shared.terminal import show
from services.shell.command import HomeFolder, home_of, password_of


def prove(
    voter_id: Annotated[str, typer.Argument(help="The voter's id on the register.")],
    election: Annotated[str, typer.Option(help="The election's address, 0x...")],
    home: HomeFolder = None,
    password_file: PasswordFile = None,
    as_json: AsJson = False,
) -> None:
    """Show a voter's leaf and place on an election's list, and the proof of it.

    place: from 1, as on the list that polling stations strike out; index: from 0, as
    on the chain. The salt is not shown: it reaches voters through their account only.
    """
    from services.registrar.publishing import (
        open_lists,
        read_election_id,
        read_publications,
    )
    from services.registrar.salts import open_salts
    from services.registrar.service import SERVICE
    from services.shell.opening import open_context

    kept = home_of(SERVICE.name, home)
    own = normalize_voter_id(voter_id)
    name = election.lower()
    with open_context(SERVICE, kept, password_of(password_file)) as context:
        published = context.database.run_now(read_publications, name)
        if not published:
            hint = "`veche registrar publish` publishes its lists"
            raise InputError("--election", "has no lists here", hint=hint)
        salts = open_salts(kept, context.vault)
        election_id = context.database.run_now(read_election_id, name)
        lists = open_lists(
            kept.folder, name, published, election_id=election_id, salts=salts
        )
        place = lists.find(own)
    if place is None:
        raise InputError(f"voter {own}", "is on no list of this election")
    claim = lists.files[place.contest].claim(place.index)
    show(
        {
            "election": name,
            "contest": place.contest,
            "index": place.index,
            "place": place.index + 1,
            "leaf": f"0x{place.leaf.hex()}",
            "voter": f"0x{claim.voter.hex()}",
            "root": f"0x{published[place.contest].root.hex()}",
            "size": published[place.contest].size,
            "proof": [f"0x{each.hex()}" for each in claim.path],
        },
        as_json=as_json,
    )
