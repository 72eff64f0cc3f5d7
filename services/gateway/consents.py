"""What a person agreed to by a code: one record, and nothing is attested beyond it.

A consent is asked for, then given by its code. What was given last stands, an election:
to vote online with exactly this lock, or none; or not to. So a portal cannot register
again who withdrew, and not with a lock of its own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from election.crypto.transcript import Address, Hash, address_word
from election.protocol.attestation import NO_LOCK, Action, Request
from services.gateway.codes import LIFETIME
from services.gateway.messages import (
    Outcome,
    RefusalError,
    Wish,
    ask_for_code,
    has_code,
    try_code,
)
from services.gateway.serials import draw_serial
from services.gateway.tables import consent_elections, consents, wishes
from services.gateway.texts import Purpose

_A_DAY: Final = 86_400


class ConsentAction(StrEnum):
    """What a person agrees to."""

    APPLY = "apply"
    WITHDRAW = "withdraw"


_ACTIONS: Final = {
    ConsentAction.APPLY: Action.REGISTER,
    ConsentAction.WITHDRAW: Action.WITHDRAW,
}


@dataclass(frozen=True, slots=True)
class Covered:
    """One election that a consent covers.

    leaf: once the list is built. lock: AK of an application, or NO_LOCK.
    """

    election: str
    contest: int
    leaf: Hash | None
    lock: Address


@dataclass(frozen=True, slots=True)
class Consent:
    """What the portal asks a person's agreement for; voter_id in its one writing."""

    action: ConsentAction
    voter_id: str
    covered: tuple[Covered, ...]
    language: str

    @property
    def digest(self) -> str:
        """Tell it from any other consent of this person."""
        parts = [
            (each.election, each.contest, (each.leaf or b"").hex(), each.lock.hex())
            for each in sorted(self.covered, key=lambda each: each.election)
        ]
        return hashlib.sha256(json.dumps([self.action, parts]).encode()).hexdigest()


def ask_consent(connection: Connection, consent: Consent, *, now: int) -> str:
    """Ask for a person's agreement, by a code; returns the serial.

    The same once more is the same serial, and no second code while one is good. Raises
    RefusalError.
    """
    same = and_(
        consents.c.voter_id == consent.voter_id,
        consents.c.digest == consent.digest,
        consents.c.given_at.is_(None),
        consents.c.asked_at > now - LIFETIME,
    )
    known = connection.execute(select(consents.c.serial).where(same)).scalar()
    serial = known or _record(connection, consent, now=now)
    if not has_code(connection, serial, now=now):
        send_again(connection, serial, language=consent.language, now=now)
    return serial


def _record(connection: Connection, consent: Consent, *, now: int) -> str:
    serial = draw_serial()
    connection.execute(
        insert(consents).values(
            serial=serial,
            voter_id=consent.voter_id,
            action=consent.action.value,
            digest=consent.digest,
            asked_at=now,
        )
    )
    rows = [
        {
            "serial": serial,
            "election": each.election,
            "contest": each.contest,
            "leaf": f"0x{each.leaf.hex()}" if each.leaf else None,
            "lock": f"0x{each.lock.hex()}" if each.lock != NO_LOCK else None,
        }
        for each in consent.covered
    ]
    connection.execute(insert(consent_elections), rows)
    return serial


def send_again(connection: Connection, serial: str, *, language: str, now: int) -> None:
    """Send one more code for a consent; raises RefusalError."""
    consent = read_consent(connection, serial)
    if consent.given_at is not None:
        raise RefusalError("already_given")
    if consent.asked_at <= now - _A_DAY:
        raise RefusalError("expired")
    covered = _read_covered(connection, serial)
    named = covered[0] if len(covered) == 1 else None
    wish = Wish(
        serial,
        consent.voter_id,
        scope_of_consent(consent),
        Purpose(consent.action),
        language,
        election=named.election if named else None,
        contest=named.contest if named else None,
    )
    ask_for_code(connection, wish, now=now)


def give_consent(
    connection: Connection, serial: str, code: str, *, key: bytes, now: int
) -> tuple[Outcome, str]:
    """Take a code; what was agreed to stands from then on, once.

    Returns what came of it and the scope that a try counts for. A code that comes again
    changes nothing, whatever was agreed to since. Raises RefusalError.
    """
    consent = read_consent(connection, serial)
    scope = scope_of_consent(consent)
    outcome = try_code(connection, serial, code, key=key, scope=scope, now=now)
    if outcome is Outcome.RIGHT and consent.given_at is None:
        given = update(consents).where(consents.c.serial == serial)
        connection.execute(given.values(given_at=now))
        _let_stand(connection, consent)
    return outcome, scope


def _let_stand(connection: Connection, consent: Row[Any]) -> None:
    for each in _read_covered(connection, consent.serial):
        own = and_(
            wishes.c.voter_id == consent.voter_id, wishes.c.election == each.election
        )
        connection.execute(delete(wishes).where(own))
        connection.execute(
            insert(wishes).values(
                voter_id=consent.voter_id,
                election=each.election,
                serial=consent.serial,
                action=consent.action,
                contest=each.contest,
                leaf=each.leaf,
                lock=each.lock,
            )
        )


def grant(
    connection: Connection,
    election: str,
    contest: int,
    *,
    request: Request,
    voter_id: str | None,
) -> None:
    """Grant an attestation that the record covers; raises RefusalError for another.

    voter_id: whose leaf the caller has shown it to be, for a consent that is older than
    the list. A registration is granted at one nonce of the leaf, so once.
    """
    spelt = f"0x{request.leaf.hex()}"
    is_own = wishes.c.leaf == spelt
    if voter_id is not None:
        is_own |= wishes.c.leaf.is_(None) & (wishes.c.voter_id == voter_id)
    chosen = select(wishes).where(wishes.c.election == election, is_own)
    wish = connection.execute(chosen).one_or_none()
    if wish is None or wish.contest != contest:
        raise RefusalError("no_consent")
    if _ACTIONS[wish.action] is not request.action:
        raise RefusalError("other_consent")
    if request.subject != _subject_of(wish):
        raise RefusalError("other_lock")
    is_bound = request.action is Action.REGISTER and wish.nonce is not None
    if is_bound and wish.nonce != request.nonce:
        raise RefusalError("already_attested")
    own = and_(wishes.c.voter_id == wish.voter_id, wishes.c.election == election)
    noted = update(wishes).where(own).values(leaf=spelt, nonce=request.nonce)
    connection.execute(noted)


def _subject_of(wish: Row[Any]) -> Hash:
    """Give h_req of what was agreed to: word(AK), or 0."""
    lock = Address(bytes.fromhex(wish.lock[2:])) if wish.lock else NO_LOCK
    return Hash(address_word(lock))


def read_consent(connection: Connection, serial: str) -> Row[Any]:
    """Read what was asked under a serial; raises RefusalError."""
    chosen = select(consents).where(consents.c.serial == serial)
    found = connection.execute(chosen).one_or_none()
    if found is None:
        raise RefusalError("unknown_serial")
    return found


def _read_covered(connection: Connection, serial: str) -> Sequence[Row[Any]]:
    own = consent_elections.c.serial == serial
    return connection.execute(select(consent_elections).where(own)).all()


def scope_of_consent(consent: Row[Any]) -> str:
    """Bound a person's codes of a day, whatever they are for."""
    return f"consent/{consent.voter_id}/{consent.asked_at // _A_DAY}"
