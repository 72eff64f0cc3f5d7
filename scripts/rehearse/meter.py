"""Look at every process of a rehearsal, again and again, while it runs."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final

from scripts.rehearse.samples import (
    DEVICES,
    HERE,
    NODE,
    NOTHING,
    Sample,
    keep_samples,
    read_samples,
)
from scripts.rehearse.sending import Costs
from scripts.shared.processes import list_begun, read_held, read_peak, read_spent

_LOOK: Final = 5.0  # seconds
_BLOCK: Final = 512  # bytes that the system counts files in


class Meter:
    """Sums up from where an interrupted run was. node: its process.

    devices: gives the processes of voters' devices, of those that are this one's.
    """

    def __init__(
        self, path: Path, chain: Path, node: int, devices: Callable[[], Iterable[int]]
    ) -> None:
        self.samples = read_samples(path)
        self.costs = Costs()
        self._path, self._chain = path, chain
        self._node, self._devices = node, devices
        self._before = self.samples[-1] if self.samples else NOTHING
        self._begun = time.monotonic()
        self._start = read_spent(os.getpid())  # a program may rehearse twice
        self._step = ""
        self._lock = Lock()

    @property
    def steps(self) -> list[str]:
        """List the steps that were looked at, in order."""
        return list(dict.fromkeys(each.step for each in self.samples))

    def spent_by_node(self) -> float:
        """Read the seconds of a processor that the node took so far."""
        clock = (~self._node << 3) | 2  # what clock_getcpuclockid(3) answers
        return time.clock_gettime(clock)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Call what is looked at meanwhile by this name."""
        self._step = name
        self.look()
        yield
        self.look()

    def look(self) -> Sample:
        """Look once, and keep what was seen; raises FileError."""
        with self._lock:
            sample = self._sum_up()
            self.samples.append(sample)
            keep_samples(self._path, self.samples)
            return sample

    def _sum_up(self) -> Sample:
        groups = self._group()
        spent = {who: _sum(read_spent, group) for who, group in groups.items()}
        spent[HERE] -= self._start
        before = self._before
        peaks = {who: _most(read_peak, group) for who, group in groups.items()}
        last = self.samples[-1].peaks if self.samples else {}
        kinds = {*before.acts, *self.costs.acts}
        return Sample(
            at=round(before.at + time.monotonic() - self._begun, 2),
            step=self._step,
            spent=_add(before.spent, spent),
            held={who: _most(read_held, group) for who, group in groups.items()},
            peaks={who: max(peak, last.get(who, 0)) for who, peak in peaks.items()},
            disk=_measure(self._chain),
            acts={
                str(kind): before.acts.get(kind, 0) + self.costs.acts.get(kind, 0)
                for kind in kinds
            },
            costs=_add(before.costs, self.costs.seconds),
        )

    def _group(self) -> Mapping[str, list[int]]:
        """List all processes by whose they are."""
        own = os.getpid()
        nodes = [self._node, *list_begun(self._node)]
        devices = [*self._devices()]
        others = set(list_begun(own)) - {*nodes, *devices}
        return {NODE: nodes, HERE: [own, *others], DEVICES: devices}


@contextmanager
def looking(meter: Meter) -> Iterator[None]:
    """Look every few seconds, from a thread."""
    stop = Event()

    def watch() -> None:
        while not stop.wait(_LOOK):
            meter.look()

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _sum(read: Callable[[int], float], processes: Iterable[int]) -> float:
    total = 0.0
    for each in processes:
        with suppress(OSError):  # it ended
            total += read(each)
    return round(total, 2)


def _most(read: Callable[[int], int], processes: Iterable[int]) -> int:
    most = 0
    for each in processes:
        with suppress(OSError):
            most = max(most, read(each))
    return most


def _add(before: Mapping[str, float], since: Mapping[str, float]) -> dict[str, float]:
    return {
        str(each): round(before.get(each, 0.0) + since.get(each, 0.0), 3)
        for each in (*before, *(set(since) - set(before)))
    }


def _measure(folder: Path) -> int:
    """Measure what a folder takes on the disk, MiB."""
    blocks = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            blocks += path.stat().st_blocks
    return blocks * _BLOCK // 2**20
