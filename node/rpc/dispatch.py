"""Answer JSON-RPC 2.0 bodies, single or batch: bytes in, bytes out, no socket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from node.rpc.answering import Answering, failure
from node.rpc.backend import Backend, Engine
from node.rpc.errors import INVALID_REQUEST, LIMIT_EXCEEDED, RpcError
from node.rpc.filters import Filters
from node.rpc.json_body import parse_body

# Answers one request; empty for a notification.
Answer = Callable[[Any], Awaitable[bytes]]


class Dispatcher:
    """Serve an engine to clients."""

    def __init__(self, engine: Engine) -> None:
        self._backend = Backend(engine, Filters())
        self._answering = Answering()
        self._max_batch = engine.chain.config.rpc.max_batch
        self._max_answer = engine.chain.config.rpc.max_answer

    def answer(self, request: Any) -> bytes:
        """Answer one request here and now; empty for a notification."""
        return self._answering.answer(self._backend, request)

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
        """Answer a batch; what comes after the largest answer is refused, not run."""
        size, answers = 0, []
        for request in requests:
            if size <= self._max_answer:
                encoded = await answer(request)
            else:
                fact = "the answers before this one are too large; ask for fewer"
                encoded = failure(request, RpcError(LIMIT_EXCEEDED, fact))
            if encoded:
                size += len(encoded)
                answers.append(encoded)
        return answers
