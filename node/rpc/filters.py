"""Filters that a client polls: what is new since it last asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from node.log_index import LogQuery

_CAPACITY = 1_024  # the oldest filter makes room for a new one


@dataclass(frozen=True, slots=True)
class Filter:
    """Hold what a client waits for.

    query: None waits for blocks. first, last: block range of the logs; last None has
    no end. next_block: first block not yet reported.
    """

    query: LogQuery | None
    first: int
    last: int | None
    next_block: int


class Filters:
    """Hold the filters of all clients by id."""

    def __init__(self) -> None:
        self._filters: dict[int, Filter] = {}
        self._created = 0

    def add(self, installed: Filter) -> int:
        """Install a filter and return its id."""
        self._created += 1
        self._filters[self._created] = installed
        if len(self._filters) > _CAPACITY:
            del self._filters[next(iter(self._filters))]
        return self._created

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

    def rewind(self, height: int) -> None:
        """Report blocks above a height anew: they were reverted and will be others."""
        for number, installed in self._filters.items():
            following = min(installed.next_block, height + 1)
            self._filters[number] = replace(installed, next_block=following)
