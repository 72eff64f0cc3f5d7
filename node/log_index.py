"""Find logs by address and topics without reading every block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from eth_typing import Address, Hash32

from node.block import Block, Log

_OF_ADDRESS = b"\xff"
# Returns the first block from a number on that holds a mark.
NextMarked = Callable[[bytes, int], int | None]


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


def marks_of(block: Block) -> frozenset[bytes]:
    """Return what a block's logs can be found by, each as a few bytes.

    A topic is marked with its position: the same one elsewhere is another question.
    No mark begins with another one.
    """
    marks: set[bytes] = set()
    for receipt in block.receipts:
        for log in receipt.logs:
            marks.add(_mark_address(log.address))
            marks.update(_mark_topic(*placed) for placed in enumerate(log.topics))
    return frozenset(marks)


def _mark_address(address: Address) -> bytes:
    return _OF_ADDRESS + address


def _mark_topic(place: int, topic: Hash32) -> bytes:
    return bytes([place]) + topic


def matching_blocks(
    query: LogQuery, next_marked: NextMarked, *, first: int, last: int
) -> Iterator[int]:
    """Yield ascending numbers of the blocks that may answer, both ends included.

    They hold something that each constraint accepts, perhaps in different logs: the
    rest is left to `LogQuery.matches`.
    """
    constraints = [
        [_mark_topic(place, topic) for topic in accepted]
        for place, accepted in enumerate(query.topics)
        if accepted
    ]
    if query.addresses:
        constraints.append([_mark_address(address) for address in query.addresses])
    searches = [_Search(marks, next_marked) for marks in constraints]
    found = _next_shared(searches, first)
    while found is not None and found <= last:
        yield found
        found = _next_shared(searches, found + 1)


def _next_shared(searches: list[_Search], number: int) -> int | None:
    """Return the first block from a number on that all searches find."""
    settled = 0
    while settled < len(searches):
        settled = 0
        for search in searches:
            found = search.advance(number)
            if found is None:
                return None
            settled += found == number
            number = found
    return number


class _Search:
    """Find, going forward, the blocks that hold any of some marks."""

    def __init__(self, marks: list[bytes], next_marked: NextMarked) -> None:
        self._next_marked = next_marked
        self._found = [(-1, mark) for mark in marks]
        heapify(self._found)

    def advance(self, number: int) -> int | None:
        """Return the first such block from a number on."""
        while self._found and self._found[0][0] < number:
            _, mark = heappop(self._found)
            found = self._next_marked(mark, number)
            if found is not None:
                heappush(self._found, (found, mark))
        return self._found[0][0] if self._found else None
