"""Watch an engine: count, tell the journal, and say whether all is well."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from node.errors import HomeLostError, NodeError, TransactionRefusedError
from node.execution import Execution
from node.naming.report import Fact, Reporter
from node.rpc.backend import Engine
from node.watching.clock import ClockWatch
from node.watching.journal import Journal
from node.watching.meter import Meter, render

_LITTLE = 100_000_000  # bytes free on the disk, below which it is told of


@dataclass
class Watch:
    """Hear of what the engine does, and answer whoever asks how it is.

    folder: where the chain is. late: seconds without a block from which on they do not
    come, None if they come when there is something to put in. readers: says whether
    there is still what forks them. stalled: why a network does not agree on what waits,
    None if it does.
    """

    engine: Engine
    journal: Journal
    reporter: Reporter
    clock: ClockWatch
    folder: Path
    late: Callable[[], int | None]
    readers: Callable[[], bool] = lambda: True
    stalled: Callable[[], str | None] = lambda: None

    def __post_init__(self) -> None:
        self.meter = Meter()
        self._failure: str | None = None
        self._committed = time.monotonic()

    # What an engine tells

    def committed(self, execution: Execution, seconds: float) -> None:
        """Count a block and tell of it."""
        self.meter.committed(execution, seconds)
        self._failure, self._committed = None, time.monotonic()
        if not self.journal.is_silent:
            self._tell(self.reporter.tell_block(execution, seconds))

    def refused(self, raw: bytes, error: TransactionRefusedError) -> None:
        """Count a refusal and tell of it."""
        self.meter.refused(raw, error)
        if not self.journal.is_silent:
            self._tell(self.reporter.tell_refusal(raw, error))

    def failed(self, error: NodeError) -> None:
        """Count a block that could not be kept and tell of it."""
        self.meter.failed(error)
        self._failure = str(error)
        line = f"no block was made: {error}"
        fact = {"event": "no_block", "line": line, "reason": str(error)}
        self.journal.put({**fact, "level": "error"})

    def look(self) -> None:
        """Look at the folder and the clock. Raises: HomeLostError."""
        self.require_there()
        self._warn(self.clock.look())

    def require_there(self) -> None:
        """Refuse if the folder is not what was opened. Raises: HomeLostError."""
        self.engine.machine.require_there()

    def begin(self, url: str, home: Path | None, *, ahead: int | None = 0) -> None:
        """Tell that clients may come.

        ahead: how far the chain's clock was moved ahead of this machine's, in seconds;
        None if blocks may come faster than one a second, which says nothing of a clock.
        """
        head = self.engine.chain.head
        fact = {
            "event": "started",
            "line": f"ready at block {head.number}, {url}",
            "url": url,
            "home": None if home is None else str(home),
            "height": head.number,
            "version": version("veche"),
        }
        self.journal.put(fact)
        latest = 0 if ahead is None else head.header.timestamp - ahead
        self._warn(self.clock.begin(latest))

    def tell(self, line: str) -> None:
        """Tell of something that nobody has to mend."""
        self.journal.put({"event": "message", "line": line})

    def end(self, fact: str = "stopped") -> None:
        """Tell that it is over."""
        line = f"{fact} at block {self.engine.chain.head.number}"
        self.journal.put({"event": "stopped", "line": line})

    def _tell(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            self.journal.put(fact)

    def _warn(self, fact: str | None) -> None:
        if fact:
            clock = {"event": "clock", "level": "error", "line": fact}
            self.journal.put({**clock, "seconds": round(self.clock.skew, 3)})

    # What others ask

    def status(self) -> dict[str, Any]:
        """Say how far the chain is, whether it goes on, and what is wrong."""
        head = self.engine.chain.head
        reasons = [*self._reasons()]
        return {
            "ready": not reasons,
            "reasons": reasons,
            "warnings": [*self._warnings()],
            "chain_id": self.engine.chain.config.chain.id,
            "height": head.number,
            "head": "0x" + head.hash.hex(),
            "timestamp": head.header.timestamp,
            "clock": int(self.clock.wall()),
            "waiting": len(self.engine.pending),
            "locked": self.engine.chain.is_locked(),
            "version": version("veche"),
        }

    def _reasons(self) -> Iterable[str]:
        try:
            self.require_there()
        except HomeLostError as error:
            yield str(error)
        if not self.readers():
            yield "what answers calls and logs is gone; start the node again"
        if self._failure is not None:
            yield f"the last block was not kept: {self._failure}"
        if stalled := self.stalled():
            yield stalled
        late = self.late()
        idle = time.monotonic() - self._committed
        if late is not None and idle > late:
            yield f"no block for {idle:.0f} seconds"

    def _warnings(self) -> Iterable[str]:
        if self.clock.fact:
            yield self.clock.fact
        free = self._measure_free()
        if free < _LITTLE:
            yield f"the disk of {self.folder} has {free:,} bytes left"
        if self.journal.lost:
            yield f"{self.journal.lost} lines of the log were lost"

    def _measure_free(self) -> int:
        try:
            return shutil.disk_usage(self.folder).free
        except OSError:
            return 0

    def metrics(self) -> bytes:
        """Return all figures in Prometheus' format."""
        head = self.engine.chain.head
        status = self.status()
        return render(
            self.meter,
            {
                "height": ("Number of the latest block", head.number),
                "head_timestamp_seconds": (
                    "Timestamp of the latest block",
                    head.header.timestamp,
                ),
                "ready": ("Whether blocks can be kept", float(status["ready"])),
                "waiting_transactions": ("In the pool", status["waiting"]),
                "clock_skew_seconds": ("How far the clock jumped", self.clock.skew),
                "disk_free_bytes": ("Free beside the chain", self._measure_free()),
                "disk_used_bytes": ("Of the chain's file", self._measure_used()),
                "log_lines_lost": ("That nobody took", self.journal.lost),
            },
        )

    def _measure_used(self) -> int:
        try:
            return (self.folder / "data.mdb").stat().st_blocks * 512
        except OSError:
            return 0
