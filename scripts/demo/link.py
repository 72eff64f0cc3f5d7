"""A wire between two nodes that can be cut: it passes bytes on, over TCP."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Final

_CHUNK: Final = 64 * 1024  # bytes passed on at once


class Link:
    """Pass connections to a port of this machine on, unless it is cut.

    port: where it listens; whoever connects there reaches the other one.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self.is_ready = Event()
        self._target = target
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._stopped = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def cut(self) -> None:
        """Break every connection, and let nobody through."""
        self._is_cut = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._break)

    def mend(self) -> None:
        """Let new connections through again."""
        self._is_cut = False

    def stop(self) -> None:
        """End `serve`."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)

    async def serve(self) -> None:
        """Pass on until `stop`."""
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self.is_ready.set()
        await self._stopped.wait()
        server.close()
        self._break()
        await asyncio.sleep(0)  # for those that were broken to close

    def _break(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _join(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._open.add(writer)
        try:
            if not self._is_cut:
                await self._join_target(reader, writer)
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    async def _join_target(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            self._open.add(back)
            try:
                await asyncio.gather(_pass(reader, back), _pass(there, writer))
            finally:
                self._open.discard(back)
                back.transport.abort()


@contextmanager
def link_to(target: int) -> Iterator[Link]:
    """Give a link to a port of this machine."""
    link = Link(target)
    thread = Thread(target=lambda: asyncio.run(link.serve()), daemon=True)
    thread.start()
    link.is_ready.wait()
    try:
        yield link
    finally:
        link.stop()
        thread.join()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    finally:
        writer.transport.abort()
