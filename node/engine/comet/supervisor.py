"""Run the consensus engine beside its application, and begin it anew when it stands.

After a failure of consensus the engine's process can stay up with a height that never
moves: what is watched is the height, not the process.
"""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from node.engine.comet.engine_rpc import EngineRpc
from node.engine.comet.home import NodeHome
from node.errors import EngineError

_log = logging.getLogger(__name__)
_LOOK = 5.0  # seconds between two looks at the engine
_STUCK = 120.0  # seconds that a height may stand while something waits
_GRACE = 5.0  # seconds that the engine gets to stop
_PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)  # seconds before each new start
_TAIL, _WORD = 16_384, 300  # bytes of its log to look at, letters to repeat
_HEALTHY = 300.0  # seconds after which a start counts as a success


@dataclass(frozen=True, slots=True)
class Sockets:
    """Name the two sockets, in a folder that nobody else may enter."""

    application: Path
    engine: Path


class Supervisor:
    """Keep one engine running.

    waiting: says whether something waits for a block. height: the last height of the
    engine that was taken in.
    """

    def __init__(
        self,
        program: Path,
        home: NodeHome,
        sockets: Sockets,
        *,
        rpc: EngineRpc,
        waiting: Callable[[], bool],
        height: Callable[[], int],
    ) -> None:
        self._program = program
        self._home = home
        self._sockets = sockets
        self._rpc = rpc
        self._waiting = waiting
        self._height = height

    async def run(self) -> None:
        """Run the engine until cancelled; begin it anew whenever it ends or stands."""
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            reason = await self._run_once()
            failures = 0 if loop.time() - began > _HEALTHY else failures + 1
            pause = _PAUSES[min(failures, len(_PAUSES)) - 1]
            _log.error("the engine %s; it begins anew in %d s", reason, pause)
            await asyncio.sleep(pause)

    async def _run_once(self) -> str:
        """Run the engine once; returns why it no longer runs."""
        self._sockets.engine.unlink(missing_ok=True)  # of one that could not tidy up
        with (self._home.root / "engine.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                self._program,
                "start",
                f"--home={self._home.engine}",
                f"--proxy_app=unix://{self._sockets.application}",
                f"--rpc.laddr=unix://{self._sockets.engine}",
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; we stop it in order
            )
            try:
                return await self._watch(process)
            finally:
                await _stop(process)

    async def _watch(self, process: asyncio.subprocess.Process) -> str:
        """Return why the engine must begin anew, once it must."""
        ended = asyncio.create_task(process.wait())
        loop = asyncio.get_running_loop()
        moved, height = loop.time(), self._height()
        try:
            while True:
                done, _ = await asyncio.wait({ended}, timeout=_LOOK)
                if done:
                    return f"ended: {last_word(self._home.root / 'engine.log')}"
                if self._height() != height or not self._waiting():
                    moved, height = loop.time(), self._height()
                elif loop.time() - moved > _STUCK and not await self._may_wait():
                    return f"stands at height {height}"
        finally:
            ended.cancel()

    async def _may_wait(self) -> bool:
        """Say whether there is a lawful reason for a height that stands."""
        try:
            return len(await self._rpc.peers()) == 0 and _has_peers(self._home)
        except EngineError:
            return False


def last_word(log: Path) -> str:
    """Return why the engine says that it ended, from the end of its log."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        lines = []
    for line in reversed(lines):
        if line.startswith("ERROR: "):
            return line.removeprefix("ERROR: ")[:_WORD]
        if line.startswith("panic: "):
            return line[:_WORD]
    return f"it says no reason in {log}"


def _has_peers(home: NodeHome) -> bool:
    return 'persistent_peers = ""' not in home.settings.read_text("utf-8")


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            process.kill()
            await process.wait()
