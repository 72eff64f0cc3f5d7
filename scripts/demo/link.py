"""A wire between two nodes that can be cut: it passes bytes on, over TCP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

_CHUNK: Final = 64 * 1024  # bytes passed on at once


class Link:
    """Pass connections to a port of this machine on, unless it is cut.

    port: where it listens; whoever connects there reaches the other one.
    """

    def __init__(self, target: int) -> None:
        self.port = 0
        self._target = target
        self._is_cut = False
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()

    def cut(self) -> None:
        """Break every connection, and let nobody through."""
        self._loop.call_soon_threadsafe(self._break)

    def mend(self) -> None:
        """Let new connections through again."""
        self._is_cut = False

    def _break(self) -> None:
        self._is_cut = True
        for writer in self._open:
            writer.transport.abort()

    async def listen(self) -> None:
        """Take a free port."""
        server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def _join(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        with suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            self._open |= {writer, back}
            try:
                await asyncio.gather(_pass(reader, back), _pass(there, writer))
            finally:
                self._open -= {writer, back}
                back.transport.abort()
        writer.transport.abort()

    def run(self) -> None:
        """Serve until `stop`."""
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def prepare(self) -> None:
        """Listen before anybody is told of the port."""
        self._loop.run_until_complete(self.listen())

    def stop(self) -> None:
        """End `run`."""
        self._loop.call_soon_threadsafe(self._break)
        self._loop.call_soon_threadsafe(self._loop.stop)


@contextmanager
def link_to(target: int) -> Iterator[Link]:
    """Give a link to a port of this machine."""
    link = Link(target)
    link.prepare()
    thread = threading.Thread(target=link.run, daemon=True)
    thread.start()
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
