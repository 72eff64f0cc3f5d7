"""Run the consensus engine beside its application, and begin it anew when it stands.

After a failure of consensus the engine's process can stay up with a height that never
moves: what is watched is what it says and the height, not the process alone.
"""

from __future__ import annotations

import asyncio
import ctypes
import logging
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.engine.comet.engine import CometEngine
from node.engine.comet.engine_log import EngineLog
from node.engine.comet.half_made import forget_half_made
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
_PRCTL: Final = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_PARENT_DIED: Final = 1  # PR_SET_PDEATHSIG


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
            self._reach.lose()
            failures = count_failures(failures, loop.time() - began)
            pause = pause_after(failures)
            _log.error("the engine %s; it begins anew in %d s", reason, pause)
            await asyncio.sleep(pause)

    async def _run_once(self) -> str:
        """Run the engine once; returns why it no longer runs."""
        self._sockets.engine.unlink(missing_ok=True)  # of one that could not tidy up
        forget_half_made(self._home.engine / "data")
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
            preexec_fn=_end_with_us,
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
        trouble: str | None = None
        standstill, silence = (
            Standstill(asyncio.get_running_loop().time) for _ in range(2)
        )
        while trouble is None:
            await asyncio.wait({hearing}, timeout=_LOOK)
            if log.outvoted is not None:
                raise log.outvoted
            if log.failure is not None:
                trouble = log.failure
            elif hearing.done():
                trouble = _tell_end(await process.wait(), log)
            else:
                trouble = await self._look(standstill, silence)
        return trouble

    async def _look(self, standstill: Standstill, silence: Standstill) -> str | None:
        """Return why an engine that runs is of no use, None if it is."""
        height = self._height()
        standstill.see(height, waiting=self._node.awaits_block())
        if standstill.is_doubtful() and await self._reach.excuses(height):
            standstill.excuse()
        elif standstill.is_stuck():
            return f"stands at height {height}"
        silence.see(height, waiting=True)
        if silence.is_doubtful() and not await self._reach.fell_silent():
            silence.excuse()
        elif silence.is_stuck():
            return f"does not answer at height {height}"
        return None

    def _height(self) -> int:
        return self._node.machine.info().engine_height


def _tell_end(code: int, log: EngineLog) -> str:
    """Say how it ended, and why as far as it said; code: minus a signal's number."""
    how = f"by {signal.Signals(-code).name}" if code < 0 else f"with {code}"
    return f"ended {how}: {log.last_word}"


def _end_with_us() -> None:
    """Ask the kernel to end this process with its parent, even one that is stopped.

    Else an engine that hangs would outlive a node that was killed, hold its ports, and
    may sign beside the next one.
    """
    if _PRCTL is not None:
        _PRCTL(_PARENT_DIED, int(signal.SIGKILL))


async def _hear(process: asyncio.subprocess.Process, log: EngineLog) -> None:
    """Take what the engine says, until it ends: one that nobody hears stands still."""
    while process.stdout and (chunk := await process.stdout.read(_CHUNK)):
        log.take(chunk)


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(_GRACE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
