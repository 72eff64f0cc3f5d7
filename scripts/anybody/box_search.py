"""Look whole boxes through for a ballot, by its tracking code.

Whoever asks for the logs of whole boxes tells no node which ballot is meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from election.crypto.transcript import ZERO_HASH, Address, Hash
from election.errors import EncodingError
from election.protocol.abi import ContractName, decode_event
from election.protocol.ballot import read_tracking_code
from election.protocol.board import Log
from election.protocol.context import Box
from election.protocol.events import BallotCast
from election.protocol.record_hash import add_log


@dataclass(frozen=True, slots=True)
class Stored:
    """A ballot of a tracking code, as logs show it; its proof is not looked at.

    beside: the credentials of all ballots that its transaction brought, in order.
    running: the running hash of its box after its block.
    """

    log: Log
    event: BallotCast
    beside: tuple[Address, ...]
    running: Hash


@dataclass(frozen=True, slots=True)
class Searched:
    """What the logs of boxes came to.

    running: the running hash of each box with a log. cast: how many ballots each has.
    """

    stored: Stored | None
    running: Mapping[Address, Hash]
    cast: Mapping[Address, int]


@dataclass
class _Match:
    log: Log
    event: BallotCast
    beside: list[Address]
    running: Hash | None = None


@dataclass
class _Search:
    """A walk through logs, which keeps nothing of what it leaves behind."""

    code: Hash
    boxes: Mapping[Address, Box]
    running: dict[Address, Hash] = field(default_factory=dict)
    cast: Counter[Address] = field(default_factory=Counter)
    match: _Match | None = None
    _place: tuple[Address, Hash] | None = None
    _beside: list[Address] = field(default_factory=list)

    def take(self, log: Log) -> None:
        """Take the next log of the chain."""
        before = self.running.get(log.address, ZERO_HASH)
        self._close(log, before)
        self.running[log.address] = add_log(before, log)
        event = _read_ballot(log)
        if event is None:
            return
        self.cast[log.address] += 1
        if self._place != (log.address, log.transaction):
            self._place, self._beside = (log.address, log.transaction), []
        self._beside.append(event.credential)
        if self.match is None:
            found = read_tracking_code(event.ballot, self.boxes[log.address])
            if found == self.code:
                self.match = _Match(log, event, self._beside)

    def _close(self, log: Log, before: Hash) -> None:
        """Keep the running hash of the ballot's box before the next block's log."""
        match = self.match
        if match is None or match.running is not None:
            return
        if (
            log.address == match.log.address
            and log.block_number > match.log.block_number
        ):
            match.running = before

    @property
    def stored(self) -> Stored | None:
        match = self.match
        if match is None:
            return None
        running = match.running or self.running[match.log.address]
        return Stored(match.log, match.event, tuple(match.beside), running)


def search_boxes(
    logs: Iterable[Log], code: Hash, boxes: Mapping[Address, Box]
) -> Searched:
    """Search the logs of boxes, in the chain's order, to the end."""
    search = _Search(code, boxes)
    for log in logs:
        search.take(log)
    return Searched(search.stored, search.running, search.cast)


def _read_ballot(log: Log) -> BallotCast | None:
    """Read a stored ballot; None for what is none, which a running hash tells of."""
    try:
        event = decode_event(log, ContractName.BALLOT_BOX)
    except EncodingError:
        return None
    return event if isinstance(event, BallotCast) else None
