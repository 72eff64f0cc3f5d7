"""Give clients' requests to readers, in turn, and take back what costs too much."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from node.config import ReadsConfig
from node.disk.ground import Inode
from node.fair import FairTurns
from node.readers.frames import HEAD, HELLO, LAST_ANSWER, NO_MEMORY, REQUEST
from node.readers.reader import FOLLOWING, Job, Polled
from node.readers.spawner import Spawner
from node.rpc.errors import LIMIT_EXCEEDED, SERVER_ERROR, RpcError
from node.rpc.filters import Filter

_log = logging.getLogger(__name__)


class _GoneError(Exception):
    """Report a reader that ended without an answer."""


@dataclass(frozen=True, slots=True)
class _Reader:
    process: int
    incoming: asyncio.StreamReader
    outgoing: asyncio.StreamWriter


class Readers:
    """Hold as many readers as there may be, and who waits for one.

    Whoever stops waiting, for a client that hung up or because its time is over, has
    the reader that was at it killed; the next request has another one forked.
    inode: of the file that holds the node's chain; a reader that finds another there
    answers nothing from it.
    """

    def __init__(
        self, spawner: Spawner, bounds: ReadsConfig, inode: Inode | None = None
    ) -> None:
        self._spawner = spawner
        self._inode = inode
        self._bounds = bounds
        self._turns = FairTurns(bounds.processes, bounds.waiting)
        self._idle: list[_Reader] = []

    async def poll(
        self,
        request: object,
        *,
        timestamp: int,
        number: int,
        installed: Filter,
        client: str = "",
    ) -> tuple[int, bytes]:
        """Ask a filter; returns the first block not reported yet, and the answer.

        client: who asks. Raises: RpcError.
        """
        polled = Polled(str(number), installed)
        found = await self.ask(
            request, timestamp=timestamp, polled=polled, client=client
        )
        return int.from_bytes(found[:FOLLOWING], "big"), found[FOLLOWING:]

    async def ask(
        self,
        request: object,
        *,
        timestamp: int,
        polled: Polled | None = None,
        client: str = "",
    ) -> bytes:
        """Return the answer to a request, encoded.

        timestamp: the next block's, in seconds. client: who asks. Raises: RpcError.
        """
        raw = msgspec.Raw(msgspec.json.encode(request))
        body = msgspec.json.encode(Job(timestamp, raw, polled, self._inode))
        try:
            async with self._turns.turn(client), asyncio.timeout(self._bounds.seconds):
                return await self._exchange(body)
        except TimeoutError as error:
            fact = f"takes more than {self._bounds.seconds} seconds; ask for less"
            raise RpcError(LIMIT_EXCEEDED, fact) from error
        except MemoryError as error:
            fact = f"takes more than {self._bounds.memory} bytes; ask for less"
            raise RpcError(LIMIT_EXCEEDED, fact) from error
        except _GoneError as error:
            _log.error("a reader ended without an answer")
            fact = "the process that answered is gone; ask for less, or again"
            raise RpcError(SERVER_ERROR, fact) from error

    async def _exchange(self, body: bytes) -> bytes:
        if self._idle:
            try:
                return await self._ask_one(self._idle.pop(), body)
            except _GoneError:  # killed while nobody asked it: that is no answer
                _log.warning("a reader that had nothing to do is gone")
        return await self._ask_one(await self._begin(), body)

    async def _ask_one(self, reader: _Reader, body: bytes) -> bytes:
        kept = False
        try:
            reader.outgoing.writelines((HEAD.pack(REQUEST, len(body)), body))
            kind, answer = await _receive(reader.incoming)
            kept = kind not in (LAST_ANSWER, NO_MEMORY)
        finally:
            if kept:
                self._idle.append(reader)
            else:
                self._end(reader)
        if kind == NO_MEMORY:
            raise MemoryError
        return answer

    async def _begin(self) -> _Reader:
        try:
            channel = self._spawner.fork()
        except OSError as error:  # it is gone, or no descriptor is left
            raise _GoneError from error
        incoming, outgoing = await asyncio.open_connection(sock=channel)
        try:
            kind, process = await _receive(incoming)
        except BaseException:
            outgoing.close()  # it never began, or ends when it finds this closed
            raise
        if kind != HELLO:
            raise _GoneError
        return _Reader(int(process), incoming, outgoing)

    def _end(self, reader: _Reader) -> None:
        reader.outgoing.close()
        with suppress(OSError):  # the spawner is gone, and its readers with it
            self._spawner.kill(reader.process)


async def _receive(incoming: asyncio.StreamReader) -> tuple[bytes, bytes]:
    try:
        kind, size = HEAD.unpack(await incoming.readexactly(HEAD.size))
        return kind, await incoming.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError) as error:
        raise _GoneError from error
