"""A brake on guessing: of serials by address, of codes for all together.

Kept in memory for as long as it matters, and never written: the bounds of one leaf are
the database's. No address brakes the codes of those who stand behind it: operators of
mobile networks put thousands of voters behind one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from services.shell.addresses import group_address

WINDOW: Final = 600
"""Seconds for which a wrong try counts."""
MOST_OF_ADDRESS: Final = 40
"""Serials that nobody has, asked for from an address in a window."""

_MOST_ADDRESSES: Final = 50_000


@dataclass
class WrongTries:
    """Count wrong tries; most: wrong codes of all together, in a window."""

    most: int
    found: dict[str, tuple[int, int]] = field(default_factory=dict)  # count, since
    total: tuple[int, int] = (0, 0)

    def wait(self, *, now: int) -> int:
        """Give the seconds until codes may be tried; 0 for at once."""
        return _left(self.total, self.most, now=now)

    def count(self, *, now: int) -> bool:
        """Count a wrong code; True if all together have just reached their bound."""
        self.total = _more(self.total, now=now)
        return self.total[0] == self.most

    def count_stranger(self, address: str, *, now: int) -> int:
        """Count a serial that nobody has; the seconds to wait if there were too many.

        It brakes serials that nobody has, of this address, and nothing else.
        """
        group = group_address(address)
        wait = _left(self.found.get(group), MOST_OF_ADDRESS, now=now)
        if wait:
            return wait
        if group not in self.found and len(self.found) >= _MOST_ADDRESSES:
            self._forget(now)
        self.found[group] = _more(self.found.get(group), now=now)
        return 0

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
