"""What processes took of memory and processor, as the kernel has it; Linux alone."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Final

from election.errors import ElectionError

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")  # a second


def require_proc(asked: str) -> None:
    """Raise ElectionError, about what asks, where nothing is to be read."""
    if not (_PROC / "self/status").exists():
        raise ElectionError(asked, "measures by /proc, which only Linux has")


def read_peak(process: int) -> int:
    """Read the most memory that a process had, MiB; raises OSError."""
    return _read_memory(process, "VmHWM")


def read_held(process: int) -> int:
    """Read the memory that a process has now, MiB; raises OSError."""
    return _read_memory(process, "VmRSS")


def read_spent(process: int) -> float:
    """Read the seconds of a processor that a process took, and those it waited for.

    Raises OSError.
    """
    stat = (_PROC / str(process) / "stat").read_text("ascii", errors="replace")
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / _TICKS


def list_begun(process: int) -> list[int]:
    """List the processes that a process began, and those that they did."""
    begun: list[int] = []
    for tasks in (_PROC / str(process) / "task").glob("*/children"):
        with suppress(OSError):
            begun += map(int, tasks.read_text("ascii").split())
    return [each for child in begun for each in (child, *list_begun(child))]


def _read_memory(process: int, what: str) -> int:
    status = (_PROC / str(process) / "status").read_text("ascii", errors="replace")
    found = re.search(rf"^{what}:\s+(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) // 1_024 if found else 0
