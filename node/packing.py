"""Choose what goes into the next block, so that nobody keeps others out of it.

Named senders have one lane, and what strangers send has one for each contract. Lanes
take turns, and in a lane its senders do. Blocks begin with one kind and the other in
turn, and the kind that begins gets half of the block's gas before the other has its
turn: at the beginning there is room for whatever a transaction may ask for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from eth_typing import Address

from node.block import Transaction

_Lane = deque[deque["Entry"]]


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold a transaction whose nonce can be next; gas_used: as far as it is known."""

    transaction: Transaction
    is_stranger: bool
    gas_used: int


class _Room:
    """Hold what is left of a block; a transaction asks for more gas than it takes."""

    def __init__(self, gas: int, size: int) -> None:
        self.gas = gas
        self._size = size
        self.chosen: list[Transaction] = []

    def add(self, entry: Entry) -> bool:
        """Take a transaction in if it fits."""
        tx = entry.transaction
        if tx.gas > self.gas or len(tx.raw) > self._size:
            return False
        self.gas -= min(entry.gas_used, tx.gas)
        self._size -= len(tx.raw)
        self.chosen.append(tx)
        return True


def pack(
    queues: Iterable[deque[Entry]], *, gas: int, size: int, strangers_first: bool
) -> tuple[Transaction, ...]:
    """Choose from the queues of senders, each in order of nonce; oldest sender first.

    gas, size in bytes: of the block.
    """
    named: dict[Address | None, _Lane] = {}
    strangers: dict[Address | None, _Lane] = {}
    for queue in queues:
        head = queue[0]
        lanes = strangers if head.is_stranger else named
        target = head.transaction.to if head.is_stranger else None
        lanes.setdefault(target, deque()).append(queue)
    first, second = (strangers, named) if strangers_first else (named, strangers)
    room = _Room(gas, size)
    _fill(room, first, until=gas // 2)
    _fill(room, second)
    _fill(room, first)
    return tuple(room.chosen)


def _fill(room: _Room, lanes: dict[Address | None, _Lane], until: int = 0) -> None:
    """Let lanes take turns while any has something that fits.

    until: stop when no more gas than this is left.
    """
    turns = deque(lanes.values())
    while turns and room.gas > until:
        lane = turns.popleft()
        while lane:
            queue = lane.popleft()
            if room.add(queue[0]):
                queue.popleft()
                if queue:
                    lane.append(queue)
                turns.append(lane)
                break
