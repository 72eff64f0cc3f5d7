"""Programs of others behind a fence (tests/peers/fence.py), reached through it."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from election.artifacts import ROOT
from tests.patience import PATIENCE
from tests.peers.fence import lead_in, lead_out

PEERS: Final = ROOT / "build" / "peers"
_FENCE: Final = ROOT / "tests" / "peers" / "fence.py"


def require(path: str | Path, sentence: str) -> str:
    """Find a program or a folder of one; fails with what to do."""
    found = shutil.which(path) or (str(path) if Path(path).exists() else None)
    assert found is not None, sentence
    return found


@dataclass
class Fenced:
    """A running program; ports: ours, by those it listens on. folder: where it runs."""

    folder: Path
    loop: asyncio.AbstractEventLoop
    ports: dict[int, int] = field(default_factory=dict)
    servers: list[asyncio.Server] = field(default_factory=list)

    def reach(self, port: int) -> None:
        """Find a port of ours that leads to one of the program's."""
        server = self._run(lead_out(0, self.folder / f"in-{port}"))
        self.ports[port] = server.sockets[0].getsockname()[1]

    def lead(self, port: int, target: int) -> None:
        """Let the program reach one of our ports, at one of its own."""
        self._run(lead_in(self.folder / f"out-{port}", target))

    def read(self, name: str) -> str:
        path = self.folder / name
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def _run(self, act: Coroutine[Any, Any, asyncio.Server]) -> asyncio.Server:
        server = asyncio.run_coroutine_threadsafe(act, self.loop).result()
        self.servers.append(server)
        return server

    def close(self) -> None:
        for server in self.servers:
            self.loop.call_soon_threadsafe(server.close)


@contextmanager
def fenced(
    *command: str,
    entries: tuple[int, ...],
    exits: tuple[int, ...] = (),
    files: tuple[Path, ...] = (),
) -> Iterator[Fenced]:
    """Run a program where nobody else reaches it; files: copied beside it."""
    folder = Path(tempfile.mkdtemp(prefix="veche-peer-"))
    for path in files:
        shutil.copy(path, folder)
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    require("ip", "ip is missing: apt-get install iproute2")
    words = [
        require("unshare", "unshare is missing: apt-get install util-linux"),
        *(*rights, "--net", sys.executable, str(_FENCE), str(folder)),
        *(",".join(map(str, entries)), ",".join(map(str, exits)), "--", *command),
    ]
    with (
        (folder / "stdout").open("wb") as out,
        subprocess.Popen(  # noqa: S603  a program of the tests
            words, stdin=subprocess.PIPE, stdout=out, stderr=out
        ) as process,
        _loop() as loop,
    ):
        running = Fenced(folder, loop)
        for port in entries:
            running.reach(port)
        try:
            yield running
        finally:
            running.close()
            assert process.stdin is not None
            process.stdin.close()
            process.wait(PATIENCE)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def cancel_all() -> None:
        own = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not own]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)

    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(cancel_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
