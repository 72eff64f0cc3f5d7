"""Tell a clock of this machine that is wrong by what the network's blocks say.

A proposal's time is when most validators signed the block before, seconds ago while
there is work. One that the network was long in agreeing on is older, so that a clock
counts as wrong only when it is against every one of the last ones.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from typing import Final

_log = logging.getLogger(__name__)
_PROPOSALS: Final = 3  # that have to agree
_WRONG: Final = 30  # seconds


class ClockLead:
    """Compare a clock with proposals as they come.

    now: returns seconds since 1970 by this machine's clock.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._leads: deque[int] = deque(maxlen=_PROPOSALS)
        self._is_told = False

    @property
    def seconds(self) -> int:
        """Return how far the clock is ahead, negative if behind, 0 if it is right."""
        if len(self._leads) < _PROPOSALS:
            return 0
        least = min(self._leads, key=abs)
        same = {each > 0 for each in self._leads}
        return least if abs(least) > _WRONG and len(same) == 1 else 0

    def compare(self, proposed: int) -> None:
        """Take the time of a proposal that holds something, in seconds since 1970."""
        self._leads.append(int(self._now()) - proposed)
        if self.seconds and not self._is_told:
            word = "ahead of" if self.seconds > 0 else "behind"
            _log.error(
                "this machine's clock is %d s %s the network's: what a client asks "
                "here is answered for a wrong time; set the clock",
                abs(self.seconds),
                word,
            )
        self._is_told = bool(self.seconds)
