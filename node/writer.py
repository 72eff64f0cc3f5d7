"""The one thread that changes a chain, so that who reads is answered meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

_STACK = 2**26  # bytes; contracts call each other a thousand deep


def begin_writer() -> ThreadPoolExecutor:
    """Return a thread that does one thing after another, in the order of asking."""
    threading.stack_size(_STACK)
    return ThreadPoolExecutor(1, "writer")
