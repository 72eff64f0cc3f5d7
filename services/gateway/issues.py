"""Requests for a credential: one for a leaf, its counter and its h_req.

Asking again is the same request, so that a lost answer is not a lost vote; another
h_req of the leaf is another request, of which the chain takes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, insert, select, update

from election.protocol.attestation import ATTESTED, Request
from services.gateway.messages import (
    Outcome,
    RefusalError,
    Wish,
    ask_for_code,
    has_code,
    try_code,
)
from services.gateway.serials import draw_serial
from services.gateway.tables import issues
from services.gateway.texts import Purpose


@dataclass(frozen=True, slots=True)
class Issue:
    """A request that the portal attested, whose leaf was recomputed."""

    election: str
    contest: int
    voter_id: str
    request: Request
    language: str


def open_issue(connection: Connection, issue: Issue, *, now: int) -> Row[Any]:
    """Keep a request and ask for its code; raises RefusalError.

    No second code while one is good. Returns its row.
    """
    request = issue.request
    asked = {
        "election": issue.election,
        "leaf": f"0x{request.leaf.hex()}",
        "subject": f"0x{request.subject.hex()}",
        "nonce": request.nonce,
    }
    same = and_(*(issues.c[name] == value for name, value in asked.items()))
    known = connection.execute(select(issues).where(same)).one_or_none()
    if known is None:
        serial = draw_serial()
        row = {**asked, "contest": issue.contest, "voter_id": issue.voter_id}
        connection.execute(insert(issues).values(serial=serial, opened_at=now, **row))
        known = read_issue(connection, serial)
    if not has_code(connection, known.serial, now=now):
        send_again(connection, known.serial, language=issue.language, now=now)
    return known


def send_again(
    connection: Connection, serial: str, *, language: str, now: int
) -> Row[Any]:
    """Send one more code for a request; raises RefusalError. Returns its row."""
    issue = read_issue(connection, serial)
    wish = Wish(
        serial,
        issue.voter_id,
        scope_of(issue),
        Purpose.ISSUE,
        language,
        election=issue.election,
        contest=issue.contest,
    )
    ask_for_code(connection, wish, now=now)
    return issue


def prove_issue(
    connection: Connection,
    serial: str,
    code: str,
    *,
    subject: str,
    key: bytes,
    now: int,
) -> tuple[Outcome, Row[Any]]:
    """Take a code for exactly this h_req; raises RefusalError for another.

    Returns the row, whose expiry says until when the attestation is valid that follows.
    The same code once more gives the same.
    """
    issue = read_issue(connection, serial)
    if issue.subject != subject:
        raise RefusalError("unknown_serial")
    outcome = try_code(
        connection, serial, code, key=key, scope=scope_of(issue), now=now
    )
    if outcome is Outcome.RIGHT and (issue.expiry is None or issue.expiry <= now):
        own = update(issues).where(issues.c.serial == serial)
        connection.execute(own.values(expiry=now + ATTESTED))
        issue = read_issue(connection, serial)
    return outcome, issue


def read_issue(connection: Connection, serial: str) -> Row[Any]:
    """Read a request; raises RefusalError."""
    chosen = select(issues).where(issues.c.serial == serial)
    found = connection.execute(chosen).one_or_none()
    if found is None:
        raise RefusalError("unknown_serial")
    return found


def scope_of(issue: Row[Any]) -> str:
    """Name the bounds of one leaf and election."""
    return f"{issue.election}/{issue.leaf}"
