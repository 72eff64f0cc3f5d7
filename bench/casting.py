"""Measure casting: gas and opcodes a ballot, ballots a second through the devnet."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import Final

from bench.opcodes import count_opcodes
from bench.polls import open_polls
from scripts.demo.node_process import devnet_process

BATCH: Final = 32
RUNS: Final = 3
TARGETS: Final = {(5, BATCH): 260_000, (5, 1): 900_000, (16, BATCH): 500_000}


@dataclass(frozen=True, slots=True)
class Casting:
    """What a ballot costs when so many are cast in one call; medians of the runs."""

    slots: int
    batch: int
    gas: int
    rate: float


def measure(slots: int) -> list[Casting]:
    """Cast batches and single ballots, after the contest's first batch."""
    with devnet_process() as connection:
        total = BATCH + RUNS * (BATCH + 1)
        box, relay, records = open_polls(connection, slots=slots, ballots=total)
        connection.send(box.handle.cast(records[:BATCH]), key=relay)
        at = BATCH
        castings = []
        for size in (BATCH, 1):
            gas, seconds = [], []
            for _ in range(RUNS):
                act = box.handle.cast(records[at : at + size])
                begun = time.perf_counter()
                receipt = connection.send(act, key=relay)
                seconds.append(time.perf_counter() - begun)
                gas.append(receipt.gas_used // size)
                at += size
            rate = size / statistics.median(seconds)
            castings.append(Casting(slots, size, int(statistics.median(gas)), rate))
    return castings


def main() -> None:
    """Print what is promised beside what is."""
    print(f"casting, intrinsic gas included, medians of {RUNS} runs")
    for slots in (5, 16):
        for each in measure(slots):
            target = TARGETS.get((each.slots, each.batch))
            promised = f"(at most {target:,})" if target else ""
            print(
                f"L = {slots:>2}, {each.batch:>2} at once:{each.gas:>10,} gas a ballot"
                f"{each.rate:>8.1f} ballots/s through the devnet  {promised}"
            )
        print(
            f"L = {slots:>2}, {BATCH:>2} at once:"
            f"{count_opcodes(slots, BATCH):>10,} opcodes a ballot"
        )


if __name__ == "__main__":
    main()
