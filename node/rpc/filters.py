"""Filters that a client polls: what is new since it last asked."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from node.log_index import LogQuery

_CAPACITY = 1_024  # filters of all clients
_OWN = 64  # filters of one client; its own oldest makes room for a new one
_ID_BITS = 128  # nobody finds another's filter by trying


@dataclass(frozen=True, slots=True)
class Filter:
    """Hold what a client waits for.

    query: None waits for blocks. first, last: block range of the logs; last None has
    no end. next_block: first block not yet reported. owner: the client's address.
    """

    query: LogQuery | None
    first: int
    last: int | None
    next_block: int
    owner: str = ""


class Filters:
    """Hold the filters of all clients by id."""

    def __init__(self, filters: Mapping[int, Filter] | None = None) -> None:
        self._filters = dict(filters or {})

    def add(self, installed: Filter) -> int:
        """Install a filter and return its id, which only its owner can know.

        The owner's oldest makes room for it, or that of who has most.
        """
        number = secrets.randbits(_ID_BITS)
        self._filters[number] = installed
        held = Counter(each.owner for each in self._filters.values())
        if held[installed.owner] > _OWN:
            self._forget_oldest(installed.owner)
        elif len(self._filters) > _CAPACITY:
            self._forget_oldest(held.most_common(1)[0][0])
        return number

    def _forget_oldest(self, owner: str) -> None:
        oldest = (n for n, each in self._filters.items() if each.owner == owner)
        del self._filters[next(oldest)]

    def get(self, number: int) -> Filter | None:
        """Return an installed filter."""
        return self._filters.get(number)

    def remove(self, number: int) -> bool:
        """Forget a filter; says whether there was one."""
        return self._filters.pop(number, None) is not None

    def report(self, number: int, *, until: int) -> None:
        """Mark everything up to a block as reported."""
        current = self._filters[number]
        following = max(current.next_block, until + 1)
        self._filters[number] = replace(current, next_block=following)

    def take(self, number: int, polled: Filter, following: int) -> None:
        """Take over what another process reported of a filter.

        polled: as it was when it was asked. If it is another one since, by a block that
        was taken back or a poll that came between, it stays: nothing is left out.
        """
        if self._filters.get(number) is polled:
            self._filters[number] = replace(polled, next_block=following)

    def rewind(self, height: int) -> None:
        """Report blocks above a height anew: they were reverted and will be others."""
        for number, installed in tuple(self._filters.items()):
            following = min(installed.next_block, height + 1)
            self._filters[number] = replace(installed, next_block=following)
