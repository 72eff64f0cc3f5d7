"""Count the opcodes that a ballot takes: a measure that no noise reaches."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from eth.exceptions import Halt
from eth.vm.opcode_values import STOP
from eth.vm.stack import to_int

from bench.polls import open_polls
from node.evm.compiler.program import Program
from node.evm.interpreter import _FUNCTIONS, Computation
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
        code, stack = program.code, computation._stack.values  # noqa: SLF001
        pc = 0
        try:
            while True:
                count.total += 1
                own = _FUNCTIONS.get(code[pc] if pc < len(code) else STOP)
                if own is not None:
                    own(computation)
                    pc += 1
                    continue
                pc = computation._call_opcode(code, pc)  # noqa: SLF001
                if stack and type(stack[-1]) is not int:  # as our opcodes have it
                    stack[-1] = to_int(stack[-1])
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
