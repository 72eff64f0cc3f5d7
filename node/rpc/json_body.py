"""Parse a request's JSON without letting it exhaust the stack.

py-evm raises Python's recursion limit for the whole process, for contracts that call
each other a thousand deep. Under that limit every JSON decoder follows nested brackets
until the C stack overflows, and the process dies: nesting is measured first.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from node.rpc.errors import PARSE_ERROR, RpcError

_MAX_DEPTH = 32  # a batch of filters needs 6
_MAX_SIGNS = 200_000  # of one kind; a batch of 1,000 calls with access lists has fewer
# A string, which never backtracks, or a bracket.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def parse_body(body: bytes) -> Any:
    """Parse one JSON value. Raises: RpcError."""
    if _is_crowded(body):
        raise RpcError(PARSE_ERROR, "parse error: more values than a request has")
    if _is_deep(body):
        raise RpcError(PARSE_ERROR, "parse error: nested too deeply")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RpcError(PARSE_ERROR, "parse error") from error


def _is_crowded(body: bytes) -> bool:
    """Say whether there are more values than any request has, by counting in C."""
    return any(body.count(sign) > _MAX_SIGNS for sign in (b'"', b",", b"[", b"{"))


def _is_deep(body: bytes) -> bool:
    """Say whether brackets nest too deeply, looking no further than to where they do.

    A decoder would not follow further, either.
    """
    if body.count(b"[") + body.count(b"{") <= _MAX_DEPTH:
        return False
    depth = 0
    for found in _TOKEN.finditer(body):
        token = found[0]
        if token in (b"[", b"{"):
            depth += 1
            if depth > _MAX_DEPTH:
                return True
        elif token in (b"]", b"}"):
            depth -= 1
    return False
