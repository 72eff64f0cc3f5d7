"""Measure how long the engine's height stands although it could move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_STUCK: Final = 120.0  # seconds that a height may stand while something waits
_ASK: Final = 5.0  # seconds between questions whether it can move at all


class Standstill:
    """Watch one height; now: seconds of a clock that nobody sets."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._height: int | None = None
        self._since = self._asked = now()

    def see(self, height: int, *, waiting: bool) -> None:
        """Take where it is; nothing stands that moves, or has nothing to move for."""
        if height != self._height or not waiting:
            self._height = height
            self.excuse()

    def excuse(self) -> None:
        """Measure from now on: until now it could not move, or did."""
        self._since = self._asked = self._now()

    def is_doubtful(self) -> bool:
        """Say, at times while it stands, that it is to be asked whether it can move."""
        if self._now() - self._asked < _ASK:
            return False
        self._asked = self._now()
        return True

    def is_stuck(self) -> bool:
        """Say whether it stood for too long."""
        return self._now() - self._since > _STUCK
