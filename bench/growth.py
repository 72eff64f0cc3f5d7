"""Measure whether a ballot costs more when many are stored: `--stored 100000`.

Real ballots are cast on a chain in a folder. Between two measurements the slots of as
many more stand in the box's state, written by the store that every block goes through;
their events are left out, since casting reads none.
"""

from __future__ import annotations

import argparse
import secrets
from collections import ChainMap
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from eth_typing import Address

from bench.polls import open_polls
from bench.processor import spent
from bench.stopping import run_stoppable
from node.block import Block, seal
from node.config import read_config
from node.disk.store import DiskStore
from node.evm.state import open_state
from node.execution import Proposal, begin_header
from node.keeping import continue_chain
from rehearsal.node_process import started_node

BATCH: Final = 32
RUNS: Final = 7
FEW: Final = 1_000
PROMISED: Final = 1.2
_AT_ONCE: Final = 1_000  # slots in one block


def fill(home: Path, box: bytes, slots: int) -> None:
    """Write slots into a contract's storage, block by block."""
    config = read_config()
    with continue_chain(config, home) as store:
        for _ in range(slots // _AT_ONCE):
            _append(store, Address(box), config.gas.block_limit)


def _append(store: DiskStore, box: Address, gas_limit: int) -> Block:
    parent = store.block(store.height)
    proposal = Proposal(parent.number + 1, parent.header.timestamp + 1, ())
    added: dict[bytes, bytes] = {}
    nodes = ChainMap(added, store.nodes)  # type: ignore[arg-type]  # reads it alone
    state = open_state(nodes, parent.header.state_root)
    for _ in range(_AT_ONCE):
        state.set_storage(box, secrets.randbits(256), 1)
    state.persist()
    header = begin_header(parent, proposal, gas_limit)
    block = seal(replace(header, state_root=state.state_root))
    store.append(block, added, clock=store.clock)
    return block


def measure(stored: int) -> tuple[float, float]:
    """Return the CPU of a ballot in ms, with few stored and with many."""
    with TemporaryDirectory() as folder:
        home = Path(folder) / "chain"
        with started_node("--home", str(home)) as (connection, _):
            box, relay, records = open_polls(
                connection, slots=5, ballots=BATCH * 2 * (RUNS + 1)
            )
        acts = [
            box.handle.cast(records[at : at + BATCH])
            for at in range(0, len(records), BATCH)
        ]
        costs, filled = [], 0
        for size in (FEW, stored):
            fill(home, box.handle.contract.address, size - filled)
            filled = size
            with started_node("--home", str(home)) as (connection, process):
                connection.send_all([acts.pop(0)], key=relay)  # what is compiled once
                taken = []
                for _ in range(RUNS):
                    before = spent(process)
                    connection.send_all([acts.pop(0)], key=relay)
                    taken.append((spent(process) - before) / BATCH)
            costs.append(median(taken))
        return costs[0], costs[1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both costs, and how often one is the other."""
    parser = argparse.ArgumentParser("bench.growth", description=__doc__)
    parser.add_argument("--stored", type=int, default=10_000, help="ballots, thousands")
    stored = parser.parse_args(arguments).stored
    few, many = measure(stored)
    print(
        f"a ballot among many, L = 5, {BATCH} at once, medians of {RUNS} blocks\n"
        f"{few:>10.2f} ms of the node's CPU with {FEW:,} stored\n"
        f"{many:>10.2f} ms with {stored:,}, {many / few:.2f} times"
        f"  (at most {PROMISED} at 100,000)"
    )


if __name__ == "__main__":
    run_stoppable(main)
