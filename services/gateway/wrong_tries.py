"""A brake on guessing over many accounts: by address, and for all together.

Kept in memory for as long as it matters, and never written: the bounds of one leaf are
the database's. Who asks for serials that nobody has is a guesser, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from services.shell.addresses import group_address

WINDOW: Final = 600
"""Seconds for which a wrong try counts."""
MOST_OF_ADDRESS: Final = 40
"""Wrong tries of an address in a window: some families, and small networks."""

_MOST_ADDRESSES: Final = 50_000


@dataclass
class WrongTries:
    """Count wrong tries; most: of all addresses together, in a window."""

    most: int
    found: dict[str, tuple[int, int]] = field(default_factory=dict)  # count, since
    total: tuple[int, int] = (0, 0)

    def wait(self, address: str, *, now: int) -> int:
        """Give the seconds until this address may try; 0 for at once."""
        waits = (
            _left(self.found.get(group_address(address)), MOST_OF_ADDRESS, now=now),
            _left(self.total, self.most, now=now),
        )
        return max(waits)

    def count(self, address: str, *, now: int, is_known: bool) -> bool:
        """Count a wrong try; True if all together have just reached their bound.

        is_known: of a request that there is. What a stranger makes up brakes nobody
        but the stranger.
        """
        group = group_address(address)
        if group not in self.found and len(self.found) >= _MOST_ADDRESSES:
            self._forget(now)
        self.found[group] = _more(self.found.get(group), now=now)
        if is_known:
            self.total = _more(self.total, now=now)
        return is_known and self.total[0] == self.most

    def _forget(self, now: int) -> None:
        kept = {a: v for a, v in self.found.items() if now - v[1] < WINDOW}
        if len(kept) >= _MOST_ADDRESSES:
            kept = dict(sorted(kept.items(), key=lambda each: each[1][0])[1_000:])
        self.found = kept


def _more(counted: tuple[int, int] | None, *, now: int) -> tuple[int, int]:
    count, since = counted or (0, now)
    return (count + 1, since) if now - since < WINDOW else (1, now)


def _left(counted: tuple[int, int] | None, most: int, *, now: int) -> int:
    count, since = counted or (0, now)
    return max(0, since + WINDOW - now) if count >= most else 0
