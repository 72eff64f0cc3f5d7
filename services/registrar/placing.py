"""Find the place on the lists of who applied before there were lists."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, select, update

from services.registrar.desks import Desk
from services.registrar.tables import NO_LEAF, applications, parts, people

NOT_ON_LIST: Final = "not on the list"
OTHER_CONTEST: Final = "on the list of another contest than was agreed to"


def place_parts(connection: Connection, desk: Desk) -> None:
    """Give what waits for the lists of an election its place on them.

    Who stands on another contest's list than their consent names is attested by nobody,
    and has to withdraw and to apply again; that is the part's trouble, as who is on no
    list.
    """
    if not desk.lists.files:
        return
    waiting = connection.execute(
        select(parts.c.id, parts.c.contest, parts.c.trouble, people.c.voter_id)
        .join(applications, applications.c.id == parts.c.application)
        .join(people, people.c.id == applications.c.person)
        .where(parts.c.election == desk.name, parts.c.leaf == NO_LEAF)
    ).all()
    for part in waiting:
        place = desk.lists.find(part.voter_id)
        if place is not None and place.contest == part.contest:
            values = {"place": place.index, "leaf": place.leaf, "trouble": ""}
        else:
            values = {"trouble": NOT_ON_LIST if place is None else OTHER_CONTEST}
        if values["trouble"] != part.trouble or "leaf" in values:
            own = update(parts).where(parts.c.id == part.id)
            connection.execute(own.values(**values))
