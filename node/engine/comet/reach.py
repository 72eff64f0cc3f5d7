"""Keep a node in reach of its peers, and know when it can do no more.

CometBFT v0.38 without peer exchange calls a peer that is gone ever more rarely, hours
apart in the end, and after a day no more: a link that was cut for long would come back
to nobody who calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from node.engine.comet.engine_rpc import EngineRpc
from node.engine.comet.membership import Membership
from node.engine.comet.quorum import Quorum
from node.errors import EngineError

_CALL: Final = 30.0  # seconds between calls of whoever is gone
_FURTHER: Final = 2  # heights that a peer has more, and that are no block under way


class Reach:
    """Know whom one engine reaches.

    membership: says who validates. peers: whom the operator named, as ID@HOST:PORT.
    is_silent: whether the engine ended or hangs, until one answers.
    """

    def __init__(
        self, rpc: EngineRpc, membership: Membership, peers: Sequence[str]
    ) -> None:
        self._rpc = rpc
        self._membership = membership
        self._peers = tuple(peers)
        self._spoke = self.is_silent = False

    async def keep(self) -> None:
        """Call whoever is gone, for ever."""
        while True:
            await asyncio.sleep(_CALL)
            with suppress(EngineError):  # it is told elsewhere that it does not answer
                await self.call_missing()

    async def call_missing(self) -> None:
        """Call the named peers that are not connected. Raises: EngineError."""
        there = {each["node_info"]["id"] for each in await self._rpc.peers()}
        gone = [each for each in self._peers if each.partition("@")[0] not in there]
        if gone:
            await self._rpc.dial(gone)

    async def excuses(self, height: int) -> bool:
        """Say whether a height stands because too few validators are in reach.

        A new engine would reach no more of them, and forget those that it has. But if
        a peer came further, others do agree, and this one does not hear of it.
        """
        try:
            heights = await self._rpc.peer_heights()
            quorum = await self.quorum()
        except EngineError:
            return False
        further = max(heights.values(), default=0) - height
        return further < _FURTHER and not quorum.holds

    def lose(self) -> None:
        """Note that the engine ended; another one begins."""
        self._spoke, self.is_silent = False, True

    async def fell_silent(self) -> bool:
        """Say whether the engine answers no more; one that begins has yet to.

        It may replay its blocks for long, or wait until its network begins.
        """
        try:
            await self._rpc.status()
        except EngineError:
            self.is_silent |= self._spoke
            return self._spoke
        self._spoke, self.is_silent = True, False
        return False

    async def quorum(self) -> Quorum:
        """Count the validators in reach. Raises: EngineError."""
        there = {each["node_info"]["id"] for each in await self._rpc.peers()}
        own = str((await self._rpc.status())["node_info"]["id"])
        return self._membership.quorum({own, *there})
