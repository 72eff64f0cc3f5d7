"""Know an address of a node by its form, as the engine takes it.

What it does not take it says only after it began, again and again.
"""

from __future__ import annotations

import re
from typing import Final

_FORM: Final = re.compile(
    r"(?:[A-Za-z0-9.\-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})"
)
_NODE_ID: Final = re.compile(r"[0-9a-f]{40}")
_MAX_PORT: Final = 65_535
WORDS: Final = "HOST:PORT, an IPv6 host in brackets and a port of 1 to 65535"


def is_address(text: str) -> bool:
    """Say whether a text is HOST:PORT."""
    found = _FORM.fullmatch(text)
    return found is not None and 0 < int(found[1]) <= _MAX_PORT


def is_node_id(text: str) -> bool:
    """Say whether a text is what peers call a node by, 40 hex digits."""
    return _NODE_ID.fullmatch(text) is not None


def is_peer(text: str) -> bool:
    """Say whether a text is ID@HOST:PORT."""
    node_id, _, address = text.partition("@")
    return is_node_id(node_id) and is_address(address)
