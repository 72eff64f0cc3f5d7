"""How deep JSON nests, measured before any decoder follows it.

Libraries that we use raise Python's recursion limit for the whole process. Under that
limit a decoder follows nested brackets until the C stack overflows, and the process
dies without an exception.
"""

from __future__ import annotations

import re
from typing import Final

from election.errors import EncodingError

_DEEPEST: Final = 64  # brackets; a batch of blocks needs 6
_STRING: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)  # never backtracks
_BRACKET: Final = re.compile(rb"[\[\]{}]")


def check_nesting(text: bytes) -> None:
    """Raise EncodingError if brackets outside of strings nest too deeply."""
    if text.count(b"[") + text.count(b"{") <= _DEEPEST:
        return
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", text)):
        depth += 1 if bracket in b"[{" else -1
        if depth > _DEEPEST:
            raise EncodingError("json", f"nests deeper than {_DEEPEST} brackets")
