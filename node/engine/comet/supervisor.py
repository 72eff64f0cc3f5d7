"""Run the consensus engine beside its application, and begin it anew when it stands.

After a failure of consensus the engine's process can stay up with a height that never
moves: what is watched is what it says and the height, not the process alone.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from node.engine.comet.engine import CometEngine
from node.engine.comet.engine_log import EngineLog
from node.engine.comet.home import NodeHome
from node.engine.comet.reach import Reach
from node.engine.comet.standstill import Standstill
from node.watching.journal import LogFile

_log = logging.getLogger(__name__)
_LOOK = 1.0  # seconds between two looks at the engine
_GRACE = 5.0  # seconds that the engine gets to stop
_PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)  # seconds before each new start
_CHUNK = 65_536  # bytes of what it says, at once
# Go collects garbage at five times what is used, not at twice: 50 MiB for less time.
_ENVIRONMENT = {"GOGC": "400"}
_HEALTHY = 300.0  # seconds after which a start counts as a success


@dataclass(frozen=True, slots=True)
class Sockets:
    """Name the two sockets, in a folder that nobody else may enter."""

    application: Path
    engine: Path


def count_failures(earlier: int, lasted: float) -> int:
    """Count failures in a row, this one too; lasted: seconds that a start held."""
    return 1 if lasted > _HEALTHY else earlier + 1


def pause_after(failures: int) -> float:
    """Return how many seconds to wait after so many failures in a row, one or more."""
    return _PAUSES[min(failures, len(_PAUSES)) - 1]


class Supervisor:
    """Keep one engine running.

    log: takes what it says. node: says whether something waits for a block, and which
    was the last height that was taken in. reach: says whether it can have another.
    """

    def __init__(
        self,
        program: Path,
        home: NodeHome,
        sockets: Sockets,
        *,
        log: LogFile,
        reach: Reach,
        node: CometEngine,
    ) -> None:
        self._program = program
        self._home = home
        self._sockets = sockets
        self._log = log
        self._reach = reach
        self._node = node

    async def run(self) -> None:
        """Run the engine until cancelled; begin it anew whenever it ends or stands.

        Raises: OutvotedError.
        """
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            reason = await self._run_once()
            failures = count_failures(failures, loop.time() - began)
            pause = pause_after(failures)
            _log.error("the engine %s; it begins anew in %d s", reason, pause)
            await asyncio.sleep(pause)

    async def _run_once(self) -> str:
        """Run the engine once; returns why it no longer runs."""
        self._sockets.engine.unlink(missing_ok=True)  # of one that could not tidy up
        try:
            process = await self._begin()
        except OSError as error:
            return f"cannot be begun: {error.strerror}"
        log = EngineLog(self._log)
        hearing = asyncio.create_task(_hear(process, log))
        try:
            return await self._watch(process, hearing, log)
        finally:
            await _stop(process)
            await hearing
            log.close()

    async def _begin(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            self._program,
            "start",
            f"--home={self._home.engine}",
            f"--proxy_app=unix://{self._sockets.application}",
            f"--rpc.laddr=unix://{self._sockets.engine}",
            "--rpc.unsafe",  # `dial_peers`; nobody else enters the socket's folder
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=_ENVIRONMENT | os.environ,
            start_new_session=True,  # Ctrl-C is for us; we stop it in order
        )

    async def _watch(
        self,
        process: asyncio.subprocess.Process,
        hearing: asyncio.Task[None],
        log: EngineLog,
    ) -> str:
        """Return why the engine must begin anew, once it must. Raises: OutvotedError.

        What it says is heard to the end before anything is done about its end.
        """
        standstill = Standstill(asyncio.get_running_loop().time)
        while True:
            await asyncio.wait({hearing}, timeout=_LOOK)
            if log.outvoted is not None:
                raise log.outvoted
            if log.failure is not None:
                return log.failure
            if hearing.done():
                await process.wait()
                return f"ended: {log.last_word}"
            height = self._height()
            standstill.see(height, waiting=self._node.awaits_block())
            if standstill.is_doubtful() and await self._reach.excuses(height):
                standstill.excuse()
            elif standstill.is_stuck():
                return f"stands at height {height}"

    def _height(self) -> int:
        return self._node.machine.info().engine_height


async def _hear(process: asyncio.subprocess.Process, log: EngineLog) -> None:
    """Take what the engine says, until it ends: one that nobody hears stands still."""
    while process.stdout and (chunk := await process.stdout.read(_CHUNK)):
        log.take(chunk)


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), _GRACE)
        except TimeoutError:
            process.kill()
            await process.wait()
