"""How far a rehearsal came, in lines on stderr, with the time that is left."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Final

from rehearsal.progress import Progress
from scripts.rehearse.sending import Kind
from scripts.shared.terminal import say

_PAUSE: Final = 5.0  # seconds between two lines of one thing


class Pace:
    """Tells of things done, of a number that is known before."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._done: Counter[str] = Counter()
        self._first: dict[str, tuple[float, int]] = {}
        self._told: dict[str, float] = {}
        self._totals: dict[str, int] = {}

    def expect(self, totals: Mapping[Kind, int]) -> None:
        """Know how many acts of each kind there will be."""
        self._totals.update({str(kind): total for kind, total in totals.items()})

    def tell(self, what: str, more: int) -> None:
        """Say that so many more are done, if it is time to."""
        with self._lock:
            now = time.monotonic()
            self._done[what] += more
            done, total = self._done[what], self._totals[what]
            started, known = self._first.setdefault(what, (now, done))
            is_due = now - self._told.get(what, started) >= _PAUSE or done == total
            if is_due and done > known:
                self._told[what] = now
                left = (now - started) / (done - known) * (total - done)
                say(f"  {what}: {done:,} of {total:,}{spell_left(left)}")

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Progress]:
        """Tell of another thing, as a bar does."""
        self._totals[what] = total
        yield lambda more: self.tell(what, more)


def spell_left(seconds: float) -> str:
    """Spell the time that is left, if any."""
    if seconds < 1:
        return ""
    if seconds < 90:
        return f", {seconds:.0f} s left"
    return f", {seconds / 60:.0f} min left"
