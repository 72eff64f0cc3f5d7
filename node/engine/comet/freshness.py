"""Tell when the next block's time would lie in the past.

The time of a block is when its validators signed the block before (BFT time). At rest
no blocks are made, so the first one after an hour would carry a time of an hour ago,
and what the contracts open or close by then would not be so. A block without
transactions in between, which the chain does not see, brings the time up.

A network that is slow has not rested: there, transactions wait from the last block on,
and none of its blocks is given away.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

MOST_LAG: Final = 2.0  # seconds that a network may rest and count as busy


class Freshness:
    """Know how long a network rested before transactions came.

    now: returns seconds of a clock that nobody sets.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._agreed = float("-inf")
        self._came: float | None = None

    def agreed(self) -> None:
        """Note that a block was agreed on; what still waits comes again."""
        self._agreed, self._came = self._now(), None

    def came(self) -> None:
        """Note that a transaction waits."""
        if self._came is None:
            self._came = self._now()

    def is_due(self) -> bool:
        """Say whether the time has to be brought up first."""
        return self._came is not None and self._came - self._agreed > MOST_LAG
