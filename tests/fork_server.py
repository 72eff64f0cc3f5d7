"""A process that has imported a program, and forks for each start of it.

`python -m tests.fork_server PROGRAM FD`: on the socket FD comes a message for each
start, with what the new process is given, its streams, and a socket that is told its
number and, when it has ended, its exit code. It serves until that socket is closed.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import re
import runpy
import signal
import socket
import struct
import sys
import threading
import traceback
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pkgutil import walk_packages
from selectors import EVENT_READ, DefaultSelector
from typing import Any, Final

_RUN_BY_OTHERS: Final = re.compile(r"\.__main__$|\.migrat|identity_provider")
_PARTS: Final = {
    "scripts": ("scripts", "services", "node"),
    "tests.network.faulty": ("scripts.running", "scripts.nodes", "node"),
}
"""What programs are made of that are more than one package."""

LARGEST: Final = 200_000  # bytes of a message: the environment is in it
NUMBER: Final = struct.Struct("!q")
_STREAMS: Final = 3
_OTHER_FILES: Final = range(_STREAMS, 65_536)


@dataclass(frozen=True, slots=True)
class Start:
    """What a process is given; end: the socket on which its end is told."""

    arguments: list[str]
    folder: str
    environment: dict[str, str]
    is_own_session: bool
    streams: list[int]
    end: int


def main() -> None:
    """Import a program, and be each process of it that is asked for."""
    program, control = sys.argv[1], socket.socket(fileno=int(sys.argv[2]))
    _import(program)
    gc.collect()
    gc.freeze()  # so that what is shared stays so
    start = _serve(control)
    if start is not None:
        _be(program, start)


def _import(program: str) -> None:
    """Import all that a program may need, with what is in it."""
    for package in map(import_module, _PARTS.get(program, (program,))):
        for each in walk_packages(
            getattr(package, "__path__", ()), f"{package.__name__}."
        ):
            if not _RUN_BY_OTHERS.search(each.name):
                import_module(each.name)


def _serve(control: socket.socket) -> Start | None:
    """Fork for each message; returns in each child with what it is given."""
    ends: dict[int, int] = {}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    woken, wake = socket.socketpair()
    for each in (woken, wake):
        each.setblocking(False)
    signal.set_wakeup_fd(wake.fileno())
    selector = DefaultSelector()
    selector.register(control, EVENT_READ)
    selector.register(woken, EVENT_READ)
    while True:
        ready = [key.fileobj for key, _ in selector.select()]
        if woken in ready:
            woken.recv(LARGEST)
            _tell_ends(ends)
        if control in ready:
            start = _receive(control)
            if start is None:
                return None
            process = os.fork()
            if process == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                return start
            os.write(start.end, NUMBER.pack(process))
            ends[process] = start.end
            for number in start.streams:
                os.close(number)


def _receive(control: socket.socket) -> Start | None:
    raw, files, _, _ = socket.recv_fds(control, LARGEST, 1 + _STREAMS)
    if not raw:
        return None
    end, *streams = files
    given: dict[str, Any] = json.loads(raw)
    return Start(**given, streams=streams, end=end)


def _tell_ends(ends: dict[int, int]) -> None:
    """Tell of each process that has ended how it did."""
    while ends:
        process, status = os.waitpid(-1, os.WNOHANG)
        if process == 0:
            return
        end = ends.pop(process)
        with suppress(OSError):  # nobody waits for it any more
            os.write(end, NUMBER.pack(os.waitstatus_to_exitcode(status)))
        os.close(end)


def _be(program: str, start: Start) -> None:
    """Run the program as `python -m` does, to the end of this process."""
    if start.is_own_session:
        os.setsid()
    for number, stream in enumerate(start.streams):
        os.dup2(stream, number)
    os.closerange(_OTHER_FILES.start, _OTHER_FILES.stop)
    os.chdir(start.folder)
    os.environ.clear()
    os.environ.update(start.environment)
    sys.argv = [program, *start.arguments]
    code = _run(program)
    # As an interpreter ends, but for taking apart what this one has imported.
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for each in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            each.flush()
    os._exit(code)


def _run(program: str) -> int:
    sys.modules.pop(f"{program}.__main__", None)  # others may have imported it
    try:
        runpy.run_module(program, run_name="__main__", alter_sys=True)
    except SystemExit as left:
        if left.code is None or isinstance(left.code, int):
            return left.code or 0
        sys.stderr.write(f"{left.code}\n")
        return 1
    except BaseException:  # noqa: BLE001  an interpreter tells it, and ends
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
