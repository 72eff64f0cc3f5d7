"""Have another process do what would hold Python's lock for long.

Some precompiles are one call of native code that lets no other thread on meanwhile: a
pairing of 30 M gas kept all clients waiting for two seconds. They are functions on
bytes, so it is no matter of belief who computes them: a process does that the spawner
forked from this same program, and when it is gone, it is done here.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from node import bn254
from node.blake2f import blake2f
from node.errors import PrecompileError
from node.readers.frames import ANSWER, REQUEST, receive_frame, send_frame

_log = logging.getLogger(__name__)
_REFUSED, _DONE = b"\0", b"\1"  # what an answer begins with
_MUCH: Final = 500_000  # gas, some 30 ms; asking takes a tenth of one

Function = Callable[[bytes], bytes]

# By address: what holds the lock, where no library does it otherwise.
HOLDING: Final[dict[int, Function]] = {8: bn254.pairing, 9: blake2f}


class Helper:
    """Hold the process that helps, once there was something to do.

    fork: returns our end of a channel on which `serve_help` answers.
    """

    def __init__(self, fork: Callable[[], socket.socket]) -> None:
        self._fork = fork
        self._channel: socket.socket | None = None
        self._one = threading.Lock()

    def run(self, number: int, payload: bytes) -> bytes:
        """Return what a function of `HOLDING` does. Raises: PrecompileError."""
        with self._one:
            answer = self._ask(bytes([number]) + payload)
        if answer is None:
            _log.warning("a process that helps is gone: its work is done here")
            return HOLDING[number](payload)
        if answer[:1] == _REFUSED:
            raise PrecompileError(answer[1:].decode())
        return answer[1:]

    def _ask(self, body: bytes) -> bytes | None:
        """Return the answer; None when nobody is there to give one."""
        try:
            if self._channel is None:
                self._channel = self._fork()
            send_frame(self._channel, REQUEST, body)
            answer = receive_frame(self._channel)
        except OSError:
            answer = None
        if not answer:
            self.close()
        return answer or None

    def close(self) -> None:
        """Let the process end."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None


_current: Helper | None = None  # this process's


@contextmanager
def helped(fork: Callable[[], socket.socket]) -> Iterator[None]:
    """Have this process helped."""
    global _current  # noqa: PLW0603  # precompiles are functions, and opcodes' own
    before, _current = _current, Helper(fork)
    try:
        yield
    finally:
        _current.close()
        _current = before


def unlocking(number: int, gas: Callable[[bytes], int]) -> Function:
    """Return a function of `HOLDING` that holds the lock for little gas alone."""

    def run(payload: bytes) -> bytes:
        if _current is None or gas(payload) < _MUCH:
            return HOLDING[number](payload)
        return _current.run(number, payload)

    return run


def serve_help(channel: socket.socket) -> None:
    """Compute what is asked for until the channel closes."""
    while (body := receive_frame(channel)) is not None:
        try:
            answer = _DONE + HOLDING[body[0]](body[1:])
        except PrecompileError as error:
            answer = _REFUSED + str(error).encode()
        send_frame(channel, ANSWER, answer)
