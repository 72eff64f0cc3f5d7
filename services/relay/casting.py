"""Bring what was promised into the boxes, mixed, and again until it is final."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from prometheus_client import Counter

from election.client.errors import ClientError, ContractRefusedError
from election.client.rpc import Connection
from election.crypto.signature import SigningKey
from election.crypto.transcript import Hash
from services.relay.alarms import MORE_THAN_ISSUED, REFUSED, SET_ASIDE, Alarms
from services.relay.judging import BusyError, Judges
from services.relay.mixing import mix
from services.relay.polls import Contest, ballot_box, voter_list
from services.relay.store import Kept, State, list_open, mark_sent, set_aside
from services.relay.timing import is_due
from services.relay.watching import Polls
from services.shell.clock import Clock
from services.shell.database import Database

AGAIN: Final = 60
"""Seconds after which what was sent and is not final is sent once more."""

_MOST_BATCHES: Final = 16  # of one round: others wait until their blocks are there
_PATIENCE: Final = 120  # seconds that a node may be behind the issuers' nodes

Batch = tuple[Contest, list[Kept]]
_shuffle: Final[Callable[[list[Any]], None]] = random.SystemRandom().shuffle


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round: what was not sent, and the batches that failed."""

    surplus: dict[Hash, int] = field(default_factory=dict)
    failed: Sequence[Batch] = ()
    why: str = ""


@dataclass
class Sender:
    """Send what is due of every election."""

    polls: tuple[Polls, ...]
    database: Database
    judges: Judges
    clock: Clock
    key: SigningKey
    alarms: Alarms
    batches: Counter
    log: Any
    tried: dict[Hash, float] = field(default_factory=dict)
    surplus_since: dict[Hash, float] = field(default_factory=dict)

    async def run(self) -> None:
        """Send once what is due; a node that is away stops no other election."""
        kept = await self.database.run(list_open)
        hashes = {each.ballot_hash for each in kept}
        self.tried = {h: at for h, at in self.tried.items() if h in hashes}
        for polls in self.polls:
            batches = self.choose(polls, kept)
            if not batches:
                continue
            for part in _cut(batches, _MOST_BATCHES):
                await self._send(polls, part)

    def choose(self, polls: Polls, kept: Iterable[Kept]) -> list[Batch]:
        """Choose what is sent now: what is due, mixed, and what was not final in time.

        Nothing is chosen once the polls are closed: no box takes it.
        """
        now = self.clock.now()
        if now >= polls.closing:
            return []
        own: dict[Hash, list[Kept]] = {each.context: [] for each in polls.contests}
        for each in kept:
            if each.context in own:
                own[each.context].append(each)
        batches: list[Batch] = []
        for contest in polls.contests:
            going = self._choose_of(own[contest.context], now, polls.closing)
            batches += [(contest, batch) for batch in mix(going, _shuffle)]
        return batches

    def _choose_of(self, kept: list[Kept], now: int, closing: int) -> list[Kept]:
        waiting = [each for each in kept if each.state is State.PROMISED]
        first = min((each.deadline for each in waiting), default=0)
        going = waiting if is_due(len(waiting), first, now=now, closing=closing) else []
        moment = time.monotonic()
        again = [
            each
            for each in kept
            if each.state is State.SENT
            and moment - self.tried.get(each.ballot_hash, -AGAIN) >= AGAIN
        ]
        return going + again

    async def _send(self, polls: Polls, batches: list[Batch]) -> None:
        hashes = [each.ballot_hash for _, batch in batches for each in batch]
        await self.database.run(mark_sent, hashes)
        self.tried |= dict.fromkeys(hashes, time.monotonic())
        try:
            connection = await asyncio.to_thread(polls.nodes.reach)
            done = await asyncio.to_thread(
                send_batches, connection, polls, batches, key=self.key
            )
        except ClientError as error:  # nothing was sent: by the next node, at once
            polls.nodes.pass_on()
            for each in hashes:
                self.tried.pop(each, None)
            self.log.warning("not_sent", of=polls.name, fact=str(error))
            return
        polls.nodes.pass_on()  # who is not final in a minute is shown to another node
        self._judge_surplus(polls, {each.context: each for each, _ in batches}, done)
        if done.why:
            self.log.warning("not_cast", of=polls.name, fact=done.why)
            await self._examine(connection, polls, done.failed)
            return
        self.batches.inc(len(batches))
        self.alarms.settle(REFUSED, polls.name)
        sizes = [len(batch) for _, batch in batches]
        self.log.info("cast", of=polls.name, ballots=sizes)

    def _judge_surplus(
        self, polls: Polls, sent: Mapping[Hash, Contest], done: Round
    ) -> None:
        """Say loudly that there are more ballots than credentials, once it is sure.

        A node that is a little behind has not seen the last issuances: that is no
        fault, and passes.
        """
        for contest in sent.values():
            of = f"{polls.name} contest {contest.number}"
            if contest.context not in done.surplus:
                self.surplus_since.pop(contest.context, None)
                self.alarms.settle(MORE_THAN_ISSUED, of)
                continue
            since = self.surplus_since.setdefault(contest.context, time.monotonic())
            if time.monotonic() - since >= _PATIENCE:
                fact = "more valid ballots than credentials were issued: "
                fact += f"{done.surplus[contest.context]} too many; tell the observers"
                self.alarms.hold(MORE_THAN_ISSUED, of, fact)

    async def _examine(
        self, connection: Connection, polls: Polls, failed: Sequence[Batch]
    ) -> None:
        """Find what the box refuses a batch for, and set that aside by its name."""
        for contest, batch in failed:
            why = await asyncio.to_thread(
                try_batch, connection, contest, batch, key=self.key
            )
            if why is None:
                continue
            bad = [each for each in batch if not await self._verifies(each)]
            for each in bad:
                name = f"0x{each.ballot_hash.hex()}"
                await self.database.run(set_aside, each.ballot_hash, why)
                self.alarms.hold(SET_ASIDE, name, f"set aside: {why}")
            if not bad:
                self.alarms.hold(REFUSED, polls.name, f"a batch is refused: {why}")
                continue
            for each in batch:  # the others are sent in the next round at once
                self.tried.pop(each.ballot_hash, None)

    async def _verifies(self, kept: Kept) -> bool:
        while True:
            try:
                verdict = await self.judges.judge(kept.context, kept.record)
            except BusyError:
                await asyncio.sleep(0.2)
                continue
            return verdict.ballot_hash == kept.ballot_hash


def send_batches(
    connection: Connection, polls: Polls, batches: Sequence[Batch], *, key: SigningKey
) -> Round:
    """Send what is not in the boxes yet, as far as credentials were issued.

    Waits until the transactions are in blocks. Raises ClientError before any is sent.
    """
    going: list[Batch] = []
    surplus: dict[Hash, int] = {}
    room: dict[Hash, int] = {}
    voters = voter_list(connection, polls.terms)
    for contest, batch in batches:
        box = ballot_box(connection, contest)
        used = box.used([each.credential for each in batch])
        left = [each for each, is_used in zip(batch, used, strict=True) if not is_used]
        if contest.context not in room:
            count = voters.issued(contest.number) - box.cast_count()
            room[contest.context] = max(0, count)
        fitting = left[: room[contest.context]]
        room[contest.context] -= len(fitting)
        if len(fitting) < len(left):
            missing = len(left) - len(fitting)
            surplus[contest.context] = surplus.get(contest.context, 0) + missing
        if fitting:
            going.append((contest, fitting))
    acts = [
        ballot_box(connection, contest).cast([each.record for each in batch])
        for contest, batch in going
    ]
    try:
        connection.send_all(acts, key=key) if acts else ()
    except ClientError as error:
        return Round(surplus, going, str(error))
    return Round(surplus)


def try_batch(
    connection: Connection, contest: Contest, batch: list[Kept], *, key: SigningKey
) -> str | None:
    """Ask a node whether the box would take a batch; the contract's reason if not."""
    box = ballot_box(connection, contest)
    try:
        connection.try_act(box.cast([each.record for each in batch]), key=key)
    except ContractRefusedError as error:
        return str(error)
    except ClientError:
        return None  # the node alone has a trouble: the next round tells more
    return None


def _cut(batches: list[Batch], size: int) -> list[list[Batch]]:
    return [batches[at : at + size] for at in range(0, len(batches), size)]
