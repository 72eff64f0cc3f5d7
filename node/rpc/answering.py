"""Answer one request of JSON-RPC 2.0: find its method, check, run, encode."""

from __future__ import annotations

import inspect
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_type_hints

import msgspec

from node.errors import NodeError
from node.rpc.backend import Reading
from node.rpc.errors import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    METHOD_NOT_FOUND,
    RpcError,
    rpc_error,
)
from node.rpc.methods import METHODS, POLLS, READS, WRITES
from node.rpc.parameters import Quantity, decode_parameter

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


class Answering:
    """Hold the methods, each with what it takes."""

    def __init__(self) -> None:
        self._methods = {name: _bind(name, run) for name, run in METHODS.items()}

    def answer(self, backend: Reading, request: Any) -> bytes:
        """Run one request and encode its answer; empty for a notification.

        Raises: MemoryError, where a process is bounded.
        """
        identity = identity_of(request)
        try:
            result = self._run(backend, request)
        except NodeError as error:
            return failure(request, error)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  # our bug: the client learns no more
            _log.exception("internal error")
            return failure(request, RpcError(INTERNAL_ERROR, "internal error"))
        if is_notification(request):
            return b""
        return encode({"jsonrpc": "2.0", "id": identity, "result": result})

    def _run(self, backend: Reading, request: Any) -> Any:
        if not is_request(request):
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
        return method.run(backend, *(getattr(values, name) for name in names))


def is_request(request: Any) -> bool:
    """Say whether a JSON value asks for a method at all."""
    return (
        isinstance(request, dict)
        and request.get("jsonrpc") == "2.0"
        and isinstance(request.get("method"), str)
    )


def reads_much(request: Any) -> bool:
    """Say whether a request is one of those that processes of their own answer."""
    return is_request(request) and request["method"] in READS


def polled_by(request: Any) -> int | None:
    """Return the number of the filter that a request asks, if it asks one rightly."""
    if not is_request(request) or request["method"] not in POLLS:
        return None
    match request.get("params"):
        case [str(number)]:
            try:
                return int(Quantity.parse(number))
            except ValueError:
                return None
    return None


def writes(request: Any) -> bool:
    """Say whether the one thread answers a request that changes a chain."""
    return is_request(request) and request["method"].startswith(WRITES)


def is_notification(request: Any) -> bool:
    """Say whether nobody waits for an answer."""
    return is_request(request) and "id" not in request


def identity_of(request: Any) -> Any:
    """Return what an answer is to be marked with."""
    identity = request.get("id") if isinstance(request, dict) else None
    return None if isinstance(identity, dict | list | bool) else identity


def failure(request: Any, error: NodeError) -> bytes:
    """Encode a refusal as the answer to a request; empty for a notification."""
    if is_notification(request):
        return b""
    refusal = rpc_error(error)
    written: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
    if refusal.payload is not None:
        written["data"] = refusal.payload
    return encode({"jsonrpc": "2.0", "id": identity_of(request), "error": written})


def encode(answer: Any) -> bytes:
    """Write JSON."""
    return msgspec.json.encode(answer)
