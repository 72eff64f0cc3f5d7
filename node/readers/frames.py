"""Send messages over a stream socket: a length, a kind, and the rest.

A reader says who it is (`HELLO`), and for each request that it was given one of
`ANSWER`, `LAST_ANSWER`, after which it is gone, or `NO_MEMORY`, after which it is, too.
"""

from __future__ import annotations

import socket
import struct
from typing import Final

HEAD: Final = struct.Struct("!cQ")  # kind, bytes that follow
REQUEST: Final = b"R"
HELLO: Final = b"H"
ANSWER: Final = b"A"
LAST_ANSWER: Final = b"L"
NO_MEMORY: Final = b"M"


def send_frame(channel: socket.socket, kind: bytes, body: bytes = b"") -> None:
    """Send one message, waiting until all of it left."""
    channel.sendall(HEAD.pack(kind, len(body)) + body)


def receive_frame(channel: socket.socket) -> bytes | None:
    """Wait for a message and return its body; None when the other side is gone."""
    head = _receive(channel, HEAD.size)
    if head is None:
        return None
    _kind, size = HEAD.unpack(head)
    return _receive(channel, size)


def _receive(channel: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = channel.recv(min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)
