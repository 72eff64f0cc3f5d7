"""Keep what a costly function on bytes returned: the same input costs once.

A network's node runs a transaction when a client sends it, and again in its block,
whose time and hash nobody knew by then. Contracts see those; what a precompile returns
follows from its input alone, and takes most of the time.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from threading import Lock


class Remembered:
    """Call a function from bytes to bytes, and remember its last outputs.

    most: of them. Kept by the digest of the input, which may be long. What it raises is
    raised again, and not kept.
    """

    def __init__(self, run: Callable[[bytes], bytes], *, most: int) -> None:
        self._run = run
        self._most = most
        self._outputs: dict[bytes, bytes] = {}
        self._lock = Lock()  # calls are answered in other threads than blocks

    def __call__(self, payload: bytes) -> bytes:
        """Return the function's output."""
        digest = sha256(payload).digest()
        known = self._outputs.get(digest)
        if known is not None:
            return known
        output = self._run(payload)
        with self._lock:
            self._outputs[digest] = output
            if len(self._outputs) > self._most:
                del self._outputs[next(iter(self._outputs))]
        return output
