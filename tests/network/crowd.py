"""Strangers who connect to a node and say nothing, as many as it lets in."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

_LOOK: Final = 0.05  # seconds until whoever was hung up on connects again


@contextmanager
def silent_crowd(port: int, count: int) -> Iterator[None]:
    """Hold so many connections to a port of this machine, each as long as one may."""
    ends = threading.Event()
    held = [_connect(port) for _ in range(count)]
    thread = threading.Thread(target=_hold, args=(port, held, ends), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()
        for each in held:
            each.close()


def _hold(port: int, held: list[socket.socket], ends: threading.Event) -> None:
    while not ends.wait(_LOOK):
        readable, _, _ = select.select(held, [], [], 0)
        for each in readable:
            if not _is_open(each):
                each.close()
                held[held.index(each)] = _connect(port)


def _is_open(connection: socket.socket) -> bool:
    with suppress(OSError):
        return bool(connection.recv(4096))
    return False


def _connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port))
