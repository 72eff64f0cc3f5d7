"""The development node as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from election.client.rpc import Connection
from election.errors import ElectionError
from rehearsal.chains import connect_own


@contextmanager
def devnet_process() -> Iterator[Connection]:
    """Start a devnet on a free port, connect to it, and stop it at the end.

    Raises ElectionError if it does not start.
    """
    with started_node() as (connection, _):
        yield connection


@contextmanager
def started_node(*arguments: str) -> Iterator[tuple[Connection, int]]:
    """Start a devnet with more arguments; gives its process id, too.

    It ends with this program, even if this one is killed.
    """
    command = [sys.executable, "-m", "rehearsal.kept_node"]
    command += ["--port", "0", "--json", "--quiet", *arguments]
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as node:
        try:
            yield connect_own(_read_url(node)), node.pid
        finally:
            node.terminate()


def _read_url(node: subprocess.Popen[str]) -> str:
    line = node.stdout.readline() if node.stdout else ""
    if not line:
        raise ElectionError("devnet", "did not start")
    return str(json.loads(line)["url"])
