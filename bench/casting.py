"""Measure casting: gas, opcodes and the node's CPU a ballot, ballots a second.

Ballots are sent without being tried first, so that a node executes each once.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from statistics import median
from typing import Final

from bench.opcodes import count_opcodes
from bench.polls import open_polls
from bench.processor import spent
from bench.stopping import run_stoppable
from election.client.open_election import ContestBox
from election.client.rpc import Connection
from election.crypto.signature import SigningKey
from rehearsal.node_process import started_node

BATCH: Final = 32
RUNS: Final = 5
WARM: Final = 10  # batches, and ballots alone, until a node has compiled what they run
TARGETS: Final = {(5, BATCH): 238_000, (5, 1): 700_000, (16, BATCH): 480_000}


@dataclass(frozen=True, slots=True)
class Casting:
    """What a ballot costs when so many are cast in one call; medians of the runs.

    cpu: of the node, in ms. rate: ballots a second, with signing and JSON-RPC.
    """

    slots: int
    batch: int
    gas: int
    cpu: float
    rate: float


def measure(slots: int) -> list[Casting]:
    """Cast batches and single ballots on a node of our own."""
    with started_node() as (connection, process):
        return cast_on(connection, process, ready_polls(connection, slots), slots=slots)


def ready_polls(
    connection: Connection, slots: int
) -> tuple[ContestBox, SigningKey, list[bytes]]:
    """Open polls with as many ballots as are cast; gives what `open_polls` does."""
    total = (WARM + RUNS) * (BATCH + 1)
    return open_polls(connection, slots=slots, ballots=total)


def cast_on(
    connection: Connection,
    process: int,
    polls: tuple[ContestBox, SigningKey, list[bytes]],
    *,
    slots: int,
) -> list[Casting]:
    """Cast batches and single ballots, after the contest's first of each.

    process: the id of the node's. polls: those that are open there.
    """
    box, relay, records = polls
    at = 0
    castings = []
    for size in (BATCH, 1):
        gas, cpu, seconds = [], [], []
        for run in range(WARM + RUNS):
            act = box.handle.cast(records[at : at + size])
            before, begun = spent(process), time.perf_counter()
            (receipt,) = connection.send_all([act], key=relay)
            at += size
            if run >= WARM:
                seconds.append(time.perf_counter() - begun)
                cpu.append((spent(process) - before) / size)
                gas.append(receipt.gas_used // size)
        rate = size / median(seconds)
        castings.append(Casting(slots, size, int(median(gas)), median(cpu), rate))
    return castings


def main() -> None:
    """Print what is promised beside what is."""
    print(f"casting, intrinsic gas included, medians of {RUNS} runs")
    for slots in (5, 16):
        castings = measure(slots)
        for each in castings:
            target = TARGETS.get((each.slots, each.batch))
            promised = f"  (at most {target:,})" if target else ""
            print(
                f"L = {slots:>2}, {each.batch:>2} at once:{each.gas:>10,} gas a ballot"
                f"{each.cpu:>8.2f} ms of the node's CPU{each.rate:>8.1f} ballots/s"
                f"{promised}"
            )
        batch, alone = castings
        print(
            f"L = {slots:>2}, {BATCH:>2} at once:"
            f"{count_opcodes(slots, BATCH):>10,} opcodes a ballot;"
            f" alone a ballot takes {alone.gas / batch.gas:.1f} times the gas"
            f" and {alone.cpu / batch.cpu:.1f} times the CPU"
        )


if __name__ == "__main__":
    run_stoppable(main)
