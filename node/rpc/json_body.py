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
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # never backtracks
_BRACKET = re.compile(rb"[\[\]{}]")


def parse_body(body: bytes) -> Any:
    """Parse one JSON value. Raises: RpcError."""
    if _depth(body) > _MAX_DEPTH:
        raise RpcError(PARSE_ERROR, "parse error: nested too deeply")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RpcError(PARSE_ERROR, "parse error") from error


def _depth(body: bytes) -> int:
    """Return how deep brackets nest, at least as far as a decoder would follow."""
    if body.count(b"[") + body.count(b"{") <= _MAX_DEPTH:
        return 0
    depth = deepest = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", body)):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
