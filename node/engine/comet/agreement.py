"""Notice that a network cannot agree: something waits, and too few are in reach.

At rest nothing is agreed on and nothing is wrong; so it is looked at only while
something waits, or the engine is silent. A node may hear of blocks through others, whom
it does not reach by itself: where a height moves, enough agree.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from node.engine.comet.engine import CometEngine
from node.engine.comet.reach import Reach
from node.errors import EngineError

_log = logging.getLogger(__name__)
_LOOK: Final = 2.0  # seconds between two looks
_PATIENCE: Final = 10.0  # seconds that a height may stand while something waits


class Agreement:
    """Know whether one network agrees.

    reason: why what waits comes into no block, None if it does. tell: shows a line when
    that ends. now: seconds of a clock that nobody sets.
    """

    def __init__(
        self,
        reach: Reach,
        node: CometEngine,
        tell: Callable[[str], None] = lambda _line: None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.reason: str | None = None
        self._reach = reach
        self._node = node
        self._say = tell
        self._now = now
        self._height: int | None = None
        self._since = now()

    async def keep(self) -> None:
        """Look regularly, for ever."""
        while True:
            await asyncio.sleep(_LOOK)
            await self.look()

    async def look(self) -> None:
        """Look once; a line tells when it begins, and one when it ends."""
        height = self._node.machine.info().engine_height
        rests = not (self._node.awaits_block() or self._reach.is_silent)
        if height != self._height or rests:
            self._height, self._since = height, self._now()
        stands = self._now() - self._since >= _PATIENCE
        self._tell(await self._find_reason() if stands else None)

    async def _find_reason(self) -> str | None:
        try:
            quorum = await self._reach.quorum()
        except EngineError as error:
            return f"nothing is agreed on: {error}"
        return None if quorum.holds else f"nothing is agreed on: {quorum}"

    def _tell(self, reason: str | None) -> None:
        if reason is not None and self.reason is None:
            _log.error("%s; %d wait", reason, len(self._node.pending))
        elif reason is None and self.reason is not None:
            self._say("what waits is held up no more")
        self.reason = reason
