"""Look at the polls through the relay's nodes, and end promises that are kept."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from election.crypto.transcript import Hash
from election.errors import ElectionError
from election.protocol.terms import ElectionTerms
from services.relay.alarms import NODE_AWAY, NODE_LIES, OVERDUE, Alarms
from services.relay.judging import BusyError, Judges
from services.relay.nodes import Nodes, NodesDifferError, read_agreed
from services.relay.polls import Contest, Look
from services.relay.store import Cast, Kept, list_open, note_casts, read_watched
from services.shell.clock import Clock
from services.shell.database import Database


@dataclass
class Polls:
    """The polls of an election, as nodes showed them last; none before a look."""

    name: str
    terms: ElectionTerms
    contests: tuple[Contest, ...]
    nodes: Nodes
    seen: Look | None = None

    @property
    def closing(self) -> int:
        """Give the effective t_cast_close, that of the deployment before any look.

        An extension makes it later: until it is seen, promises are for too early.
        """
        return (
            self.terms.common.cast_closing if self.seen is None else self.seen.closing
        )


@dataclass
class Watch:
    """Watch one election after another."""

    polls: tuple[Polls, ...]
    database: Database
    judges: Judges
    clock: Clock
    alarms: Alarms
    log: Any

    async def run(self) -> None:
        """Look once at every election; a node that is away stops no other."""
        for each in self.polls:
            try:
                await self._look(each)
            except NodesDifferError as error:
                self.alarms.hold(NODE_LIES, f"{each.name} blocks", error.fact)
            except ElectionError as error:  # away while it was read
                self.alarms.hold(NODE_AWAY, each.name, str(error))
            else:
                self.alarms.settle(NODE_AWAY, each.name)
        await self._find_overdue()

    async def _look(self, polls: Polls) -> None:
        sight = await asyncio.to_thread(polls.nodes.look_around)
        for url in polls.nodes.urls:
            if url in sight.away:
                fact = sight.away[url].removeprefix(f"{url}: ")
                self.alarms.hold(NODE_AWAY, f"{polls.name} {url}", fact)
            else:
                self.alarms.settle(NODE_AWAY, f"{polls.name} {url}")
        if sight.look is None:
            return
        election = polls.terms.election
        watched = await self.database.run(read_watched, election)
        if sight.agreed and sight.look.head > watched:
            parts = read_agreed(
                sight.agreed, polls.contests, first=watched + 1, last=sight.look.head
            )
            while (part := await asyncio.to_thread(next, parts, None)) is not None:
                await self._note(polls, part[1], block=part[0])
            self.alarms.settle(NODE_LIES, f"{polls.name} blocks")
        polls.seen = sight.look

    async def _note(
        self, polls: Polls, casts: list[tuple[Cast, bytes]], *, block: int
    ) -> None:
        """Note ballots of the boxes; one that would void another's has to verify."""
        own = {
            (each.context, each.credential): each
            for each in await self.database.run(list_open)
        }
        believed = []
        for cast, raw in casts:
            kept = own.get((cast.context, cast.credential))
            if kept is None or await self._is_believed(cast, raw, kept):
                believed.append(cast)
            else:
                fact = f"shows a false ballot of 0x{cast.credential.hex()}"
                self.alarms.hold(NODE_LIES, polls.name, f"its node {fact}")
        election = polls.terms.election
        void = await self.database.run(note_casts, election, believed, block=block)
        for each in void:
            self.log.warning("void", ballot_hash=f"0x{each.hex()}")

    async def _is_believed(self, cast: Cast, raw: bytes, kept: Kept) -> bool:
        """Say whether what is shown as a kept ballot's, or instead of it, can be so."""
        if raw == kept.record:
            return True
        while True:
            try:
                verdict = await self.judges.judge(cast.context, raw)
            except BusyError:
                await asyncio.sleep(0.2)
                continue
            return verdict.ballot_hash == cast.ballot_hash and _is_of(raw, kept)

    async def _find_overdue(self) -> None:
        late: dict[Hash, Kept] = {
            each.ballot_hash: each
            for each in await self.database.run(list_open)
            if each.deadline < self.clock.now()
        }
        if late:
            fact = f"{len(late)} ballots were promised and are not in the box in time"
            self.alarms.hold(OVERDUE, "promises", fact)
        else:
            self.alarms.settle(OVERDUE, "promises")


def _is_of(raw: bytes, kept: Kept) -> bool:
    return raw[12:32] == kept.credential
