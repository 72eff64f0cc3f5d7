"""Answer JSON-RPC 2.0 bodies, single or batch: bytes in, bytes out, no socket."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from node.rpc.answering import Answering, failure, reads_much
from node.rpc.backend import Backend, Engine
from node.rpc.errors import INVALID_REQUEST, LIMIT_EXCEEDED, RpcError
from node.rpc.filters import Filters
from node.rpc.json_body import parse_body

# Answers one request; empty for a notification.
Answer = Callable[[Any], Awaitable[bytes]]


class Dispatcher:
    """Serve an engine to clients; now: seconds of a clock that nobody sets."""

    def __init__(
        self, engine: Engine, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = now
        self._seconds = engine.chain.config.rpc.batch_seconds
        self._backend = Backend(engine, Filters())
        self._answering = Answering()
        self._max_batch = engine.chain.config.rpc.max_batch
        self._max_answer = engine.chain.config.rpc.max_answer

    def answer(self, request: Any, client: str = "") -> bytes:
        """Answer one request here and now; empty for a notification.

        client: the address of who asks.
        """
        return self._answering.answer(replace(self._backend, client=client), request)

    @property
    def filters(self) -> Filters:
        """Return the filters of all clients."""
        return self._backend.filters

    def handle(self, body: bytes) -> bytes:
        """Answer a body here and now; empty when only notifications were sent."""

        async def at_once(request: Any) -> bytes:
            return self.answer(request)

        try:
            self.serve(body, at_once).send(None)
        except StopIteration as ended:
            answers: bytes = ended.value
            return answers
        raise RuntimeError("an answer that waits for nothing is not there")

    async def serve(self, body: bytes, answer: Answer) -> bytes:
        """Answer a body, each request by `answer`; empty when nobody waits for it."""
        try:
            request = parse_body(body)
        except RpcError as error:
            return failure(None, error)
        if not isinstance(request, list):
            return await answer(request)
        if not 0 < len(request) <= self._max_batch:
            fact = f"a batch holds 1 to {self._max_batch} requests"
            return failure(None, RpcError(INVALID_REQUEST, fact))
        answers = await self._answer_all(request, answer)
        return b"[" + b",".join(answers) + b"]" if answers else b""

    async def _answer_all(self, requests: list[Any], answer: Answer) -> list[bytes]:
        """Answer a batch, as far as an answer and its time go.

        What reads much and goes beyond is refused; what comes after it is not run.
        """
        size, answers, end = 0, list[bytes](), self._now() + self._seconds
        for request in requests:
            if size > self._max_answer:
                encoded = self._too_large(request)
            elif self._now() >= end:
                encoded = self._too_late(request)
            else:
                encoded = await answer(request)
                size += len(encoded)
                if size > self._max_answer and reads_much(request):
                    encoded = self._too_large(request)
            if encoded:
                answers.append(encoded)
        return answers

    def _too_large(self, request: Any) -> bytes:
        fact = f"the answers up to this one have more than {self._max_answer} bytes"
        return failure(request, RpcError(LIMIT_EXCEEDED, f"{fact}; ask for fewer"))

    def _too_late(self, request: Any) -> bytes:
        fact = f"those before it in this batch took {self._seconds} seconds"
        return failure(request, RpcError(LIMIT_EXCEEDED, f"{fact}; ask for fewer"))
