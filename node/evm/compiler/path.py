"""Choose the way through a program that is written as one function.

In: a program, and where to begin. Out: the source of the function. From where it begins
the path goes on through jumps to known places, past branches on the side that was taken
more often, and through calls, for as long as what it meets is warm: was begun half as
often as what is compiled. Where it comes back to its beginning it is a loop. Where it
would meet another entry for the second time it ends. So hardly an opcode is written
twice: only where straight code is entered in its middle, too. That costs letters, which
are paid for, and MAX_PATH_OPCODES bounds it.

It ends, too, before an opcode that is neither inline nor called (RETURN, CREATE), after
which the interpreter goes on. Whatever way is chosen, all others leave the function: a
wrong one costs time, and nothing else.
"""

from __future__ import annotations

from typing import Final

from eth.constants import (
    GAS_BASE,
    GAS_HIGH,
    GAS_JUMPDEST,
    GAS_MID,
    GAS_VERYLOW,
)
from eth.vm import opcode_values as op

from node.evm.called_opcodes import CALLED
from node.evm.compiler.inline import write_inline
from node.evm.compiler.program import MAX_PATH_OPCODES, Program, is_entry
from node.evm.compiler.ranges import is_literal
from node.evm.compiler.writer import Writer

_NOWHERE: Final = -1  # for a target that is not known, or no jump destination


def write_path(program: Program, start: int) -> str:
    """Return the source of the path from `start`, whose first opcode is inline."""
    return _Path(program, start).write()


class _Path:
    """A path while it is written. Methods return where it goes on, None at its end."""

    def __init__(self, program: Program, start: int) -> None:
        self._program = program
        self._start = start
        self._met = {start}  # entries that are in it
        self._writer = Writer(program.code, program.destinations)

    def write(self) -> str:
        pc = self._start
        for _ in range(MAX_PATH_OPCODES):
            after = self._step(pc)
            if after is None:
                return self._writer.source()
            pc = after
        self._writer.leave(pc)
        return self._writer.source()

    def _step(self, pc: int) -> int | None:
        """Write the opcode at `pc`."""
        program, writer = self._program, self._writer
        if not program.is_inline(pc):
            return self._call_or_leave(pc)
        opcode = program.code[pc]
        if opcode == op.JUMP:
            writer.charge(GAS_MID)
            return self._jump(writer.pop())
        if opcode == op.JUMPI:
            writer.charge(GAS_HIGH)
            target, condition = writer.pop(), writer.values.sharpen(writer.pop())
            return self._branch(target, condition, pc + 1)
        after = self._write_straight(opcode, pc)
        if after < len(program.code) and is_entry(program.code, after):
            return self._go(after)
        return after

    def _call_or_leave(self, pc: int) -> int | None:
        """Write an opcode that is not inline; behind the code's end is a STOP.

        What follows a call counts as an entry: the interpreter, too, stops there.
        """
        code = self._program.code
        opcode = code[pc] if pc < len(code) else op.STOP
        if opcode not in CALLED:
            self._writer.leave(pc)
            return None
        self._writer.call(opcode)
        return self._go(pc + 1)

    def _write_straight(self, opcode: int, pc: int) -> int:
        """Write an opcode that does not jump; returns the next one's position."""
        writer = self._writer
        if op.PUSH0 <= opcode <= op.PUSH32:
            size = opcode - op.PUSH0
            literal = self._program.code[pc + 1 : pc + 1 + size].ljust(size, b"\0")
            writer.charge(GAS_VERYLOW if size else GAS_BASE)  # PUSH0: EIP-3855
            writer.put(str(int.from_bytes(literal, "big")))
            return pc + 1 + size
        if op.DUP1 <= opcode <= op.DUP16:
            writer.charge(GAS_VERYLOW)
            writer.duplicate(opcode - op.DUP1 + 1)
        elif op.SWAP1 <= opcode <= op.SWAP16:
            writer.charge(GAS_VERYLOW)
            writer.swap(opcode - op.SWAP1 + 2)
        elif opcode == op.PC:
            writer.charge(GAS_BASE)
            writer.put(str(pc))
        elif opcode == op.JUMPDEST:
            writer.charge(GAS_JUMPDEST)
        elif opcode == op.GAS:
            writer.put(writer.read_gas())
        else:
            write_inline(writer, opcode)
        return pc + 1

    # Where to go on. An entry is a place that visits are counted at: where is_entry()
    # says so, where a jump leads, and behind a branch or a call.

    def _go(self, entry: int) -> int | None:
        """Go on at an entry, if the path has not met it and it is warm."""
        if entry == self._start:
            self._writer.repeat()
            return None
        if not self._is_open(entry):
            self._writer.leave(entry)
            return None
        self._met.add(entry)
        return entry

    def _is_open(self, entry: int) -> bool:
        return entry not in self._met and self._program.is_warm(entry)

    def _jump(self, target: str) -> int | None:
        place = self._find_place(target)
        if place != _NOWHERE:
            return self._go(place)
        self._writer.jump(target)
        return None

    def _branch(self, target: str, condition: str, after: int) -> int | None:
        """Write JUMPI: one side stays in the path, the other leaves it.

        Visits of both sides are counted, so it is known which was taken more often.
        """
        writer, program = self._writer, self._program
        if is_literal(condition):
            return self._go(after) if condition == "0" else self._jump(target)
        place = self._find_place(target)
        if place == self._start:
            writer.repeat_if(condition)
            return self._go(after)
        more_often = program.visits(place) > program.visits(after)
        if place != _NOWHERE and more_often and self._is_open(place):
            writer.leave_unless(condition, after)
            return self._go(place)
        writer.leave_if(condition, target)
        return self._go(after)

    def _find_place(self, target: str) -> int:
        """Return a jump destination that is known while the path is written."""
        if is_literal(target) and int(target) in self._program.destinations:
            return int(target)
        return _NOWHERE
