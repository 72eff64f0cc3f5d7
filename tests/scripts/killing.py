"""Run an act in a process of its own on a chain in this one, and kill it at a step.

A step is a request to the node, before it and after, or a file that is opened for
writing, named, linked or removed. What is sent before the kill stays on the chain.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from io import StringIO
from pkgutil import walk_packages
from typing import Any, BinaryIO, Final

import pytest

import scripts
from election.artifacts import read_artifact
from election.client import rpc
from election.client.deployment import CONTRACTS
from election.client.transport import Post
from scripts.__main__ import run

_WRITING: Final = os.O_WRONLY | os.O_RDWR
_NAMING: Final = (
    *("os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir"),
    "sqlite3.connect",
)
_HEAD: Final = struct.Struct("!cI")
_ASKED, _ENDED = b"A", b"E"


@dataclass(frozen=True, slots=True)
class Ended:
    """How an act ended: its exit code, or minus the signal; what it did and printed."""

    code: int
    steps: int = 0
    out: str = ""
    err: str = ""


def warm_up() -> None:
    """Import all acts once, and read all contracts, for all that are forked."""
    for name in CONTRACTS:
        read_artifact(name)
    for each in walk_packages(scripts.__path__, "scripts."):
        if not each.name.startswith(("scripts.demo", "scripts.__main__")):
            import_module(each.name)


def run_forked(
    words: Sequence[str],
    post: Post,
    *,
    environment: Mapping[str, str],
    typed: str = "",
    fatal: int = 0,
) -> Ended:
    """Run an act, and kill it at this step; 0 kills at none.

    post: the chain, in this process. typed: what stands on its stdin.
    """
    near, far = socket.socketpair()
    child = os.fork()
    if child == 0:
        near.close()
        _become(words, far, dict(environment), typed=typed, fatal=fatal)
    far.close()
    ended = Ended(0)
    with near, near.makefile("rwb") as link:
        while (frame := _receive(link)) is not None:
            kind, body = frame
            if kind == _ENDED:
                ended = Ended(*json.loads(body))
            else:
                _send(link, kind, post(body))
    _, status = os.waitpid(child, 0)
    killed = os.waitstatus_to_exitcode(status)
    return Ended(killed) if killed else ended


class _Steps:
    """Count what an act does, and die at one of these steps."""

    def __init__(self, fatal: int) -> None:
        self.fatal, self.count = fatal, 0

    def take(self) -> None:
        self.count += 1
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Hear of a file, by what Python tells of everything that is done."""
        is_writing = event == "open" and bool((arguments[2] or 0) & _WRITING)
        if is_writing or event in _NAMING:
            self.take()


def _become(
    words: Sequence[str],
    far: socket.socket,
    environment: dict[str, str],
    *,
    typed: str,
    fatal: int,
) -> None:
    """Be the program that the act is run by; never returns."""
    try:
        os.environ.update(environment)
        sys.dont_write_bytecode = True
        steps, link = _Steps(fatal), far.makefile("rwb")

        def open_link(_: str) -> Callable[[bytes], bytes]:
            def ask(body: bytes) -> bytes:
                steps.take()
                _send(link, _ASKED, body)
                answer = _receive(link)
                steps.take()
                return b"" if answer is None else answer[1]

            return ask

        pytest.MonkeyPatch().setattr(rpc, "open_post", open_link)
        sys.stdin, out, err = StringIO(typed), StringIO(), StringIO()
        sys.addaudithook(steps.hear)
        with redirect_stdout(out), redirect_stderr(err):
            code = run(list(words))
        ended = [int(code), steps.count, out.getvalue(), err.getvalue()]
        _send(link, _ENDED, json.dumps(ended).encode())
    finally:
        os._exit(0)


def _send(link: BinaryIO | Any, kind: bytes, body: bytes) -> None:
    link.write(_HEAD.pack(kind, len(body)) + body)
    link.flush()


def _receive(link: BinaryIO | Any) -> tuple[bytes, bytes] | None:
    """Receive a frame; None from who has died."""
    head = link.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, size = _HEAD.unpack(head)
    body = link.read(size)
    return (kind, body) if len(body) == size else None
