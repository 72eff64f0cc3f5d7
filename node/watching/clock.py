"""Notice a clock of this machine that is behind the chain, or jumps."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]


def steady() -> float:
    """Return seconds of a clock that nobody sets, and that runs while we sleep."""
    boot = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # Linux has it
    return time.clock_gettime(boot)


@dataclass(slots=True)
class ClockWatch:
    """Compare the wall's clock with a steady one, and with a chain that goes on.

    warn: from how many seconds on a difference is told of. skew: how far the wall's
    clock is from where it should be, in seconds. fact: what is wrong, None if nothing.
    """

    wall: Clock
    steady: Clock
    warn: int
    skew: float = 0.0
    fact: str | None = None
    _between: float = 0.0
    _told: float = 0.0

    def begin(self, latest: int) -> str | None:
        """Return what is wrong when a node begins.

        latest: the latest block's timestamp by this machine's clock, in seconds.
        """
        self._between = self.wall() - self.steady()
        behind = latest - self.wall()
        if behind < self.warn:
            return None
        self._between += behind
        return self.look()

    def look(self) -> str | None:
        """Return what is wrong, if that was not told of yet."""
        self.skew = self.wall() - self.steady() - self._between
        if abs(self.skew) < self.warn:
            self._told, self.fact = 0.0, None
            return None
        where = "ahead of" if self.skew > 0 else "behind"
        self.fact = (
            f"this machine's clock is {abs(self.skew):.0f} seconds {where} where the "
            "chain or a steady clock has it; is its time synchronised?"
        )
        if abs(self.skew - self._told) < self.warn:
            return None
        self._told = self.skew
        return self.fact
