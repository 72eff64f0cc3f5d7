"""Decide which process answers a request: this one, or a reader."""

from __future__ import annotations

from typing import Any

from node.readers.pool import Readers
from node.rpc.answering import failure, is_request
from node.rpc.backend import Engine
from node.rpc.dispatch import Dispatcher
from node.rpc.errors import RpcError
from node.rpc.methods import READS


class Desk:
    """Answer bodies for clients, each of whom may leave at any time."""

    def __init__(self, engine: Engine, readers: Readers) -> None:
        self._engine = engine
        self._readers = readers
        self._dispatcher = Dispatcher(engine)

    async def answer(self, body: bytes) -> bytes:
        """Answer one request or batch; empty when only notifications were sent."""
        return await self._dispatcher.serve(body, self._answer)

    async def _answer(self, request: Any) -> bytes:
        if not is_request(request) or request["method"] not in READS:
            return self._dispatcher.answer(request)
        try:
            timestamp = self._engine.next_timestamp()
            return await self._readers.ask(request, timestamp=timestamp)
        except RpcError as error:
            return failure(request, error)
