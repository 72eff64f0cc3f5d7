"""Tell what each of many processes takes of a processor, step by step."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.processor import spent, spent_by_all

REST: Final = 10  # seconds
HERE: Final = "voters, phones, centre"


@dataclass
class Meter:
    """Tell what each process takes for each step, in ms for a voter.

    rest: ms a second of each process while nobody asks for anything.
    """

    processes: dict[str, int]
    voters: int
    rest: dict[str, float] = field(default_factory=dict)
    steps: dict[str, dict[str, float]] = field(default_factory=dict)

    def read(self) -> dict[str, float]:
        """Read what all have taken so far, ms."""
        found = {name: spent_by_all(each) for name, each in self.processes.items()}
        return found | {HERE: spent(os.getpid())}

    def measure_rest(self) -> None:
        """Let all of them rest."""
        before = self.read()
        time.sleep(REST)
        after = self.read()
        self.rest = {name: (after[name] - before[name]) / REST for name in after}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure a step that every voter takes."""
        before, begun = self.read(), time.perf_counter()
        yield
        after, taken = self.read(), time.perf_counter() - begun
        self.steps[name] = {
            each: max(0.0, after[each] - before[each] - self.rest[each] * taken)
            / self.voters
            for each in after
        }
        print(f"{name}: {self.voters} in {taken:.1f} s", flush=True)


def find_begun(known: Mapping[str, str]) -> dict[str, int]:
    """Find the processes that this one began; known: names by a word of a command."""
    found: dict[str, int] = {}
    for tasks in Path("/proc/self/task").glob("*/children"):
        for number in map(int, tasks.read_text("ascii").split()):
            words = Path(f"/proc/{number}/cmdline").read_bytes().decode().split("\0")
            found |= {known[word]: number for word in words if word in known}
    return found
