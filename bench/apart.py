"""Nodes that are in no network, to compare those of a network with.

Several nodes on one machine take more of a processor each for the same work than one
does: they share what its processors keep at hand. A network's nodes execute a block at
the same moment, so that on one machine each is compared with one of as many nodes that
know nothing of each other.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from bench.load import BATCH, WARM, Load, prepare
from bench.processor import hasten, spent_by_all
from election.client.rpc import Connection
from election.client.wire import Act
from rehearsal.chains import travel_to
from rehearsal.node_process import started_node


def prepare_chain(home: Path, batches: int) -> Load:
    """Make a chain in a folder, with its polls open; returns what is left to cast."""
    with started_node("--home", str(home)) as (connection, _):
        return prepare(connection, WARM + batches, travel_to)


@dataclass(frozen=True)
class Copies:
    """Nodes that run copies of one chain, and are sent the same at the same moments."""

    nodes: Sequence[tuple[Connection, int]]
    load: Load
    pool: Executor

    def measure(self, acts: Sequence[Act]) -> float:
        """Cast batches; returns the ms of a processor a ballot of each node."""
        before = [spent_by_all(process) for _, process in self.nodes]
        for act in acts:
            self._cast(act)
        after = [spent_by_all(process) for _, process in self.nodes]
        took = mean(end - begin for begin, end in zip(before, after, strict=True))
        return took / (len(acts) * BATCH)

    def _cast(self, act: Act) -> None:
        def cast(node: tuple[Connection, int]) -> None:
            connection, _ = node
            connection.send_all([act], key=self.load.relay)

        list(self.pool.map(cast, self.nodes))


@contextmanager
def running_copies(
    home: Path, load: Load, count: int, folder: Path, level: int
) -> Iterator[Copies]:
    """Run so many copies of a chain, and cast what makes them quick.

    folder: where they are made. level: of their priority.
    """
    with ExitStack() as stack:
        nodes = []
        for number in range(count):
            copy = shutil.copytree(home, folder / str(number))
            nodes.append(stack.enter_context(started_node("--home", str(copy))))
            hasten(nodes[-1][1], level)
        copies = Copies(nodes, load, stack.enter_context(ThreadPoolExecutor(count)))
        copies.measure(load.batches[:WARM])
        yield copies
