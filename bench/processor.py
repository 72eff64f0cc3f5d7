"""Read how much of the processor another process has taken."""

from __future__ import annotations

import time
from typing import Final

_SCHEDULED: Final = 2  # the kernel's CPUCLOCK_SCHED: nanoseconds, not ticks


def spent(process: int) -> float:
    """Return the CPU that a process took so far, all threads, in ms; Linux only."""
    clock = (~process << 3) | _SCHEDULED  # what clock_getcpuclockid(3) answers
    return time.clock_gettime(clock) * 1_000
