"""Bound what connections may take: how many, how long idle, how slow, how much.

Whoever connects costs a descriptor and some memory until they are done. At the bound a
new connection takes the place of the one that has done nothing for longest, of the
address that has most: whoever fills the node loses their own places first.
"""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Middleware
from typing_extensions import override

from node.config import RpcConfig
from node.guard import Handler

_log = logging.getLogger(__name__)
_http_log = logging.getLogger(f"{__name__}.http")
_http_log.addFilter(lambda record: not _is_theirs(record))
_GRACE: Final = 1.0  # seconds that open connections get when the node stops
_SPARE: Final = 128  # descriptors for files, readers and the engine
_QUIET: Final = 60.0  # seconds between two lines about the bound


def _is_theirs(record: logging.LogRecord) -> bool:
    """Say whether a line is about bytes that are no HTTP, which are answered."""
    error = record.exc_info[1] if record.exc_info else None
    return isinstance(error, HttpProcessingError)


@dataclass(slots=True)
class _Visit:
    """Hold one connection: whose it is, whether it is at work, since when it is not."""

    address: str
    at_work: bool
    since: float


class _Gate(asyncio.Protocol):
    """Hand a connection that may come in to who speaks HTTP with it."""

    def __init__(self, door: Door) -> None:
        self._door = door

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._door.let_in(cast("asyncio.Transport", transport))


class Door:
    """Serve an application to whoever connects."""

    def __init__(self, application: web.Application, bounds: RpcConfig) -> None:
        application.middlewares.append(self._noting_work())
        self._runner = web.AppRunner(
            application,
            access_log=None,
            handler_cancellation=True,  # a request whose client is gone is given up
            shutdown_timeout=_GRACE,
            keepalive_timeout=bounds.idle,  # between requests, or at a request's head
            lingering_time=1.0,  # for a body that nobody wants
            auto_decompress=False,  # `guard` refuses what is packed
            logger=_http_log,
        )
        self._most = min(bounds.connections, _descriptors() - _SPARE)
        self._visits: dict[asyncio.BaseTransport, _Visit] = {}
        self._told = float("-inf")

    @asynccontextmanager
    async def opened(self, listener: socket.socket) -> AsyncIterator[None]:
        """Serve whoever connects; in the end give answers under way some time."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Gate(self), sock=listener)
        try:
            yield
        finally:
            server.close()
            await self._runner.cleanup()

    def let_in(self, transport: asyncio.Transport) -> None:
        """Give a new connection to the server, or close one."""
        now = asyncio.get_running_loop().time()
        self._visits = {t: v for t, v in self._visits.items() if not t.is_closing()}
        peer = transport.get_extra_info("peername")
        self._visits[transport] = _Visit(str(peer and peer[0]), False, now)
        if len(self._visits) > self._most:
            self._tell(now)
            leaving = self._choose(transport)
            del self._visits[leaving]
            cast("asyncio.Transport", leaving).abort()
            if leaving is transport:
                return
        server = self._runner.server
        if server is not None:
            handler = server()
            transport.set_protocol(handler)
            handler.connection_made(transport)

    def _choose(self, newest: asyncio.BaseTransport) -> asyncio.BaseTransport:
        """Return who leaves: of the address with most, the one idle for longest.

        One that is at work is left alone, unless another address comes for a place.
        """
        held = Counter(visit.address for visit in self._visits.values())
        most = max(held.values())
        full = {address for address, count in held.items() if count == most}
        theirs = [t for t, visit in self._visits.items() if visit.address in full]
        idle = [t for t in theirs if t is not newest and not self._visits[t].at_work]
        if idle:
            return min(idle, key=lambda t: self._visits[t].since)
        if self._visits[newest].address in full:
            return newest
        return min(theirs, key=lambda t: self._visits[t].since)

    def _tell(self, now: float) -> None:
        if now - self._told >= _QUIET:
            self._told = now
            _log.warning(
                "more than %d connections: those idle for longest are closed",
                self._most,
            )

    def _noting_work(self) -> Middleware:
        @web.middleware
        async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
            transport = request.transport
            visit = None if transport is None else self._visits.get(transport)
            if visit is None:
                return await handler(request)
            visit.at_work = True
            try:
                return await handler(request)
            finally:
                visit.at_work = False
                visit.since = asyncio.get_running_loop().time()

        return note


def _descriptors() -> int:
    """Return how many files this process may have open; raised as far as it may be."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = 65_536 if hard == resource.RLIM_INFINITY else hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most
