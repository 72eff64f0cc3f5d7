"""What is asked of those who know the ballot; nothing here says whose it is.

docs/protocol.md §6, docs/booth.md. A promise is taken only if it holds, and is for a
time before the polls close.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from election.client.errors import ClientError
from election.client.rpc import Connection
from election.crypto.signature import decode_signature
from election.crypto.transcript import Address, Hash, uint_word
from election.errors import ElectionError
from election.protocol.abi import ContractName, decode_event, find_topic
from election.protocol.ballot import Ballot
from election.protocol.events import Issued
from election.protocol.promise import LONGEST, Promise, accept_promise
from scripts.shared.errors import ServiceError, UntrueError
from scripts.shared.files.booth_files import RelayHost
from scripts.voters.device.answers import read_number, unhex
from scripts.voters.device.asking import Asker
from scripts.voters.device.crowd import (
    CROWD,
    LONGEST_WAIT,
    RUSH,
    Moments,
    draw_moments,
)
from scripts.voters.device.device import Device
from scripts.voters.device.nodes import Nodes
from scripts.voters.device.sides import LEAST_RELAYS
from scripts.voters.device.texts import spell_one, spell_refusal

_WINDOW: Final = 2_000  # blocks before a node's head: everybody asks for so many
_GRID: Final = 256  # the box is asked from a multiple of so many blocks on
_OWNERS: Final = 2
_FAIR: Final = 60  # seconds by which honest clocks may differ
_ISSUED: Final = find_topic(ContractName.VOTER_LIST, "Issued")


@dataclass(frozen=True, slots=True)
class Promised:
    """Until when an organisation's relay promised the ballot, Unix seconds."""

    organisation: str
    deadline: int


@contextmanager
def _promising(who: str) -> Iterator[None]:
    """Turn what does not hold of a promise into an error that a voter reads."""
    try:
        yield
    except ElectionError as error:
        fact = spell_one("false promise", fact=error.fact)
        raise UntrueError(who, fact) from error


@dataclass(frozen=True, slots=True)
class BallotSide:
    """Relays, and the nodes that are asked about ballots."""

    device: Device
    relays: Sequence[RelayHost]
    nodes: Nodes
    asker: Asker = field(repr=False)

    def read_time(self) -> int:
        """Read the time as `Nodes.read_time` does."""
        return self.nodes.read_time()

    def send(
        self, record: bytes, promised: Sequence[Promised], *, now: int
    ) -> tuple[list[Promised], list[ServiceError | UntrueError]]:
        """Send a signed ballot until enough organisations promise it.

        Gives all promises, those that still hold among `promised` with them, and what
        relays refused. May be repeated. Raises BallotError, before anything is sent.
        """
        ballot = self.device.accept(record)
        found = [each for each in promised if each.deadline >= now]
        refused: list[ServiceError | UntrueError] = []
        for relay in self._draw():
            if len(found) >= LEAST_RELAYS:
                break
            if any(each.organisation == relay.organisation for each in found):
                continue
            try:
                deadline = self._send_to(relay, ballot, record, now=now)
                found.append(Promised(relay.organisation, deadline))
            except (ServiceError, UntrueError) as error:
                refused.append(error)
        return found, refused

    def _draw(self) -> list[RelayHost]:
        from secrets import SystemRandom

        return SystemRandom().sample(list(self.relays), len(self.relays))

    def _send_to(
        self, relay: RelayHost, ballot: Ballot, record: bytes, *, now: int
    ) -> int:
        who, ctx = spell_one("relay", whose=relay.organisation), self.device.ctx
        url = f"{relay.url}/ballots?context=0x{ctx.hex()}"
        said = self.asker.ask(who, url, raw=record)
        credential = ballot.record.credential
        with _promising(who):
            deadline = read_number(said.get("deadline"))
            promise = Promise(ctx, credential, ballot.ballot_hash, deadline)
            signature = decode_signature(unhex(said.get("signature")))
            account = Address(relay.account)
            accept_promise(promise, signature, relay=account, now=deadline)
        if deadline < now:  # it gives the same promise again
            raise ServiceError(who, spell_refusal("due_before"), code="due_before")
        if deadline > now + LONGEST:  # the own clock may be wrong
            raise ServiceError(who, spell_refusal("other_time"), code="other_time")
        closing = self.device.published.terms.cast_closing
        if deadline >= closing and deadline >= self.nodes.find_closings(self.device)[1]:
            raise UntrueError(who, spell_one("late promise"))
        return deadline

    def is_open(self) -> bool:
        """Tell whether two organisations' clocks show that the polls are open."""
        told = self.nodes.ask_owners(_OWNERS, Connection.read_clock).values()
        opening = self.device.published.terms.opening + _FAIR
        closing = self.nodes.find_closings(self.device)[1] - _FAIR
        return len(told) == _OWNERS and all(opening < now < closing for now in told)

    # When it leaves

    def plan(self, moments: Moments | None, *, now: int) -> tuple[Moments, int]:
        """Give the moments that were drawn, and until when the ballot waits, or 0."""
        left = self.device.published.terms.cast_closing - now
        if moments is None or moments.late > now + LONGEST_WAIT:  # a clock went back
            moments = draw_moments(now, left)
        drawn = moments
        if left <= RUSH or now >= drawn.late:
            return drawn, 0
        if now < drawn.early:
            return drawn, drawn.late
        # who asked again would leave with the next event, and show which one it was
        return Moments(drawn.late, drawn.late), 0 if self._is_crowd() else drawn.late

    def _is_crowd(self) -> bool:
        """Say whether two organisations show enough who got a ballot no sooner."""
        told = self.nodes.ask_owners(_OWNERS, self._read_issued)
        if len(told) < _OWNERS:
            return False
        one, other = told.values()
        return len(one & other) >= CROWD

    def _read_issued(self, connection: Connection) -> set[Hash]:
        head = connection.read_head().number
        at, number = self.device.terms.common.voter_list, self.device.contest
        topics = [_ISSUED, Hash(uint_word(number))]
        first = max(0, head - _WINDOW)
        logs = connection.read_logs([at], first=first, last=head, topics=topics)
        issued: list[tuple[int, Hash]] = []
        for log in logs:
            event = decode_event(log, ContractName.VOTER_LIST)
            if not isinstance(event, Issued):
                raise ClientError("node", "answered with what was not asked for")
            issued.append((log.block_number, event.leaf))
        own = self.device.leaf
        since = next((block for block, leaf in issued if leaf == own), first)
        return {leaf for block, leaf in issued if block >= since and leaf != own}

    def mark_start(self) -> int:
        """Say from which block on a ballot that leaves now can be in the box."""
        heads = self.nodes.ask_owners(_OWNERS, lambda each: each.read_head().number)
        first = min(heads.values()) if len(heads) == _OWNERS else 0
        return first - first % _GRID
