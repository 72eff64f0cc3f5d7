"""What people filed here and agreed to; the portal attests nothing beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, select, update

from services.portal.tables import filings, parts

APPLY: Final = "apply"
WITHDRAW: Final = "withdraw"
NO_LOCK: Final = "0x" + "00" * 20


@dataclass(frozen=True, slots=True)
class FiledPart:
    """One election that a filing is for; leaf once the list is built, lock if any."""

    election: str
    contest: int
    leaf: str | None
    lock: str | None


@dataclass(frozen=True, slots=True)
class Filing:
    """What somebody who was logged in asked for."""

    id: int
    serial: str
    account: str = field(repr=False)
    voter_id: str = field(repr=False)
    action: str
    agreed: int | None
    told: int | None
    parts: tuple[FiledPart, ...]

    @property
    def number(self) -> str:
        """Give the beginning of the serial that stands in the message, as A-47."""
        return "-".join(self.serial.split("-")[:2])


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody who is logged in asks for."""

    account: str = field(repr=False)
    voter_id: str = field(repr=False)
    action: str
    covered: Sequence[FiledPart]


def note_filing(connection: Connection, serial: str, wish: Wish, *, now: int) -> None:
    """Note what a person is asked to agree to by a code; the same again is one."""
    known = select(filings.c.id).where(filings.c.serial == serial)
    if connection.execute(known).first():
        note_asked(connection, serial=serial, now=now)
        return
    row = {
        "serial": serial,
        "account": wish.account,
        "voter_id": wish.voter_id,
        "action": wish.action,
        "asked": now,
    }
    added = connection.execute(insert(filings).values(row).returning(filings.c.id))
    filing = added.scalar_one()
    rows = [
        {
            "filing": filing,
            "election": each.election,
            "contest": each.contest,
            "leaf": each.leaf,
            "lock": each.lock,
        }
        for each in wish.covered
    ]
    connection.execute(insert(parts), rows)


def find_filing(connection: Connection, *, serial: str, account: str) -> Filing | None:
    """Find a filing of this account; another's is as if it were not there."""
    own = (filings.c.serial == serial) & (filings.c.account == account)
    row = connection.execute(select(filings).where(own)).one_or_none()
    return _read(connection, row) if row else None


def find_pending(connection: Connection, *, account: str, since: int) -> Filing | None:
    """Find the filing of an account that waits for its code, if its latest does.

    One that was asked for before another waits for nothing: the other came instead.
    """
    chosen = (
        select(filings)
        .where(filings.c.account == account)
        .order_by(filings.c.asked.desc(), filings.c.id.desc())
    )
    row = connection.execute(chosen).first()
    waits = row is not None and row.agreed is None and row.asked > since
    return _read(connection, row) if row is not None and waits else None


def note_asked(connection: Connection, *, serial: str, now: int) -> None:
    """Note when a code was asked for last; 0 once no code of it is valid."""
    own = (filings.c.serial == serial) & filings.c.agreed.is_(None)
    connection.execute(update(filings).where(own).values(asked=now))


def note_agreed(connection: Connection, *, serial: str, now: int) -> None:
    """Note that the gateway took the code, once."""
    own = (filings.c.serial == serial) & filings.c.agreed.is_(None)
    connection.execute(update(filings).where(own).values(agreed=now))


def note_told(connection: Connection, *, serial: str, now: int) -> None:
    """Note that the registrar has it."""
    own = (filings.c.serial == serial) & filings.c.told.is_(None)
    connection.execute(update(filings).where(own).values(told=now))


def list_untold(connection: Connection) -> list[Filing]:
    """List what was agreed to and the registrar has not yet, oldest first."""
    chosen = (
        select(filings)
        .where(filings.c.agreed.is_not(None), filings.c.told.is_(None))
        .order_by(filings.c.id)
        .limit(100)
    )
    return [_read(connection, row) for row in connection.execute(chosen).all()]


def find_wish(
    connection: Connection, *, election: str, leaf: str, voter_id: str | None
) -> tuple[str, FiledPart] | None:
    """Find what the person of a leaf agreed to last in an election: action and part.

    voter_id: whose leaf the caller has shown it to be, for a filing that is older than
    the list. Of two people's filings none is taken for the other's.
    """
    is_own = parts.c.leaf == leaf
    if voter_id is not None:
        is_own |= parts.c.leaf.is_(None) & (filings.c.voter_id == voter_id)
    whose = (
        select(filings.c.voter_id)
        .join(parts, parts.c.filing == filings.c.id)
        .where(parts.c.election == election, is_own, filings.c.agreed.is_not(None))
    )
    voters = set(connection.scalars(whose))
    if len(voters) != 1:
        return None
    latest = (
        select(filings.c.action, parts)
        .join(parts, parts.c.filing == filings.c.id)
        .where(
            filings.c.voter_id == voters.pop(),
            parts.c.election == election,
            filings.c.agreed.is_not(None),
        )
        .order_by(filings.c.agreed.desc(), filings.c.id.desc())
    )
    row = connection.execute(latest).first()
    return (row.action, _part(row)) if row else None


def _read(connection: Connection, row: Row[Any]) -> Filing:
    own = select(parts).where(parts.c.filing == row.id).order_by(parts.c.election)
    return Filing(
        row.id,
        row.serial,
        row.account,
        row.voter_id,
        row.action,
        row.agreed,
        row.told,
        tuple(map(_part, connection.execute(own).all())),
    )


def _part(row: Row[Any]) -> FiledPart:
    return FiledPart(row.election, row.contest, row.leaf, row.lock)
