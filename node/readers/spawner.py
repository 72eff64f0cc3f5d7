"""Fork readers from a process that never holds a chain, a socket or a thread.

What helps with long computations is forked like a reader. The process is forked off
before the node has any of these, so that a reader begins in milliseconds with all code
loaded, and what a node holds is in nobody else's hands. It ends with the node, whatever
ends that, and takes all readers and the folder of a passing chain with it.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn

_ORDER: Final = struct.Struct("!cQ")  # what to do, with which job or process
_FORK, _KILL = b"F", b"K"

Job = Callable[[socket.socket], None]


class Spawner:
    """Give orders to the process that forks readers.

    jobs: what those that are forked do with their end of a channel. passing: a folder
    to remove at the end. Made in a process with one thread.
    """

    def __init__(self, *jobs: Job, passing: Path | None = None) -> None:
        self._control, theirs = socket.socketpair()
        sys.stdout.flush()
        sys.stderr.flush()
        self._process = os.fork()
        if self._process == 0:
            self._control.close()
            _leave(lambda: _obey(theirs, jobs, passing))
        theirs.close()

    def fork(self, job: int = 0) -> socket.socket:
        """Have a process forked for the job so named; returns our end of its channel.

        Any thread may ask. Raises: OSError.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            order = _ORDER.pack(_FORK, job)
            socket.send_fds(self._control, [order], [theirs.fileno()])
        return ours

    def is_there(self) -> bool:
        """Say whether the process that forks readers still runs."""
        try:
            kind = socket.MSG_PEEK | socket.MSG_DONTWAIT
            self._control.recv(1, kind)  # it sends nothing: this is its end
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def kill(self, process: int) -> None:
        """Have a reader killed, or its remains removed."""
        self._control.sendall(_ORDER.pack(_KILL, process))

    def close(self) -> None:
        """End all readers and wait until nothing of them is left."""
        self._control.close()
        os.waitpid(self._process, 0)


def _leave(run: Callable[[], None]) -> NoReturn:
    """Do something in a forked process, and never return to what was forked."""
    try:
        with suppress(ConnectionError):  # the node gave it up already, or is gone
            run()
    except BaseException:  # noqa: BLE001  # nobody else would tell
        told = traceback.format_exc().encode("ascii", "backslashreplace")
        os.write(2, told)  # no thread writes logs in a process that was forked
        os._exit(1)
    os._exit(0)


def _obey(control: socket.socket, jobs: Sequence[Job], passing: Path | None) -> None:
    """Fork and kill until the node is gone."""
    # A terminal's Ctrl-C and a supervisor's SIGTERM to all are the node's to obey.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    readers: set[int] = set()
    try:
        _follow(control, readers, jobs)
    finally:
        for process in readers:
            _end(process)
        if passing is not None:
            shutil.rmtree(passing, ignore_errors=True)


def _follow(control: socket.socket, readers: set[int], jobs: Sequence[Job]) -> None:
    """Take orders until there are none; readers: those that run."""
    while True:
        order, descriptors, _flags, _address = socket.recv_fds(control, _ORDER.size, 1)
        if not order:
            break
        _reap(readers)
        what, which = _ORDER.unpack(order)
        if what == _FORK:
            reader = _fork(control, descriptors[0], jobs[which])
            if reader is not None:
                readers.add(reader)
        elif which in readers:  # no other process can have its number before this
            readers.remove(which)
            _end(which)


def _fork(control: socket.socket, descriptor: int, job: Job) -> int | None:
    """Fork a reader; None where no more processes may be: who waits is told."""
    try:
        process = os.fork()
    except OSError:
        os.close(descriptor)
        return None
    if process:
        os.close(descriptor)
        return process
    control.close()
    with socket.socket(fileno=descriptor) as channel:
        _leave(lambda: job(channel))


def _reap(readers: set[int]) -> None:
    """Remove the remains of readers that ended by themselves."""
    for process in tuple(readers):
        if os.waitpid(process, os.WNOHANG)[0]:
            readers.remove(process)


def _end(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
