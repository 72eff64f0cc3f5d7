"""A node's engine, as whoever is on its machine reaches it."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from node.engine.comet.binary import find_engine
from node.engine.comet.engine_rpc import EngineRpc
from node.engine.comet.home import NodeHome
from node.errors import EngineError
from tests.network.nodes import Node

Answer = TypeVar("Answer")
_SOCKET = b"--rpc.laddr=unix://"


def engine_process(node: Node) -> tuple[int, Path]:
    """Return its engine's process, and the socket that it answers at."""
    home = f"--home={node.home / 'engine'}".encode()
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if home in words:
                at = next(word for word in words if word.startswith(_SOCKET))
                return int(entry.name), Path(os.fsdecode(at.removeprefix(_SOCKET)))
    raise AssertionError(f"{node.name} runs no engine")


@contextmanager
def lone_engine(home: NodeHome) -> Iterator[None]:
    """Run an engine of a folder with no node of ours, for whoever has only that."""
    socket = f"unix://{home.root / 'stranger.sock'}"
    command = [str(find_engine()), "start", f"--home={home.engine}"]
    with (home.root / "engine.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  our own program
            [*command, "--proxy_app=kvstore", f"--rpc.laddr={socket}"],
            stdout=log,
            stderr=log,
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def ask_engine(
    node: Node, question: Callable[[EngineRpc], Awaitable[Answer]]
) -> Answer:
    """Ask an engine over its own socket."""

    async def run() -> Answer:
        rpc = EngineRpc(engine_process(node)[1])
        try:
            return await question(rpc)
        finally:
            await rpc.close()

    return asyncio.run(run())


def tell_engine(node: Node, method: str, **params: Any) -> str:
    """Have an engine do something; returns why it did not, nothing if it did."""

    async def tell(rpc: EngineRpc) -> str:
        try:
            await rpc._call(method, **params)
        except EngineError as error:
            return str(error)
        return ""

    return ask_engine(node, tell)
