"""Give turns client by client, so that nobody's many requests are all others' wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from node.rpc.errors import LIMIT_EXCEEDED, RpcError

_SHARE = 4  # a client may have a quarter of the places to wait in
_Lane = deque[asyncio.Future[None]]


class FairTurns:
    """Let so many be at work at once; clients who wait have one turn after the other.

    at_once: how many are at work. waiting: how many more may wait, of all clients.
    Where all places are taken, the client with most gives one to who has fewer.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._free = at_once
        self._most = waiting
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, client: str) -> AsyncIterator[None]:
        """Wait for a turn, and end it after. Raises: RpcError."""
        await self.begin(client)
        try:
            yield
        finally:
            self.end()

    async def begin(self, client: str) -> None:
        """Wait for a turn. Raises: RpcError, if too many wait already."""
        if self._free:
            self._free -= 1
            return
        self._make_room(client)
        place = asyncio.get_running_loop().create_future()
        self._lanes.setdefault(client, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                self._leave(client, place)
            elif place.exception() is None:  # it had its turn just now
                self.end()
            raise

    def end(self) -> None:
        """End a turn: the next is that of the client who waits longest for one."""
        if not self._lanes:
            self._free += 1
            return
        client, lane = next(iter(self._lanes.items()))
        place = lane.popleft()
        del self._lanes[client]
        if lane:
            self._lanes[client] = lane  # behind all others
        if place.done():  # whoever waited is leaving
            self.end()
        else:
            place.set_result(None)

    def _make_room(self, client: str) -> None:
        own = len(self._lanes.get(client, ()))
        if own >= max(1, self._most // _SHARE):
            raise _refusal("of your requests are")
        if sum(map(len, self._lanes.values())) < self._most:
            return
        longest = max(self._lanes, key=lambda each: len(self._lanes[each]), default="")
        if len(self._lanes.get(longest, ())) <= own + 1:
            raise _refusal("requests are")
        place = self._lanes[longest].pop()
        if not place.done():
            place.set_exception(_refusal("of your requests are"))

    def _leave(self, client: str, place: asyncio.Future[None]) -> None:
        lane = self._lanes.get(client)
        if lane is not None and place in lane:
            lane.remove(place)
            if not lane:
                del self._lanes[client]


def _refusal(whose: str) -> RpcError:
    return RpcError(LIMIT_EXCEEDED, f"too many {whose} waiting; ask again later")
