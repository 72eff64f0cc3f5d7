"""Our programs as processes of their own, without the time that their imports take.

For each program a process that has imported it stands by and forks (fork_server.py):
what is forked runs `python -m PROGRAM` from there on, with its own streams, folder,
environment, signals and exit code.
"""

from __future__ import annotations

import atexit
import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from select import select
from typing import Any, Final

from election.artifacts import ROOT
from tests.fork_server import LARGEST, NUMBER

_UNSEEN: Final = -9  # the process that forked it was killed, and with it what it knew


class Forked(subprocess.Popen[Any]):
    """What subprocess.Popen does with `[sys.executable, "-m", PROGRAM, ...]`.

    Its options are those of text and streams, `cwd`, `env` and `start_new_session`.
    """

    _end: socket.socket

    def _execute_child(self, args: Any, *given: Any) -> None:
        """Have it forked, where Popen would execute; called by Popen alone."""
        _, hook, close_fds, pass_fds, folder, environment, _, _, shell = given[:9]
        child_in, _, _, child_out, _, child_err = given[9:15]
        session = given[20]
        words = [os.fspath(each) for each in args]
        assert words[:2] == [sys.executable, "-m"]
        assert (hook, close_fds, tuple(pass_fds), shell) == (None, True, (), False)
        start = {
            "arguments": words[3:],
            "folder": os.fspath(folder or Path.cwd()),
            "environment": dict(os.environ if environment is None else environment),
            "is_own_session": session,
        }
        streams = [
            own if child == -1 else child
            for own, child in enumerate((child_in, child_out, child_err))
        ]
        self._end, other = socket.socketpair()
        with other:
            raw = json.dumps(start).encode()
            assert len(raw) < LARGEST
            files = [other.fileno(), *streams]
            socket.send_fds(_server_of(words[2]), [raw], files)
        self._close_pipe_fds(*given[9:15])  # type: ignore[attr-defined]
        number = self._read()
        if number is None:
            self._end.close()
            raise ChildProcessError(f"what forks for {words[2]} has ended")
        self.pid = number
        self._child_created = True

    def _read(self) -> int | None:
        raw = self._end.recv(NUMBER.size, socket.MSG_WAITALL)
        return int(NUMBER.unpack(raw)[0]) if raw else None

    def _internal_poll(self, *_: Any, **__: Any) -> int | None:
        return self._look(0)

    def _wait(self, timeout: float | None) -> int:
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def _look(self, timeout: float | None) -> int | None:
        """Read how it ended, once it has; timeout: seconds, or none to wait for it."""
        with self._waitpid_lock:  # type: ignore[attr-defined]
            if self.returncode is None and select([self._end], [], [], timeout)[0]:
                code = self._read()
                self.returncode = _UNSEEN if code is None else code
                self._end.close()
            return self.returncode


def run_forked(words: list[Any], **options: Any) -> subprocess.CompletedProcess[Any]:
    """Run to its end what Forked starts, with its output, unless told where to."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    with Forked(words, **options) as process:
        out, err = process.communicate()
    return subprocess.CompletedProcess(words, process.returncode, out, err)


@cache
def _server_of(program: str) -> socket.socket:
    """Start what forks for a program, once; it ends with this process."""
    own, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    number = other.fileno()
    command = [sys.executable, "-m", "tests.fork_server", program, str(number)]
    with other:
        server = subprocess.Popen(command, cwd=ROOT, pass_fds=[number])  # noqa: S603

    def end() -> None:
        own.close()
        server.wait()

    atexit.register(end)
    with suppress(OSError):  # what a start may be given is as large as it says
        own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * LARGEST)
    return own
