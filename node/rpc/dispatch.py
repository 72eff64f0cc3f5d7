"""Answer JSON-RPC 2.0 requests: bytes in, bytes out, no socket and no clock."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_type_hints

import msgspec

from node.engine.local import LocalEngine
from node.errors import NodeError
from node.rpc.backend import Backend
from node.rpc.errors import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    LIMIT_EXCEEDED,
    METHOD_NOT_FOUND,
    RpcError,
    rpc_error,
)
from node.rpc.filters import Filters
from node.rpc.json_body import parse_body
from node.rpc.methods import METHODS
from node.rpc.parameters import decode_parameter

_log = logging.getLogger(__name__)
_PLACE = re.compile(r"\$\[(\d+)\]")  # of a parameter, in an error of msgspec


@dataclass(frozen=True, slots=True)
class _Method:
    """Pair a function with the type of its parameters, a JSON array."""

    run: Callable[..., Any]
    parameters: type[msgspec.Struct]


def _bind(name: str, function: Callable[..., Any]) -> _Method:
    hints = get_type_hints(function)
    fields: list[Any] = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        kind = hints[parameter.name]
        if parameter.default is parameter.empty:
            fields.append((parameter.name, kind))
        else:
            fields.append((parameter.name, kind, parameter.default))
    struct = msgspec.defstruct(
        name, fields, array_like=True, forbid_unknown_fields=True, frozen=True
    )
    return _Method(function, struct)


class Dispatcher:
    """Serve an engine to clients."""

    def __init__(self, engine: LocalEngine) -> None:
        self._backend = Backend(engine, Filters())
        self._methods = {name: _bind(name, run) for name, run in METHODS.items()}
        self._max_batch = engine.chain.config.rpc.max_batch
        self._max_answer = engine.chain.config.rpc.max_answer

    def handle(self, body: bytes) -> bytes:
        """Answer one request or batch; empty when only notifications were sent."""
        try:
            request = parse_body(body)
        except RpcError as error:
            return _encode(_failed(None, error))
        if not isinstance(request, list):
            answer = self._answer(request, self._run)
            return b"" if answer is None else _encode(answer)
        if not 0 < len(request) <= self._max_batch:
            fact = f"a batch holds 1 to {self._max_batch} requests"
            return _encode(_failed(None, RpcError(INVALID_REQUEST, fact)))
        answers = list(self._answer_all(request))
        return b"[" + b",".join(answers) + b"]" if answers else b""

    def _answer_all(self, requests: list[Any]) -> Iterator[bytes]:
        """Answer a batch; what comes after the largest answer is refused, not run."""
        size = 0
        for request in requests:
            run = self._run if size <= self._max_answer else _refuse
            answer = self._answer(request, run)
            if answer is not None:
                encoded = _encode(answer)
                size += len(encoded)
                yield encoded

    def _answer(self, request: Any, run: Callable[[Any], Any]) -> dict[str, Any] | None:
        """Answer one request; None for a notification."""
        identity = request.get("id") if isinstance(request, dict) else None
        if isinstance(identity, dict | list | bool):
            identity = None
        try:
            result = run(request)
        except NodeError as error:
            answer = _failed(identity, rpc_error(error))
        except Exception:  # noqa: BLE001  # our bug: the client learns no more
            _log.exception("internal error")
            answer = _failed(identity, RpcError(INTERNAL_ERROR, "internal error"))
        else:
            answer = {"jsonrpc": "2.0", "id": identity, "result": result}
        notified = isinstance(request, dict) and "id" not in request
        return None if notified and _is_request(request) else answer

    def _run(self, request: Any) -> Any:
        if not _is_request(request):
            raise RpcError(INVALID_REQUEST, "invalid request")
        method = self._methods.get(request["method"])
        if method is None:
            name = request["method"][:64]
            fact = f"the method {name} does not exist/is not available"
            raise RpcError(METHOD_NOT_FOUND, fact)
        names = method.parameters.__struct_fields__
        try:
            values = msgspec.convert(
                request.get("params") or [],
                method.parameters,
                dec_hook=decode_parameter,
            )
        except msgspec.ValidationError as error:
            fact = _PLACE.sub(lambda at: names[int(at[1])], str(error))
            raise RpcError(INVALID_PARAMS, f"invalid params: {fact}") from error
        return method.run(self._backend, *(getattr(values, name) for name in names))


def _refuse(_request: Any) -> Any:
    fact = "the answers before this one are too large; ask for fewer"
    raise RpcError(LIMIT_EXCEEDED, fact)


def _is_request(request: Any) -> bool:
    return (
        isinstance(request, dict)
        and request.get("jsonrpc") == "2.0"
        and isinstance(request.get("method"), str)
    )


def _failed(identity: Any, error: RpcError) -> dict[str, Any]:
    written: dict[str, Any] = {"code": error.code, "message": error.message}
    if error.payload is not None:
        written["data"] = error.payload
    return {"jsonrpc": "2.0", "id": identity, "error": written}


def _encode(answer: Any) -> bytes:
    return msgspec.json.encode(answer)
