"""Parse a request's JSON, in bounds that no request needs."""

from __future__ import annotations

from typing import Any

import msgspec

from node.json_depth import is_deep
from node.rpc.errors import PARSE_ERROR, RpcError

_MAX_SIGNS = 200_000  # of one kind; a batch of 1,000 calls with access lists has fewer


def parse_body(body: bytes) -> Any:
    """Parse one JSON value. Raises: RpcError."""
    if _is_crowded(body):
        raise RpcError(PARSE_ERROR, "parse error: more values than a request has")
    if is_deep(body):
        raise RpcError(PARSE_ERROR, "parse error: nested too deeply")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RpcError(PARSE_ERROR, "parse error") from error


def _is_crowded(body: bytes) -> bool:
    """Say whether there are more values than any request has, by counting in C."""
    return any(body.count(sign) > _MAX_SIGNS for sign in (b'"', b",", b"[", b"{"))
