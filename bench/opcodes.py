"""Count the opcodes that a ballot takes: a measure that no noise reaches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from eth.exceptions import Halt

from bench.polls import open_polls
from node.evm.compiler import Program
from node.evm.interpreter import Computation
from tests.in_process import connect_in_process


@dataclass(slots=True)
class OpcodeCount:
    """How many opcodes were run."""

    total: int = 0


@contextmanager
def counted() -> Iterator[OpcodeCount]:
    """Count all opcodes that this process runs inside; nothing is compiled there."""
    count = OpcodeCount()

    def run(computation: Computation, program: Program) -> None:
        pc = 0
        try:
            while True:
                count.total += 1
                pc = computation._call_opcode(program.code, pc)  # noqa: SLF001
        except Halt:
            return

    with patch.object(Computation, "_run", run):
        yield count


def count_opcodes(slots: int, batch: int) -> int:
    """Count the opcodes a ballot of a contest's second batch takes.

    The batch is executed once: it is sent without being tried first.
    """
    connection = connect_in_process()
    box, relay, records = open_polls(connection, slots=slots, ballots=2 * batch)
    connection.send_all([box.handle.cast(records[:batch])], key=relay)
    with counted() as count:
        connection.send_all([box.handle.cast(records[batch:])], key=relay)
    return count.total // batch
