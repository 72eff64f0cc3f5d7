"""A node's engine, as whoever is on its machine reaches it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from node.engine.comet.engine_rpc import EngineRpc
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
