"""What the registrar does by itself: decide, send, follow.

Each run picks up where the last one, of whatever process, ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Row, func, select

from election.client.errors import ClientError
from election.crypto.transcript import Hash
from election.protocol.attestation import Action
from services.registrar.applications import decide
from services.registrar.desks import Desk, Desks
from services.registrar.following import (
    read_news,
    read_place,
    settle_applications,
    take_news,
)
from services.registrar.issue_requests import (
    make_issue_act,
    note_sent,
    read_group,
    settle_requests,
)
from services.registrar.outbox import (
    Errand,
    Outcome,
    deliver,
    find_stranded,
    keep_sends,
    note_outcomes,
    read_open,
    read_taken,
    sign_errands,
)
from services.registrar.placing import place_parts
from services.registrar.registering import (
    make_errands,
    note_lost,
    note_started,
    note_troubles,
    read_due,
    still_due,
)
from services.registrar.tables import applications, sends
from services.registrar.transitions import State
from services.shell.service import Context, Job

_A_BATCH: Final = 32
_LOOK: Final = 0.5  # seconds between looks for receipts
_GAP: Final = 10  # seconds between looks for a nonce that is missing
_FULL: Final = 0.2  # seconds until a full window is looked at again
Result = TypeVar("Result")


class Work:
    """The jobs of the registrar; signing is one thing at a time, since nonces are."""

    def __init__(self, context: Context, desks: Desks) -> None:
        self._context, self._desks = context, desks
        self._database, self._clock = context.database, context.clock
        self._key = context.account.key
        self._signing = asyncio.Lock()
        self._gap_looked = 0

    def jobs(self) -> list[Job]:
        """List the jobs."""
        every = self._context.settings.check_every
        return [
            Job("follow", min(every, 2), self.follow),
            Job("deliver", min(every, _LOOK), self.deliver),
            Job("decide", every, self.decide),
            Job("register", every, self.register),
            Job("issue", every, self.issue),
        ]

    async def unready(self) -> list[str]:
        """Say of which elections no node was reached yet, or the terms are old."""
        said = [
            f"{desk.name}: no node of its chain was reached"
            for desk in self._desks.values()
            if not desk.times.freeze
        ]
        for desk in self._desks.values():
            is_due = desk.times.freeze and desk.registration <= self._clock.now()
            if is_due and not desk.lists.files:
                said.append(f"{desk.name}: its terms are from before the voter lists")
        return said

    async def follow(self) -> None:
        """Read what is new on the chains, and move applications by it."""
        for desk in self._desks.values():
            while not await self._follow_some(desk):
                pass
            now = self._clock.now()
            await self._database.run(settle_requests, desk.name, now=now)
        if self._desks:
            await self._database.run(
                settle_applications, desks=self._desks, now=self._clock.now()
            )

    async def _follow_some(self, desk: Desk) -> bool:
        since = await self._database.run(read_place, desk.name)
        news = await self._ask(desk, lambda: read_news(desk, since))
        await self._database.run(take_news, desk, since, news)
        return news.is_all

    async def decide(self) -> None:
        """Accept what was filed, unless a person does that."""
        is_automatic = self._context.settings.accept == "automatic"
        if not is_automatic or any(not d.times.freeze for d in self._desks.values()):
            return
        await self._database.run(accept_filed, desks=self._desks, now=self._clock.now())

    async def register(self) -> None:
        """Bring on the chain what applications want, until nothing is due."""
        for desk in self._desks.values():
            await self._database.run(place_parts, desk)
            while await self._register_some(desk):
                pass

    async def _register_some(self, desk: Desk) -> bool:
        now = self._clock.now()
        if not desk.registration <= now < desk.times.freeze:
            return False
        room = self._context.settings.window - await self._database.run(
            count_open, desk.terms.common.chain_id
        )
        if room <= 0:
            await asyncio.sleep(_FULL)
            return True
        most = min(room, _A_BATCH)
        due = await self._database.run(read_due, desk.name, now=now, most=most)
        if not due:
            return False
        made, troubles = await make_errands(self._context.peers, desk, due, now=now)
        if troubles:
            await self._database.run(note_troubles, troubles, now=now)
            first = next(iter(troubles.values()))
            self._context.log.warning(
                "not_registered", leaves=len(troubles), first=first
            )
        await self._send(desk, made, still_wanted)
        return bool(made)

    async def issue(self) -> None:
        """Send requests for credentials, a group at a time."""
        settings = self._context.settings
        for desk in self._desks.values():
            group = await self._database.run(
                read_group,
                desk.name,
                now=self._clock.now(),
                every=settings.send_every,
                most=settings.window,
            )
            if not group:
                continue
            handle = desk.voter_list(await self._ask(desk, desk.connect))
            made = [
                (
                    row,
                    Errand(
                        desk.name,
                        Hash(row.leaf),
                        Action.ISSUE,
                        make_issue_act(desk, handle, row),
                        min(row.portal_expiry, row.gateway_expiry),
                    ),
                )
                for row in group
            ]
            await self._send(desk, made, still_queued)
        await self.deliver()

    async def deliver(self) -> None:
        """Hand over what is signed, and note what became of it."""
        by_chain = {d.terms.common.chain_id: d for d in self._desks.values()}
        for chain, desk in by_chain.items():
            await self._deliver(chain, desk)

    async def _deliver(self, chain: int, desk: Desk) -> None:
        waiting = await self._database.run(read_open, chain)
        if not waiting:
            return
        now = self._clock.now()
        outcomes = await self._ask(
            desk, lambda: deliver(desk.connect(), waiting, key=self._key, now=now)
        )
        if now >= self._gap_looked + _GAP:
            self._gap_looked = now
            known = {each.number for each in outcomes}
            left = [each for each in waiting if each.id not in known]
            outcomes += await self._ask(
                desk, lambda: find_stranded(desk.connect(), left, key=self._key)
            )
        lost = await self._database.run(note_delivered, outcomes, now=now)
        if lost:
            self._context.log.warning("sends_lost", transactions=lost)

    async def _send(
        self,
        desk: Desk,
        made: Sequence[tuple[Row[Any], Errand]],
        is_wanted: Callable[[Connection, Row[Any]], bool],
    ) -> None:
        if not made:
            return
        async with self._signing:
            chain = desk.terms.common.chain_id
            taken = await self._database.run(read_taken, chain)
            errands = [errand for _, errand in made]
            rows = await self._ask(
                desk,
                lambda: sign_errands(desk.connect(), errands, taken, key=self._key),
            )
            parts = [part for part, _ in made]
            await self._database.run(
                keep_wanted, parts, rows, is_wanted, now=self._clock.now()
            )

    async def _ask(self, desk: Desk, question: Callable[[], Result]) -> Result:
        """Ask a node in a thread; another one next time, if this one fails."""
        try:
            return await asyncio.to_thread(question)
        except ClientError:
            desk.drop()
            raise


def note_delivered(
    connection: Connection, outcomes: Sequence[Outcome], *, now: int
) -> int:
    """Note what became of transactions; returns how many of them are lost."""
    note_outcomes(connection, outcomes)
    lost = [each.number for each in outcomes if each.state in ("lost", "failed")]
    note_lost(connection, lost, now=now)
    return len(lost)


def count_open(connection: Connection, chain: int) -> int:
    """Count the transactions that are not in a block yet."""
    query = select(func.count()).where(sends.c.chain == chain, sends.c.state == "open")
    return int(connection.scalar(query) or 0)


def accept_filed(connection: Connection, *, desks: Desks, now: int) -> None:
    """Accept all applications that nobody decided on."""
    waiting = (str(State.FILED), str(State.CHECKING))
    found = connection.execute(
        select(applications).where(applications.c.state.in_(waiting)).limit(1_000)
    ).all()
    for each in found:
        decide(connection, each, desks=desks, now=now)


def still_wanted(connection: Connection, part: Row[Any]) -> bool:
    """Say whether a part is still to be sent, and note that it is."""
    if not still_due(connection, part):
        return False
    note_started(connection, [part.id])
    return True


def still_queued(connection: Connection, request: Row[Any]) -> bool:
    """Say whether a request is still to be sent, and note that it is."""
    note_sent(connection, request.id)
    return True


def keep_wanted(
    connection: Connection,
    wanted: Sequence[Row[Any]],
    rows: Sequence[dict[str, Any]],
    is_wanted: Callable[[Connection, Row[Any]], bool],
    *,
    now: int,
) -> None:
    """Keep what was signed of what is still wanted, all in one transaction."""
    pairs = zip(wanted, rows, strict=True)
    kept = [row for each, row in pairs if is_wanted(connection, each)]
    keep_sends(connection, kept, now=now)
