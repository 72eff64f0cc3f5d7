"""Stop at a signal, within two seconds even in the middle of a block."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Self

_PATIENCE = 1.6  # seconds for what is under way; then the process ends
_LAST_WORDS = 0.2  # seconds to write the last line
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """Wait for SIGINT or SIGTERM, which come through even while a block is executed.

    A block that is under way is given up when it takes too long: nobody was told of it,
    and the store keeps it whole or not at all. give_up: told then, from a thread.
    """

    def __init__(self, give_up: Callable[[], None]) -> None:
        self._give_up = give_up
        self._stopped = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._over = threading.Event()
        self._begun = False

    def __enter__(self) -> Self:
        self._before = [signal.signal(number, self._obey) for number in _SIGNALS]
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for number, handler in zip(_SIGNALS, self._before, strict=True):
            signal.signal(number, handler)

    async def wait(self) -> None:
        """Return when a signal came."""
        await self._stopped.wait()

    def _obey(self, _number: int, _frame: FrameType | None) -> None:
        # Not the loop's own handler, which would wait until the loop turns again.
        if self._begun:
            return
        self._begun = True
        self._loop.call_soon_threadsafe(self._stopped.set)
        threading.Thread(target=self._end, daemon=True).start()

    def _end(self) -> None:
        if self._over.wait(_PATIENCE):
            return
        self._give_up()
        time.sleep(_LAST_WORDS)
        os._exit(0)
