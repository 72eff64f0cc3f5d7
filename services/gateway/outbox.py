"""Send what waits, note what came of it, and let nothing be sent twice.

Mark, then send: a message that was marked when we were killed may have left, so it is
called unknown and never sent again by itself (at most once). What was not marked is
sent after a restart (nothing asked for is forgotten). The person may ask again after a
minute, by a code of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from prometheus_client import Counter, Gauge
from sqlalchemy import Connection, func, select

from services.gateway.codes import draw_code, mark_code
from services.gateway.messages import (
    find_sent,
    list_waiting,
    mark_sending,
    note_event,
    note_put_back,
    read_serial,
    settle_old,
)
from services.gateway.senders.reports import Letter, Report, Sender
from services.gateway.serials import number_of
from services.gateway.states import Event, State
from services.gateway.tables import messages
from services.gateway.texts import Purpose, write_text
from services.shell.service import Context

PATIENCE: Final = 90
"""Seconds after which a message that was marked, and no more, is called unknown."""
_AGAIN: Final = 5  # seconds until what the centre put back is tried again
_RECEIPTS: Final = 3 * 86_400  # seconds for which a receipt finds its message
_EARLY: Final = 1_000  # receipts kept that came before what they are about

Shorts = Mapping[str, Mapping[str, str]]
"""Short names of elections, by election and language."""


class Outbox:
    """Draw codes, send them, and keep what is reported."""

    def __init__(
        self, context: Context, sender: Sender, *, key: bytes, shorts: Shorts
    ) -> None:
        self._database, self._clock = context.database, context.clock
        self._log, meter = context.log, context.meter
        self._sender, self._key, self._shorts = sender, key, shorts
        self._early: dict[str, Report] = {}
        self._events = Counter(
            "veche_sms_events", "What happened to messages", ["event"], registry=meter
        )
        self._states = Gauge(
            "veche_sms_messages", "Messages by state", ["state"], registry=meter
        )

    async def keep_sender(self) -> None:
        """Keep the sender at work until we are told to stop."""
        self._sender.start(self.note)
        try:
            await asyncio.Event().wait()
        finally:
            await self._sender.stop()

    async def send_waiting(self) -> None:
        """Send as much of what waits as the centre takes now."""
        room = self._sender.room()
        if not room:
            return
        now = self._clock.now()
        waiting = await self._database.run(list_waiting, now=now, most=room)
        for number in waiting:
            letter = await self._database.run(self._mark, number)
            if letter is not None:
                self._sender.send(letter)

    def _mark(self, connection: Connection, number: int) -> Letter | None:
        serial = read_serial(connection, number)
        if serial is None:
            return None
        code, now = draw_code(), self._clock.now()
        mark = mark_code(self._key, serial, code)
        row = mark_sending(connection, number, mark=mark, now=now)
        if row is None:
            return None
        text = write_text(
            Purpose(row.purpose),
            row.language,
            code=code,
            number=number_of(serial),
            contest=row.contest,
            short=self._shorts.get(row.election or "", {}).get(row.language, ""),
        )
        return Letter(number, row.phone, text)

    def note(self, report: Report) -> None:
        """Keep what happened to a message; called from any thread."""
        is_new = self._database.run_now(note_report, report, now=self._clock.now())
        if is_new:
            self._events.labels(report.event.value).inc()
            self._log.info("message", event_of=report.event.value, why=report.reason)
        if report.event is Event.ACCEPTED and report.centre_id in self._early:
            self.note(self._early.pop(report.centre_id))
        elif is_new is None:
            self._keep_early(report)

    async def keep(self, report: Report) -> None:
        """Keep what a gateway reports to us by HTTP."""
        await asyncio.to_thread(self.note, report)

    def _keep_early(self, report: Report) -> None:
        """Keep a receipt that came before the answer that it is about."""
        if len(self._early) >= _EARLY:
            self._early.clear()
        self._early.update(dict.fromkeys(report.spellings, report))

    async def settle(self) -> None:
        """Settle what waited too long, and count what there is."""
        now = self._clock.now()
        lost, late = await self._database.run(settle_old, now=now, patience=PATIENCE)
        if lost or late:
            self._log.warning("messages_settled", unknown=lost, too_late=late)
        counts = await self._database.run(count_states)
        for state in State:
            self._states.labels(state.value).set(counts.get(state.value, 0))


def note_report(connection: Connection, report: Report, *, now: int) -> bool | None:
    """Keep a report; False if it changes nothing, None if it is about no message."""
    number = report.number
    if number is None:
        since = now - _RECEIPTS
        number = find_sent(
            connection, report.spellings, phone=report.phone, since=since
        )
    if number is None:
        return None
    if report.event is Event.PUT_BACK:
        reason = report.reason or ""
        return note_put_back(connection, number, now=now, pause=_AGAIN, reason=reason)
    values: dict[str, Any] = {"reason": report.reason}
    if report.centre_id is not None:
        values["centre_id"] = report.centre_id
    return note_event(connection, number, report.event, now=now, **values)


def count_states(connection: Connection) -> dict[str, int]:
    """Count messages by state."""
    chosen = select(messages.c.state, func.count()).group_by(messages.c.state)
    return {row[0]: row[1] for row in connection.execute(chosen)}
