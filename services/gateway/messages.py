"""The outbox: what is to be sent, what was sent, and the codes that are still good.

A code is drawn when its message leaves, so that none ever waits anywhere: what waits is
the wish for one. Before the centre is asked, the row says SENDING and has the mark of
the code; whatever then happens, no second message leaves for that row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, insert, select, update

from services.gateway.codes import LIFETIME, TRIES, find_match
from services.gateway.limits import (
    count_wrong_left,
    give_back_try,
    take_brake,
    take_code,
    take_try,
)
from services.gateway.states import Event, State, after, sources_of
from services.gateway.tables import messages, phones
from services.gateway.texts import Purpose


class RefusalError(Exception):
    """Report why no code is sent, or a request is not granted; code: a stable word.

    wait: seconds until it may be asked for again.
    """

    def __init__(self, code: str, *, wait: int | None = None, scope: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.wait = wait
        self.scope = scope


@dataclass(frozen=True, slots=True)
class Wish:
    """A code that somebody asks for.

    scope: of the bounds on how many. election, contest: which the text names, if any.
    """

    serial: str
    voter_id: str
    scope: str
    purpose: Purpose
    language: str
    election: str | None = None
    contest: int | None = None


class Outcome(Enum):
    """What a try of a code came to."""

    RIGHT = "right"
    WRONG = "wrong_code"
    NONE = "expired"  # no code is good now
    USED_UP = "too_many"


def ask_for_code(connection: Connection, wish: Wish, *, now: int) -> None:
    """Put a message in the outbox; raises RefusalError.

    Of many who ask for one person at one moment, one gets it.
    """
    if read_phone(connection, wish.voter_id) is None:
        raise RefusalError("no_phone")
    if wait := take_brake(connection, wish.voter_id, now=now):
        is_there = has_code(connection, wish.serial, now=now)
        raise RefusalError("too_soon" if is_there else "pause", wait=wait)
    if not take_code(connection, wish.scope):
        raise RefusalError("too_many", scope=wish.scope)
    connection.execute(
        insert(messages).values(
            serial=wish.serial,
            voter_id=wish.voter_id,
            purpose=wish.purpose.value,
            election=wish.election,
            contest=wish.contest,
            language=wish.language,
            state=State.QUEUED.value,
            asked_at=now,
            changed_at=now,
            not_before=now,
        )
    )


def read_phone(connection: Connection, voter_id: str) -> str | None:
    """Read a person's number, or that there is none."""
    chosen = select(phones.c.phone).where(phones.c.voter_id == voter_id)
    return connection.execute(chosen).scalar()


def list_waiting(connection: Connection, *, now: int, most: int) -> list[int]:
    """List messages that may leave now, the oldest first."""
    chosen = (
        select(messages.c.id)
        .where(messages.c.state == State.QUEUED.value, messages.c.not_before <= now)
        .where(~messages.c.closed)
        .order_by(messages.c.id)
        .limit(most)
    )
    return list(connection.execute(chosen).scalars())


def mark_sending(
    connection: Connection, number: int, *, mark: bytes, now: int
) -> Row[Any] | None:
    """Mark a message before it leaves; None if somebody else has it.

    Returns its row with the number to send it to.
    """
    claimed = _move(number, Event.MARKED, now=now).values(
        mark=mark, expires=now + LIFETIME
    )
    if connection.execute(claimed).rowcount != 1:
        return None
    chosen = select(messages, phones.c.phone).join_from(
        messages, phones, messages.c.voter_id == phones.c.voter_id
    )
    return connection.execute(chosen.where(messages.c.id == number)).one_or_none()


def read_serial(connection: Connection, number: int) -> str | None:
    """Read which request a message is for."""
    chosen = select(messages.c.serial).where(messages.c.id == number)
    return connection.execute(chosen).scalar()


def note_event(
    connection: Connection, number: int, event: Event, *, now: int, **values: Any
) -> bool:
    """Note what happened to a message; False if that changes nothing."""
    moved = _move(number, event, now=now).values(**values)
    return connection.execute(moved).rowcount == 1


def note_put_back(
    connection: Connection, number: int, *, now: int, pause: int, reason: str
) -> bool:
    """Let a message wait again; the code that was drawn for it is none."""
    return note_event(
        connection,
        number,
        Event.PUT_BACK,
        now=now,
        not_before=now + pause,
        mark=None,
        expires=None,
        reason=reason,
    )


def settle_old(connection: Connection, *, now: int, patience: int) -> tuple[int, int]:
    """Call lost what was marked long ago, and too late what waited too long.

    patience: seconds that the answer of a centre may take. Returns how many of each.
    """
    counts = []
    for event, old in (
        (Event.LOST, messages.c.changed_at < now - patience),
        (Event.TOO_LATE, messages.c.asked_at < now - LIFETIME),
    ):
        is_source = messages.c.state.in_([each.value for each in sources_of(event)])
        moved = (
            update(messages)
            .where(is_source, old)
            .values(state=after(event).value, reason=event.value, changed_at=now)
        )
        counts.append(connection.execute(moved).rowcount)
    return counts[0], counts[1]


def find_sent(
    connection: Connection, spellings: Sequence[str], *, phone: str | None, since: int
) -> int | None:
    """Find the message that a receipt is about; None unless it is one alone.

    spellings: of the centre's id, as it may have given it before. phone: whom the
    receipt is about, if it says so: two ids in two writings may meet, with two numbers
    they do not.
    """
    chosen = (
        select(messages.c.id, messages.c.centre_id)
        .join_from(messages, phones, messages.c.voter_id == phones.c.voter_id)
        .where(messages.c.centre_id.in_(spellings), messages.c.asked_at >= since)
    )
    if phone is not None:
        chosen = chosen.where(phones.c.phone == phone)
    found = connection.execute(chosen).all()
    for spelling in spellings:  # the likeliest first
        same = [row.id for row in found if row.centre_id == spelling]
        if same:
            return same[0] if len(same) == 1 else None
    return None


def try_code(
    connection: Connection, serial: str, code: str, *, key: bytes, scope: str, now: int
) -> Outcome:
    """Try a code against those that are good for a request.

    A right code closes all others of the request. It goes on being right for that
    request until it expires, so that whoever lost the answer asks again.
    """
    rows = connection.execute(_good(serial, now=now)).all()
    if not rows:
        return Outcome.NONE
    if not take_try(connection, scope):
        return Outcome.USED_UP
    own = messages.c.id.in_([row.id for row in rows])
    connection.execute(update(messages).where(own).values(tries=messages.c.tries + 1))
    place = find_match(key, serial, code, marks=[row.mark for row in rows])
    if place is None:
        return Outcome.WRONG
    give_back_try(connection, scope)
    used = messages.c.id == rows[place].id
    others = and_(messages.c.serial == serial, ~used)
    connection.execute(update(messages).where(others).values(closed=True))
    undone = messages.c.tries - 1
    connection.execute(update(messages).where(used).values(used_at=now, tries=undone))
    return Outcome.RIGHT


def count_left(connection: Connection, serial: str, *, scope: str, now: int) -> int:
    """Count the tries that are left for a request, by its codes and its bound."""
    good = _good(serial, now=now).subquery()
    tries = select(func.min(messages.c.tries)).where(
        messages.c.id.in_(select(good.c.id))
    )
    least = connection.execute(tries).scalar()
    if least is None:
        return 0
    return max(0, min(TRIES - int(least), count_wrong_left(connection, scope)))


def has_code(connection: Connection, serial: str, *, now: int) -> bool:
    """Say whether a code of a request is good, or on its way."""
    if connection.execute(_good(serial, now=now)).first() is not None:
        return True
    waiting = messages.c.state == State.QUEUED.value
    chosen = select(messages.c.id).where(messages.c.serial == serial, waiting)
    return connection.execute(chosen.limit(1)).first() is not None


def _good(serial: str, *, now: int) -> Select[Any]:
    """Choose messages whose code is good: any that may have arrived."""
    return select(messages.c.id, messages.c.mark).where(
        messages.c.serial == serial,
        messages.c.mark.is_not(None),
        messages.c.expires > now,
        messages.c.tries < TRIES,
        ~messages.c.closed,
    )


def _move(number: int, event: Event, *, now: int) -> Any:
    sources = [each.value for each in sources_of(event)]
    return (
        update(messages)
        .where(messages.c.id == number, messages.c.state.in_(sources))
        .values(state=after(event).value, changed_at=now)
    )
