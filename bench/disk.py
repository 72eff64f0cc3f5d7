"""Measure a chain that is kept in a folder: what a ballot costs there.

Each batch is sent when the one before is on the disk, as a relay that waits for its
receipts sends them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.polls import open_polls
from bench.processor import spent
from bench.stopping import run_stoppable
from rehearsal.node_process import started_node

BATCH: Final = 32
BATCHES: Final = 8
SLOTS: Final = 5


@dataclass(frozen=True, slots=True)
class Keeping:
    """What a ballot costs a node that keeps its chain.

    disk: bytes that the folder grew by. cpu: ms of the node. rate: ballots a second,
    from JSON-RPC to the disk. memory: bytes of the node in the end, beside the file's
    pages, which the system takes back when it needs them. peak: bytes that it had at
    most, those pages included.
    """

    disk: float
    cpu: float
    rate: float
    memory: int
    peak: int


def measure() -> Keeping:
    """Cast batches into a folder, after the contest's first two."""
    with (
        TemporaryDirectory() as folder,
        started_node("--home", f"{folder}/chain") as (connection, process),
    ):
        box, relay, records = open_polls(
            connection, slots=SLOTS, ballots=BATCH * (BATCHES + 2)
        )
        acts = [
            box.handle.cast(records[at : at + BATCH])
            for at in range(0, len(records), BATCH)
        ]
        for act in acts[:2]:
            connection.send_all([act], key=relay)
        disk, cpu, begun = _weigh(Path(folder)), spent(process), time.perf_counter()
        for act in acts[2:]:
            connection.send_all([act], key=relay)
        ballots = BATCH * BATCHES
        return Keeping(
            disk=(_weigh(Path(folder)) - disk) / ballots,
            cpu=(spent(process) - cpu) / ballots,
            rate=ballots / (time.perf_counter() - begun),
            memory=_remember(process, "RssAnon"),
            peak=_remember(process, "VmHWM"),
        )


def _weigh(folder: Path) -> int:
    """Return the bytes that a folder takes on the disk."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return sum(path.stat().st_blocks * 512 for path in files)


def _remember(process: int, kind: str) -> int:
    """Return one of the kernel's figures of a process's memory, in bytes."""
    status = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    line = next(line for line in status if line.startswith(kind))
    return int(line.split()[1]) * 1024


def main() -> None:
    """Print what a ballot costs."""
    cost = measure()
    print(
        f"chain in a folder, L = {SLOTS}, {BATCH} at once, {BATCHES} blocks\n"
        f"{cost.rate:>10.1f} ballots/s from JSON-RPC to the disk\n"
        f"{cost.cpu:>10.2f} ms of the node's CPU a ballot\n"
        f"{cost.disk:>10,.0f} bytes on the disk a ballot\n"
        f"{cost.memory / 2**20:>10,.0f} MiB of the node's memory in the end\n"
        f"{cost.peak / 2**20:>10,.0f} MiB at most, with the pages of its file"
    )


if __name__ == "__main__":
    run_stoppable(main)
