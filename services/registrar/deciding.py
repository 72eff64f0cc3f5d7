"""List the applications that wait for a person, and decide on one."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from scripts.shared.errors import InputError
from scripts.shared.moments import Moment
from services.registrar.applications import decide, find_application
from services.registrar.desks import Desks
from services.registrar.tables import applications, people
from services.registrar.transitions import State


def list_waiting(connection: Connection) -> list[dict[str, Any]]:
    """List the applications that nobody decided on, the oldest first."""
    waiting = (str(State.FILED), str(State.CHECKING))
    found = connection.execute(
        select(people.c.voter_id, people.c.name, applications.c.since)
        .join(applications, applications.c.person == people.c.id)
        .where(applications.c.state.in_(waiting))
        .order_by(applications.c.id)
    )
    return [
        {"voter_id": voter_id, "name": name, "since": Moment(since)}
        for voter_id, name, since in found
    ]


def decide_on(
    connection: Connection,
    voter_id: str,
    desks: Desks,
    *,
    refusal: str | None,
    now: int,
) -> None:
    """Decide on a voter's application; raises InputError where that cannot be."""
    person = connection.scalar(select(people.c.id).where(people.c.voter_id == voter_id))
    found = None if person is None else find_application(connection, person)
    if found is None:
        raise InputError(f"voter {voter_id}", "has no application")
    if not decide(connection, found, desks=desks, now=now, refusal=refusal):
        fact = f"has an application that is {found.state}, or it is too late"
        raise InputError(f"voter {voter_id}", fact)
