"""How long a test waits for what is sure to come, and how what it costs may grow."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 600  # seconds; against hanging alone, so no machine is slow enough

_RARER: Final = 1.3  # times as long as the pause before
_LONGEST_PAUSE: Final = 0.15  # seconds

_SMALL, _TIMES, _TRIES = 2_000, 8, 5
_BETWEEN: Final = 24  # times as long; in proportion it is 8, by the square 64


def this_moment() -> float:
    """Tell what a part compares with that keeps when something was, in seconds."""
    return time.monotonic()


def grows_in_proportion(act: Callable[[int], object]) -> bool:
    """Tell whether an act takes as long as its size says, and not the square of it.

    Two sizes are compared, by the processor time of this thread: how fast the machine
    is, and what else it does, tells on both.
    """
    small, large = (_least(act, size) for size in (_SMALL, _SMALL * _TIMES))
    return large < small * _BETWEEN


def _least(act: Callable[[int], object], size: int) -> float:
    taken = []
    for _ in range(_TRIES):
        begun = time.thread_time()
        act(size)
        taken.append(time.thread_time() - begun)
    return min(taken)


def wait_until(holds: Callable[[], bool], *, pause: float = 0.01) -> None:
    """Wait for what is sure to come true; pause: seconds between the first looks.

    Looks cost what is waited for its processor, so they become rarer.
    """
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(pause)
        pause = max(pause, min(pause * _RARER, _LONGEST_PAUSE))
