"""Tell when the next block's time would lie in the past.

The time of a block is when its validators signed the block before (BFT time). At rest
no blocks are made, so the first one after an hour would carry a time of an hour ago,
and what the contracts open or close by then would not be so. A block without
transactions in between, which the chain does not see, brings the time up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

MOST_LAG: Final = 2.0  # seconds that a block's time may be behind
_AGAIN: Final = 60.0  # seconds; a network that is slow still makes blocks that count


class Freshness:
    """Know when a block was last agreed on.

    now: returns seconds of a clock that nobody sets.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._agreed = self._brought_up = float("-inf")

    def agreed(self) -> None:
        """Note that a block was agreed on."""
        self._agreed = self._now()

    def is_due(self) -> bool:
        """Say whether the time has to be brought up first; then not again at once."""
        now = self._now()
        if now - self._agreed <= MOST_LAG or now - self._brought_up <= _AGAIN:
            return False
        self._brought_up = now
        return True
