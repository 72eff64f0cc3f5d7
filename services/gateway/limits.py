"""Brakes and bounds that hold over all workers, since the database keeps them.

Each is one statement that changes a row or does not: of two requests at one moment one
passes, on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.gateway.codes import MOST_CODES, MOST_WRONG, PAUSE
from services.gateway.tables import brakes, limits


def _insert(connection: Connection, table: Any) -> Any:
    is_sqlite = connection.dialect.name == "sqlite"
    return (sqlite if is_sqlite else postgresql).insert(table)


def take_brake(connection: Connection, voter_id: str, *, now: int) -> int:
    """Take the right to one code; 0 if it was taken, else the seconds to wait."""
    until = now + PAUSE
    asked = _insert(connection, brakes).values(voter_id=voter_id, not_before=until)
    asked = asked.on_conflict_do_update(
        index_elements=[brakes.c.voter_id],
        set_={"not_before": until},
        where=brakes.c.not_before <= now,
    )
    # of an INSERT no count of rows is kept on PostgreSQL
    if connection.execute(asked.returning(brakes.c.voter_id)).first() is not None:
        return 0
    return max(1, read_brake(connection, voter_id) - now)


def read_brake(connection: Connection, voter_id: str) -> int:
    """Read when a person may ask for the next code, Unix seconds; 0 for at once."""
    chosen = select(brakes.c.not_before).where(brakes.c.voter_id == voter_id)
    return connection.execute(chosen).scalar() or 0


def take_code(connection: Connection, scope: str) -> bool:
    """Count one more code of a leaf and election, or consent; False if it had all."""
    asked = _insert(connection, limits).values(scope=scope, codes=1, wrong=0)
    asked = asked.on_conflict_do_update(
        index_elements=[limits.c.scope],
        set_={"codes": limits.c.codes + 1},
        where=(limits.c.codes < MOST_CODES) & (limits.c.wrong < MOST_WRONG),
    )
    return connection.execute(asked.returning(limits.c.scope)).first() is not None


def take_try(connection: Connection, scope: str) -> bool:
    """Count a try as wrong before it is compared; False if all were used."""
    asked = update(limits).where(limits.c.scope == scope)
    asked = asked.where(limits.c.wrong < MOST_WRONG)
    counted = asked.values(wrong=limits.c.wrong + 1)
    return connection.execute(counted).rowcount == 1


def count_wrong_left(connection: Connection, scope: str) -> int:
    """Count the wrong tries that a leaf and election, or consent, has left."""
    chosen = select(limits.c.wrong).where(limits.c.scope == scope)
    return MOST_WRONG - int(connection.execute(chosen).scalar() or 0)


def give_back_try(connection: Connection, scope: str) -> None:
    """Take back what `take_try` counted: the code was right."""
    asked = update(limits).where(limits.c.scope == scope)
    connection.execute(asked.values(wrong=limits.c.wrong - 1))


def raise_alarm(connection: Connection, scope: str) -> bool:
    """Note that support has to look; True for the first to note it."""
    asked = update(limits).where(limits.c.scope == scope, ~limits.c.alarmed)
    return connection.execute(asked.values(alarmed=True)).rowcount == 1
