"""Run an act in a process that has no network.

It is in a network namespace of its own, without any link, where the system lets us make
one; and everywhere, whatever the system, a socket that it would make is an error: so no
packet can have left, nor was one tried to.
"""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

from election.client import rpc
from scripts.__main__ import run
from tests.scripts.conftest import Outcome

_NEW_NETWORK: Final = 0x4000_0000  # CLONE_NEWNET of linux/sched.h


class NetworkError(BaseException):
    """Report a program that would have used a network; nothing may catch it."""


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event.startswith("socket."):
        raise NetworkError(event)


def _refuse_node(url: str) -> Any:
    raise NetworkError(url)


def leave_network() -> bool:
    """Leave every network, for this process; tell whether the system did it, too."""
    sys.addaudithook(_refuse)
    setattr(rpc, "open_post", _refuse_node)  # noqa: B010  a process of its own
    unshared = bool(ctypes.CDLL(None).unshare(_NEW_NETWORK) == 0)
    if unshared:
        links = Path("/proc/self/net/dev").read_text("ascii").splitlines()[2:]
        assert [each.split(":")[0].strip() for each in links] == ["lo"]
    return unshared


def run_apart(*arguments: str | Path) -> Outcome:
    """Run an act where there is no network, as `Cli` does where there is one."""
    context = get_context("fork")  # which inherits the cost of passwords
    near, far = context.Pipe(duplex=False)

    def child() -> None:
        out, err = StringIO(), StringIO()
        try:
            leave_network()
            with redirect_stdout(out), redirect_stderr(err):
                code = run([str(each) for each in arguments])
            far.send((code, out.getvalue(), err.getvalue()))
        except BaseException as error:  # noqa: BLE001  told to the test
            far.send((-1, out.getvalue(), f"{err.getvalue()}{error!r}"))
        os._exit(0)

    program = context.Process(target=child)
    program.start()
    far.close()
    told = near.recv()
    program.join()
    assert told[0] != -1, told[2]
    return Outcome(*told)
