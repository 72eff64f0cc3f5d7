"""Read how much of the processor another process has taken."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

_SCHEDULED: Final = 2  # the kernel's CPUCLOCK_SCHED: nanoseconds, not ticks


def spent(process: int) -> float:
    """Return the CPU that a process took so far, all threads, in ms; Linux only."""
    clock = (~process << 3) | _SCHEDULED  # what clock_getcpuclockid(3) answers
    return time.clock_gettime(clock) * 1_000


def spent_by_all(process: int) -> float:
    """Return what a process and all that it began and that still run took, in ms."""
    total = 0.0
    for each in list_all(process):
        with suppress(OSError):  # it ended meanwhile
            total += spent(each)
    return total


def list_all(process: int) -> list[int]:
    """Return a process and all that it began and that still run."""
    return [process, *_descend(process)]


def hasten(process: int, level: int) -> None:
    """Give a process and all that it began a priority; below 0 takes root.

    level: as nice(2) has it, 19 the last and -20 the first. A kernel with autogroups
    (sched(7)) weighs sessions first: the level is that of their sessions, too.
    """
    for each in list_all(process):
        with suppress(OSError):  # no such kernel, or nothing to raise
            Path(f"/proc/{each}/autogroup").write_text(f"{level}\n")
        for task in Path(f"/proc/{each}/task").iterdir():
            with suppress(OSError):  # it ended meanwhile
                os.setpriority(os.PRIO_PROCESS, int(task.name), level)


def _descend(process: int) -> list[int]:
    begun: list[int] = []
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            begun += map(int, tasks.read_text().split())
    return [each for child in begun for each in (child, *_descend(child))]
