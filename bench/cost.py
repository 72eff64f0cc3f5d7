"""What a network's node takes of a processor: its application and its engine apart."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Final

from bench.processor import list_all, spent

_ENGINE: Final = "cometbft"  # as the kernel names its process


@dataclass(frozen=True, slots=True)
class Cost:
    """Time of a processor in ms, or ms for each of something."""

    application: float
    engine: float = 0.0

    @property
    def total(self) -> float:
        """Return both together."""
        return self.application + self.engine

    def less(self, other: Cost) -> Cost:
        """Return what is left without another."""
        return Cost(self.application - other.application, self.engine - other.engine)

    def each(self, count: float) -> Cost:
        """Return what falls to one of so many."""
        return Cost(self.application / count, self.engine / count)


def read_cost(process: int) -> Cost:
    """Return what a node and all that it began and that still run took so far."""
    application = engine = 0.0
    for each in list_all(process):
        with suppress(OSError):  # it ended meanwhile
            if Path(f"/proc/{each}/comm").read_text().strip() == _ENGINE:
                engine += spent(each)
            else:
                application += spent(each)
    return Cost(application, engine)


def average(costs: Sequence[Cost]) -> Cost:
    """Return the mean of some nodes."""
    return Cost(
        mean(each.application for each in costs), mean(each.engine for each in costs)
    )
