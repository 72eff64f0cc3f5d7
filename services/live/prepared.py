"""Open a folder of `veche live`, and who is in it."""

from __future__ import annotations

import shlex
from pathlib import Path

from election.protocol.booth_list import NAME, digest_list
from election.protocol.terms import ElectionTerms
from scripts.shared.errors import InputError
from scripts.voters.device.pinned import Pinned, gather
from services.live.layout import READY, Layout, open_layout
from services.live.people import Person, draw_people


def read_pinned(layout: Layout) -> Pinned:
    """Read the booth's signed files, as whoever votes there goes by them."""
    digest = digest_list((layout.site / NAME).read_bytes())
    return gather(str(layout.site), digest)


def open_person(home: Path, login: str) -> tuple[Layout, Person]:
    """Open a prepared folder, and find a made-up voter; raises InputError."""
    layout = open_prepared(home)
    for person in draw_people(layout.voters):
        if person.login == login:
            return layout, person
    fact = f"is none of voter1 to voter{layout.voters}"
    raise InputError(f"voter {login}", fact)


def require_slot(terms: ElectionTerms, person: Person, choice: int) -> None:
    """Raise InputError for a choice that the person's ballot does not have.

    Before anything is asked for: a credential is issued once.
    """
    count = len(terms.contest(person.contest).box.election_keys)
    if not 1 <= choice <= count:
        fact = f"is {choice}, and the ballot of {person.login} has 1 to {count}"
        raise InputError("--choice", fact, hint="nothing was asked for yet")


def open_prepared(home: Path) -> Layout:
    """Open a folder that `veche live run` prepared; raises InputError.

    The hint names another folder that is one, if one is near; else nobody is told to
    begin a second election, who only forgot where the first is.
    """
    if (home / READY).exists():
        return open_layout(home.absolute(), voters=0, are_free=False)
    if (home / "live.json").exists():
        fact = "is being prepared"
        hint = "wait until `veche live` says which address to open; is it running?"
        raise InputError(str(home), fact, hint=hint)
    near = [f"--home {shlex.quote(str(each))}" for each in _list_near(home)]
    hint = " or ".join(near) or "give --home: the folder that `veche live` runs in"
    raise InputError(str(home), "is no folder of `veche live`", hint=hint)


def _list_near(home: Path) -> list[Path]:
    """List folders of `veche live` here, and beside the one that is none."""
    places = {Path(), home.parent}
    ready = {place / READY for place in places}
    ready.update(each for place in places for each in place.glob(f"*/{READY}"))
    return sorted(each.parent for each in ready if each.exists())
