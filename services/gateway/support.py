"""What support may see: what became of messages, never a code, of a phone its end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, or_, select

from election.errors import VoterIdError
from election.protocol.voter_id import normalize_voter_id
from scripts.shared.moments import Moment
from services.gateway.codes import MOST_CODES, MOST_WRONG, TRIES
from services.gateway.consents import scope_of_consent
from services.gateway.issues import scope_of
from services.gateway.messages import read_phone
from services.gateway.numbers import mask_number
from services.gateway.serials import number_of
from services.gateway.tables import consents, issues, limits, messages

_MOST: Final = 50
_LONGEST: Final = 200
"""Characters of a voter's number, as its requests may have; a serial has fewer."""
_NEXT: Final = {
    "queued": "waits here; is the centre within reach?",
    "sending": "is being sent",
    "sent": "the centre has it; the phone may be off or without coverage",
    "delivered": "the phone has it",
    "failed": "did not arrive: compare the number; a new code may be asked for",
    "unknown": "may have been sent; a new code may be asked for after a minute",
}


def look_up(connection: Connection, asked: str, *, now: int) -> dict[str, Any]:
    """Tell what became of the messages of a voter, or of one request.

    asked: a voter id, a serial, or a message's number with its voter unknown.
    """
    voters, serials = _find(connection, asked)
    chosen = select(messages).where(
        or_(messages.c.voter_id.in_(voters), messages.c.serial.in_(serials))
    )
    rows = connection.execute(chosen.order_by(messages.c.id.desc()).limit(_MOST)).all()
    people = sorted({*voters, *(row.voter_id for row in rows)})
    described = [_describe_person(connection, each) for each in people]
    return {
        "people": [each for each in described if rows or each["phone"] != "none"],
        "messages": [_describe(row, now=now) for row in rows],
        "used_up": _list_used_up(connection, rows),
    }


def _find(connection: Connection, asked: str) -> tuple[list[str], list[str]]:
    text = asked.strip()
    if len(text) > _LONGEST:
        return [], []  # is nobody's, and no pattern for a database
    by_number = [
        serial
        for table in (issues, consents)
        for serial in connection.execute(
            select(table.c.serial).where(
                or_(
                    table.c.serial == text,
                    table.c.serial.startswith(f"{text.upper()}-", autoescape=True),
                )
            )
        ).scalars()
    ]
    if by_number:
        return [], by_number[:_MOST]
    try:
        return [normalize_voter_id(text)], []
    except VoterIdError:
        return [], []


def _describe_person(connection: Connection, voter_id: str) -> dict[str, str]:
    phone = read_phone(connection, voter_id)
    return {"voter_id": voter_id, "phone": mask_number(phone) if phone else "none"}


def _describe(row: Row[Any], *, now: int) -> dict[str, Any]:
    is_good = row.mark is not None and row.expires > now and not row.closed
    return {
        "asked": Moment(row.asked_at),
        "number": number_of(row.serial),
        "case": row.serial,
        "purpose": row.purpose,
        "state": row.state,
        "since": Moment(row.changed_at),
        "reason": row.reason,
        "code": _describe_code(row, is_good=is_good),
        "next": _advise(row, is_good=is_good),
    }


def _advise(row: Row[Any], *, is_good: bool) -> str:
    """Say what helps: what became of the code comes before where the message is."""
    if row.used_at is not None:
        return "nothing: the code was typed and taken"
    if is_good and row.tries >= TRIES:
        return "ask for a new code: this one was typed wrongly too often"
    if row.mark is not None and not is_good:
        return "ask for a new code: this one ended, or a newer one was used"
    return _NEXT[row.state]


def _describe_code(row: Row[Any], *, is_good: bool) -> str:
    if row.used_at is not None:
        return "was used"
    if is_good and row.tries >= TRIES:
        return "is out of tries"
    return "is valid" if is_good else "is not valid"


def _list_used_up(connection: Connection, rows: Sequence[Row[Any]]) -> list[str]:
    """List requests that are out of codes or of tries."""
    serials = {row.serial for row in rows}
    scopes: dict[str, str] = {}
    for row in connection.execute(select(issues).where(issues.c.serial.in_(serials))):
        scopes[scope_of(row)] = row.serial
    chosen = select(consents).where(consents.c.serial.in_(serials))
    for row in connection.execute(chosen):
        scopes[scope_of_consent(row)] = row.serial
    is_out = or_(limits.c.codes >= MOST_CODES, limits.c.wrong >= MOST_WRONG)
    found = select(limits.c.scope).where(limits.c.scope.in_(scopes), is_out)
    return [scopes[scope] for scope in connection.execute(found).scalars()]
