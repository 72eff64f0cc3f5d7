"""Find logs by address and topics without reading every block."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from eth_typing import Address, Hash32

from node.block import Block, Log

# A topic is indexed with its position: (0, t) and (1, t) are different questions.
_Key = Address | tuple[int, Hash32]


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Ask for logs of any of these addresses whose topics match position by position.

    addresses: empty for any. topics: per position the accepted ones, empty for any.
    """

    addresses: tuple[Address, ...] = ()
    topics: tuple[tuple[Hash32, ...], ...] = ()

    def matches(self, log: Log) -> bool:
        """Say whether a log answers the question."""
        if self.addresses and log.address not in self.addresses:
            return False
        if len(self.topics) > len(log.topics):
            return False
        return all(
            not accepted or topic in accepted
            for accepted, topic in zip(self.topics, log.topics, strict=False)
        )


class LogIndex:
    """Map each address and topic to the ascending numbers of its blocks."""

    def __init__(self) -> None:
        self._blocks: dict[_Key, list[int]] = {}

    def add(self, block: Block) -> None:
        """Index the logs of the next block."""
        for key in _keys(block):
            self._blocks.setdefault(key, []).append(block.number)

    def remove(self, block: Block) -> None:
        """Forget a block; blocks leave from the highest down."""
        for key in _keys(block):
            self._blocks[key].pop()

    def matching_blocks(
        self, query: LogQuery, *, first: int, last: int
    ) -> Iterator[int]:
        """Yield ascending numbers of the blocks that may answer, both ends included.

        The rarest constraint is looked up; the others are left to `LogQuery.matches`.
        """
        constraints: list[list[_Key]] = [
            [(place, topic) for topic in accepted]
            for place, accepted in enumerate(query.topics)
            if accepted
        ]
        if query.addresses:
            constraints.append(list(query.addresses))
        if not constraints:
            yield from range(first, last + 1)
            return
        yield from min(
            (self._union(keys, first, last) for keys in constraints), key=len
        )

    def _union(self, keys: list[_Key], first: int, last: int) -> list[int]:
        found: set[int] = set()
        for key in keys:
            numbers = self._blocks.get(key, [])
            found.update(
                numbers[bisect_left(numbers, first) : bisect_left(numbers, last + 1)]
            )
        return sorted(found)


def _keys(block: Block) -> set[_Key]:
    keys: set[_Key] = set()
    for receipt in block.receipts:
        for log in receipt.logs:
            keys.add(log.address)
            keys.update(enumerate(log.topics))
    return keys
