"""Decide which process answers a request: this one, or a reader."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from contextlib import suppress
from typing import Any, Final

from node.block import Block
from node.errors import NodeError
from node.fair import FairTurns
from node.readers.pool import Readers
from node.rpc.answering import (
    encode,
    failure,
    identity_of,
    is_notification,
    is_request,
    polled_by,
    reads_much,
    writes,
)
from node.rpc.backend import Engine
from node.rpc.blocks import read_block
from node.rpc.dispatch import Dispatcher
from node.rpc.errors import INVALID_PARAMS, METHOD_NOT_FOUND, RpcError
from node.rpc.filters import Filter
from node.rpc.parameters import BlockReference, Quantity

Prove = Callable[[Block, int | None], Awaitable[dict[str, Any]]]
Stand = Callable[[], Awaitable[dict[str, Any]]]
_ASKS: Final = "expected a block, and if wanted a transaction's index"
_ASKING: Final = 2  # how many ask the consensus engine at once, which has more to do
_PROOF: Final = "veche_finalityProof"
_STATUS: Final = "veche_networkStatus"


class Desk:
    """Answer bodies for clients, each of whom may leave at any time.

    prove, stand: return a proof of a block and where the node stands, on a network.
    writer: the one thread in which an engine changes, so that others are answered
    while it does.
    """

    def __init__(
        self,
        engine: Engine,
        readers: Readers,
        prove: Prove | None = None,
        writer: Executor | None = None,
        stand: Stand | None = None,
    ) -> None:
        self._writer = writer
        self._engine = engine
        self._readers = readers
        self._prove = prove
        self._stand = stand
        self._dispatcher = Dispatcher(engine)
        self._sends = FairTurns(1, engine.chain.config.admission.waiting)
        self._asks = FairTurns(_ASKING, engine.chain.config.reads.waiting)

    async def answer(self, body: bytes, client: str = "") -> bytes:
        """Answer one request or batch; empty when only notifications were sent.

        client: the address of who asks.
        """
        return await self._dispatcher.serve(
            body, lambda request: self._answer_in_turn(request, client)
        )

    async def _answer_in_turn(self, request: Any, client: str) -> bytes:
        """Answer one request, then let others be served: a batch has a thousand."""
        answer = await self._answer(request, client)
        await asyncio.sleep(0)
        return answer

    async def _answer(self, request: Any, client: str) -> bytes:
        if is_request(request) and request["method"] in (_PROOF, _STATUS):
            return await self._ask(request, client)
        if self._writer is not None and writes(request):
            return await self._write(self._writer, request, client)
        return await self._read(request, client)

    async def _ask(self, request: Any, client: str) -> bytes:
        """Answer what the consensus engine knows, for one client after the other."""
        is_proof = request["method"] == _PROOF
        answer = self._answer_proof if is_proof else self._answer_status
        try:
            async with self._asks.turn(client):
                return await _answer_by(request, answer)
        except RpcError as error:
            return failure(request, error)

    async def _write(self, writer: Executor, request: Any, client: str) -> bytes:
        """Have the writer answer, for one client after the other.

        It is given one request at a time: what else it does, for blocks and for the
        consensus engine, never waits for more than one client's.
        """
        try:
            await self._sends.begin(client)
        except RpcError as error:
            return failure(request, error)
        loop = asyncio.get_running_loop()
        job = writer.submit(self._dispatcher.answer, request, client)

        def end(_job: object) -> None:
            with suppress(RuntimeError):  # the loop has ended, and nobody waits
                loop.call_soon_threadsafe(self._sends.end)

        job.add_done_callback(end)  # a client that leaves does not end what has begun
        return await asyncio.wrap_future(job)

    async def _read(self, request: Any, client: str) -> bytes:
        number = polled_by(request)
        if number is not None and (installed := self._dispatcher.filters.get(number)):
            return await self._poll(request, number, installed, client)
        if not reads_much(request):
            return self._dispatcher.answer(request, client)
        try:
            timestamp = self._engine.next_timestamp()
            return await self._readers.ask(request, timestamp=timestamp, client=client)
        except RpcError as error:
            return failure(request, error)

    async def _poll(
        self, request: Any, number: int, installed: Filter, client: str
    ) -> bytes:
        """Have a reader ask a filter: it may have to look at the whole chain."""
        try:
            following, answer = await self._readers.poll(
                request,
                timestamp=self._engine.next_timestamp(),
                number=number,
                installed=installed,
                client=client,
            )
        except RpcError as error:
            return failure(request, error)
        self._dispatcher.filters.take(number, installed, following)
        return answer

    async def _answer_proof(self, params: Any) -> dict[str, Any]:
        """Return what proves a block to who has no node.

        params: the block, and if wanted the index of a transaction in it.
        """
        if self._prove is None:
            fact = "a devnet proves nothing: nobody else checks its blocks"
            raise RpcError(METHOD_NOT_FOUND, fact)
        return await self._prove(*self._find(params))

    async def _answer_status(self, params: Any) -> dict[str, Any]:
        """Return where the node stands in its network."""
        if self._stand is None:
            fact = "this is a devnet, and no node of a network"
            raise RpcError(METHOD_NOT_FOUND, fact)
        if params:
            raise RpcError(INVALID_PARAMS, "invalid params: expected none")
        return await self._stand()

    def _find(self, params: Any) -> tuple[Block, int | None]:
        """Return the block that is asked for, and the index of a transaction in it."""
        match params:
            case [reference]:
                position: Any = None
            case [reference, position]:
                pass
            case _:
                raise RpcError(INVALID_PARAMS, f"invalid params: {_ASKS}")
        try:
            block = read_block(self._engine.chain, BlockReference.parse(reference))
            index = None if position is None else int(Quantity.parse(position))
        except ValueError as error:
            raise RpcError(INVALID_PARAMS, f"invalid params: {error}") from error
        if index is not None and index >= len(block.transactions):
            raise RpcError(INVALID_PARAMS, "invalid params: no such transaction")
        return block, index


async def _answer_by(
    request: Any, answer: Callable[[Any], Awaitable[dict[str, Any]]]
) -> bytes:
    """Answer a request with what a function returns for its parameters."""
    try:
        result = await answer(request.get("params"))
    except NodeError as error:
        return failure(request, error)
    answered = {"jsonrpc": "2.0", "id": identity_of(request), "result": result}
    return b"" if is_notification(request) else encode(answered)
