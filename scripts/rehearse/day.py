"""The day of the polls of 2019: how many had been given a ballot by which time.

Three moments of the day and its end are published; in between voters come evenly.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeVar

from rehearsal.people import Person

OPENS: Final = 8 * 3_600
"""Second of the day, in Moscow."""
LASTS: Final = 12 * 3_600
"""Seconds in which credentials are given."""
SLICE: Final = 300
"""Seconds of the day whose voters are served together."""

Item = TypeVar("Item")
Curve = tuple[tuple[float, float], ...]
"""Parts of the day that had passed, and parts of all that had come by then."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Who comes within some minutes; start: seconds after the polls opened."""

    start: int
    people: tuple[Person, ...]

    @property
    def clock(self) -> str:
        """Spell its time of the day, as 10:05."""
        minutes = (OPENS + self.start) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"


def read_curve(path: Path) -> Curve:
    """Read how the day of 2019 went."""
    found = json.loads(path.read_text("utf-8"))["electronic"]
    moments = [(_parse(each), at) for each, at in found["issued_percent_by"].items()]
    whole = found["issued_percent"]
    points = ((when / LASTS, percent / whole) for when, percent in moments)
    return ((0.0, 0.0), *points, (1.0, 1.0))


def _parse(clock: str) -> int:
    hours, minutes = map(int, clock.split(":"))
    return hours * 3_600 + minutes * 60 - OPENS


def cut_day(people: Sequence[Person], curve: Curve) -> list[Slice]:
    """Share out who comes over the day, in their order; empty slices are left out."""
    starts = range(0, LASTS, SLICE)
    ends = [round(len(people) * _come(curve, (at + SLICE) / LASTS)) for at in starts]
    cuts = zip(starts, pairwise([0, *ends]), strict=True)
    return [
        Slice(start, tuple(people[first:last]))
        for start, (first, last) in cuts
        if last > first
    ]


def _come(curve: Curve, passed: float) -> float:
    """Give the part of all that has come when a part of the day has passed."""
    for (since, before), (until, after) in pairwise(curve):
        if passed <= until:
            return before + (after - before) * (passed - since) / (until - since)
    return 1.0
