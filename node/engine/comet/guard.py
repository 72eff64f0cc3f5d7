"""Keep two nodes from one folder, and two of one machine from signing with one key.

A copied folder has a lock of its own and the same key. Whoever signs twice at one
height is shown to all as a cheat, and an honest organisation would be, too. So a node
holds a name on this machine that is made from the key. On another machine it cannot be
seen: there the engine's evidence tells.
"""

from __future__ import annotations

import fcntl
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from node.errors import HomeError, HomeInUseError, KeyInUseError


@contextmanager
def hold_key(key: str) -> Iterator[None]:
    """Hold a validator's public key, as base64; an empty one is nobody's.

    Raises: KeyInUseError.
    """
    if not key:
        yield
        return
    name = "veche-validator-" + sha256(key.encode()).hexdigest()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as held:
        try:
            held.bind("\0" + name)  # of the kernel: it goes however the process ends
        except OSError as error:
            raise KeyInUseError from error
        yield


@contextmanager
def hold_home(root: Path) -> Iterator[None]:
    """Hold a node's folder. Raises: HomeInUseError, HomeError."""
    try:
        lock = (root / "node.lock").open("a")
    except OSError as error:
        raise HomeError(root, f"cannot be used: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HomeInUseError(root, "a node runs from it; stop it first") from error
        yield
