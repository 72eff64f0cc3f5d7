"""Parse JSON without letting it exhaust the stack.

py-evm raises Python's recursion limit for the whole process, for contracts that call
each other a thousand deep. Under that limit every JSON decoder follows nested brackets
until the C stack overflows, and the process dies: nesting is measured first.
"""

from __future__ import annotations

import json
import re
from typing import Any

_MAX_DEPTH = 32  # a batch of filters needs 6, a genesis 8
# A string, which never backtracks, or a bracket.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def parse_json(raw: bytes) -> Any:
    """Parse one JSON value; raises ValueError, also for one that nests too deeply."""
    if is_deep(raw):
        message = f"nests deeper than {_MAX_DEPTH} brackets"
        raise ValueError(message)
    return json.loads(raw)


def is_deep(body: bytes) -> bool:
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
