"""When a ballot leaves, so that its moment does not tell whose it is: docs/booth.md."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

CROWD: Final = 20
"""A ballot waits for so many others who got theirs no sooner."""
LONGEST_WAIT: Final = 1_800  # seconds
RUSH: Final = 1_200
"""Seconds before the polls close from which a ballot leaves at once."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Unix seconds: at `early` it leaves if there is a crowd, at `late` in any case."""

    early: int
    late: int


def draw_moments(now: int, left: int) -> Moments:
    """Draw them once for a ballot. left: seconds until the polls close."""
    third = max(0.0, min(LONGEST_WAIT, left / 2) / 3)
    drawn = secrets.SystemRandom()
    early = ceil(now + third * drawn.random())
    return Moments(early, floor(now + third * (1 + 2 * drawn.random())))
