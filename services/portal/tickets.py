"""Tickets: by one of them a booth, which knows nobody, gets one attestation.

A ticket is for a session, a leaf and an election, for a quarter of an hour, and for one
M'. What it opens (voter id, salt, place) is sealed by the ticket itself, of which only
the hash is kept. The same M' again has the same answer: a lost answer is no lost vote.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Final

from joserfc import jwe
from joserfc.jwk import OctKey
from sqlalchemy import Connection, Row, insert, select, update

from election.protocol.attestation import ATTESTED
from services.portal.tables import sessions, tickets
from services.portal.tokens import derive_token, hash_token

VALID: Final = 900  # seconds
_HEADER: Final = {"alg": "dir", "enc": "A256GCM"}


@dataclass(frozen=True, slots=True)
class Opening:
    """What a booth needs of the voter's leaf, and the portal attests for."""

    election: str
    contest: int
    index: int
    leaf: str
    voter_id: str = field(repr=False)
    salt: str = field(repr=False)
    nonce: int


@dataclass(frozen=True, slots=True)
class Used:
    """A ticket that was shown with its M'; expiry: of the attestation."""

    opening: Opening
    expiry: int


class TicketError(Exception):
    """Report a ticket that opens nothing; code: a stable word, wait: seconds."""

    def __init__(self, code: str, *, wait: int | None = None) -> None:
        """Keep what is told."""
        super().__init__(code)
        self.code = code
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Shown:
    """A ticket on the page of its session; is_used: a booth has shown it."""

    opening: Opening
    expires: int
    is_used: bool


def derive_ticket(key: bytes, *, cookie: str, handle: str) -> str:
    """Derive a ticket from a session and a handle that was drawn for it.

    The handle stands in an address and opens nothing: the ticket stands nowhere, and a
    page of the session that minted it can be opened again.
    """
    return derive_token(key, "ticket", f"{cookie}/{handle}")


def mint_ticket(
    connection: Connection, *, ticket: str, cookie: str, opening: Opening, now: int
) -> None:
    """Mint a ticket for somebody who is logged in and has this leaf."""
    connection.execute(
        insert(tickets).values(
            ticket=hash_token(ticket),
            session=hash_token(cookie),
            election=opening.election,
            leaf=opening.leaf,
            minted=now,
            expires=now + VALID,
            opening=_seal(ticket, opening),
        )
    )


def read_ticket(
    connection: Connection, *, ticket: str, cookie: str, now: int
) -> Shown | None:
    """Read a ticket for the session that minted it, as long as it holds."""
    own = (tickets.c.ticket == hash_token(ticket)) & (
        tickets.c.session == hash_token(cookie)
    )
    row = connection.execute(select(tickets).where(own)).one_or_none()
    if row is None or row.expires <= now:
        return None
    opening = _unseal(ticket, row.opening)
    return Shown(opening, row.expires, row.subject is not None)


def use_ticket(connection: Connection, *, ticket: str, subject: str, now: int) -> Used:
    """Use a ticket for one M', whose hash is the subject; raises TicketError.

    Of two at once with another M' each, one is used. A ticket never brings a second M'
    for a leaf while an attestation of the first one holds: else who holds back the
    first request burns the vote by the second.
    """
    row = connection.execute(
        select(tickets).where(tickets.c.ticket == hash_token(ticket))
    ).one_or_none()
    if row is None:
        raise TicketError("unknown_ticket")
    if row.subject is not None:
        return _repeat(ticket, row, subject, now)
    _require_usable(connection, row, subject, now)
    expiry = now + ATTESTED
    unused = (tickets.c.ticket == row.ticket) & tickets.c.subject.is_(None)
    taken = connection.execute(
        update(tickets).where(unused).values(subject=subject, expiry=expiry)
    )
    if taken.rowcount != 1:
        raise TicketError("used_ticket")
    return Used(_unseal(ticket, row.opening), expiry)


def _repeat(ticket: str, row: Row[Any], subject: str, now: int) -> Used:
    if row.subject != subject:
        raise TicketError("used_ticket")
    if row.expiry <= now:
        raise TicketError("expired_ticket")
    return Used(_unseal(ticket, row.opening), row.expiry)


def _require_usable(
    connection: Connection, row: Row[Any], subject: str, now: int
) -> None:
    if row.expires <= now:
        raise TicketError("expired_ticket")
    alive = select(sessions.c.cookie).where(sessions.c.cookie == row.session)
    if connection.execute(alive).first() is None:
        raise TicketError("logged_out")
    other = connection.scalar(
        select(tickets.c.expiry)
        .where(
            tickets.c.election == row.election,
            tickets.c.leaf == row.leaf,
            tickets.c.subject != subject,
            tickets.c.expiry >= now,
        )
        .order_by(tickets.c.expiry.desc())
    )
    if other is not None:
        raise TicketError("other_request", wait=other - now + 1)


def holding_until(connection: Connection, *, leaf: str, election: str, now: int) -> int:
    """Tell until when an attestation of a leaf's issue holds; 0 if none does."""
    latest = connection.scalar(
        select(tickets.c.expiry)
        .where(
            tickets.c.election == election,
            tickets.c.leaf == leaf,
            tickets.c.expiry >= now,
        )
        .order_by(tickets.c.expiry.desc())
    )
    return int(latest or 0)


def _key_of(ticket: str) -> OctKey:
    return OctKey.import_key(sha256(f"veche ticket/{ticket}".encode()).digest())


def _seal(ticket: str, opening: Opening) -> str:
    return jwe.encrypt_compact(_HEADER, json.dumps(asdict(opening)), _key_of(ticket))


def _unseal(ticket: str, sealed: str) -> Opening:
    found = jwe.decrypt_compact(sealed, _key_of(ticket), ["dir", "A256GCM"])
    return Opening(**json.loads(found.plaintext or b"{}"))
