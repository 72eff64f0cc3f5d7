"""Open a folder of `veche live`, and who is in it."""

from __future__ import annotations

from pathlib import Path

from election.crypto.transcript import Address
from scripts.shared.errors import InputError
from scripts.shared.files.key_file import open_key_file
from services.live.layout import Layout, open_layout
from services.live.people import Person, draw_people


def relays_of(layout: Layout) -> dict[str, Address]:
    """Read the relays' accounts from their key files."""
    return {
        name: open_key_file(layout.home(name).key, password=layout.secret).account
        for name in ("relay-1", "relay-2")
    }


def open_person(home: Path, login: str) -> tuple[Layout, Person]:
    """Open a prepared folder, and find a made-up voter; raises InputError."""
    layout = open_prepared(home)
    for person in draw_people(layout.voters):
        if person.login == login:
            return layout, person
    fact = f"is none of voter1 to voter{layout.voters}"
    raise InputError(f"voter {login}", fact)


def open_prepared(home: Path) -> Layout:
    """Open a folder that `veche live run` prepared; raises InputError."""
    if not (home / "prepared").exists():
        hint = f"veche live run --home {home}"
        raise InputError(str(home), "is no folder of `veche live`", hint=hint)
    return open_layout(home.absolute(), voters=0, are_free=False)
