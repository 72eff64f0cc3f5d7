"""All secrets of a rehearsal from one seed, so that it goes on after any interruption.

Whoever comes back derives the same keys, requests and ballots: what is on the chain is
known again, and nothing of a voter has to be kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import shake_256
from itertools import count

from rehearsal.roles import Draw


@dataclass(frozen=True, slots=True)
class Seed:
    """32 secret bytes."""

    secret: bytes = field(repr=False)

    def derive(self, purpose: str, *numbers: int, size: int) -> bytes:
        """Derive secret bytes for one purpose, of one thing by its numbers."""
        named = "/".join([purpose, *map(str, numbers)]).encode()
        return shake_256(self.secret + named).digest(size)

    def draw(self, purpose: str) -> Draw:
        """Give what draws secret bytes for one purpose, the same ones each time."""
        numbers = count()
        return lambda size: self.derive(purpose, next(numbers), size=size)
