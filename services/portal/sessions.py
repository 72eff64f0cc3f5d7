"""Logins that were begun, and sessions: rows, found by the hash of a cookie."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from services.portal.tables import logins, sessions, tickets
from services.portal.tokens import draw_token, hash_token

LOGIN_TIME: Final = 600  # seconds that the identity provider gets
_NOTE_EVERY: Final = 30  # seconds between two notes that a session is in use
_TICKETS_KEPT: Final = 3_600  # seconds, longer than any attestation holds


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts, seconds: unused, and at all."""

    idle: int
    longest: int


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, by which cookie."""

    cookie: str = field(repr=False)
    account: str = field(repr=False)
    begun: int


def begin_login(connection: Connection, *, state: str, browser: str, now: int) -> None:
    """Note that a browser goes to the identity provider."""
    row = {"state": hash_token(state), "browser": hash_token(browser), "begun": now}
    connection.execute(insert(logins).values(row))


def end_login(connection: Connection, *, state: str, browser: str, now: int) -> bool:
    """Take a browser that came back, once; says whether it is one that went."""
    same = (logins.c.state == hash_token(state)) & (
        logins.c.browser == hash_token(browser)
    )
    taken = connection.execute(
        delete(logins).where(same, logins.c.begun > now - LOGIN_TIME)
    )
    return taken.rowcount == 1


def begin_session(
    connection: Connection, *, account: str, replaced: str | None, now: int
) -> str:
    """Begin a session under a new cookie; the browser's old session ends."""
    if replaced:
        end_session(connection, cookie=replaced)
    cookie = draw_token()
    connection.execute(
        insert(sessions).values(
            cookie=hash_token(cookie), account=account, begun=now, used=now
        )
    )
    return cookie


def find_session(
    connection: Connection, *, cookie: str, limits: Limits, now: int
) -> Session | None:
    """Find the session of a cookie, unless it has ended; notes that it is in use."""
    hashed = hash_token(cookie)
    row = connection.execute(
        select(sessions).where(sessions.c.cookie == hashed)
    ).one_or_none()
    if row is None:
        return None
    if row.used + limits.idle <= now or row.begun + limits.longest <= now:
        end_session(connection, cookie=cookie)
        return None
    if row.used + _NOTE_EVERY <= now:
        used = update(sessions).where(sessions.c.cookie == hashed).values(used=now)
        connection.execute(used)
    return Session(cookie, row.account, row.begun)


def end_session(connection: Connection, *, cookie: str) -> None:
    """End a session; its tickets open nothing from now on."""
    hashed = hash_token(cookie)
    connection.execute(delete(sessions).where(sessions.c.cookie == hashed))


def end_all_sessions(connection: Connection, *, account: str) -> None:
    """End all sessions of a person, on every device."""
    connection.execute(delete(sessions).where(sessions.c.account == account))


def forget_old(connection: Connection, *, limits: Limits, now: int) -> None:
    """Forget logins, sessions and tickets that can be used no more."""
    connection.execute(delete(logins).where(logins.c.begun <= now - LOGIN_TIME))
    idle = sessions.c.used <= now - limits.idle
    old = sessions.c.begun <= now - limits.longest
    connection.execute(delete(sessions).where(idle | old))
    connection.execute(delete(tickets).where(tickets.c.minted <= now - _TICKETS_KEPT))
