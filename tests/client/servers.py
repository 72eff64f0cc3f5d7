"""Servers on this machine that are no honest node, byte for byte as a test says."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = Callable[[socket.socket, bytes], None]
"""Answer one request, given its head, on a socket that is then closed."""

CHAIN = b'{"jsonrpc": "2.0", "id": 0, "result": "0x7"}'
"""What a node of chain 7 says when it is asked for its chain."""


_PAUSE = 0.25  # seconds; with it no answer is whole before a test's client gives up


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Answer every connection this way; gives the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer, suppress(OSError):
                    head = peer.recv(65_536)
                    if head:
                        answer(peer, head)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def http(body: bytes, *, status: str = "200 OK", headers: str = "") -> bytes:
    """Write a whole answer of a web server."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def say(whole: bytes) -> Answer:
    """Answer everything with these bytes."""

    def answer(peer: socket.socket, _: bytes) -> None:
        peer.sendall(whole)

    return answer


def drip(whole: bytes) -> Answer:
    """Give the same a byte at a time, none of them late by itself."""

    def answer(peer: socket.socket, _: bytes) -> None:
        for byte in whole:
            peer.sendall(bytes([byte]))
            time.sleep(_PAUSE)

    return answer


def reset(peer: socket.socket, _: bytes) -> None:
    """Drop the connection as a process does that dies."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
