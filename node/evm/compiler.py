"""Turn hot paths of bytecode into Python functions.

An interpreter in Python pays for every opcode: look it up, call it, pop, push, meter
gas. `node/evm/writer.py` says what a function of a whole path saves; here stands which
paths are worth it, and how much may be spent on them.

A compiled path is `f(c, s, m, g, d) -> (pc, g)`: computation, stack (integers, top
last), memory (a bytearray of whole words), gas left, call data.

Compiling costs as much as running the same opcodes ten times or more. So a path is
compiled when it was begun often, and only for gas that was spent on this program's
opcodes while they were not compiled: whatever a program is made of, compiling it takes
a share of what running it took.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from node.evm.apply import apply
from node.evm.opcodes import (
    CHEAP_GAS,
    DUP1,
    DUP16,
    FOREIGN,
    GAS,
    JUMP,
    JUMP_GAS,
    JUMPDEST,
    JUMPDEST_GAS,
    JUMPI,
    JUMPI_GAS,
    NAMES,
    PC,
    PUSH0,
    PUSH32,
    STACK_GAS,
    STOP,
    SWAP1,
    SWAP16,
    TEMPLATES,
)
from node.evm.writer import Writer

Block = Callable[[Any, list[int], bytearray, int, bytes], tuple[int, int]]

MAX_OPCODES = 256  # of a run that is not compiled
MAX_PATH = 512  # opcodes
_HOT = 4  # times that a path begins before it is compiled
_PRICE = 32  # gas spent uncompiled for each line that is compiled
_MOST = 32_768  # lines of one program, which may have as many opcodes
_PROGRAMS = 256  # contracts whose compiled paths are kept
_KEPT = 64 * 2**20  # bytes that they may take in all, as `Program.weight` reckons
_DESTINATION, _LINE = 80, 140  # bytes of memory that each takes, measured
_NATIVE = frozenset(
    {
        JUMP,
        JUMPI,
        JUMPDEST,
        PC,
        GAS,
        *range(PUSH0, PUSH32 + 1),
        *range(DUP1, SWAP16 + 1),
        *TEMPLATES,
    }
)
# Bytes that an opcode takes, with what it pushes.
_LENGTHS = bytes(max(1, op - PUSH0 + 1) if op <= PUSH32 else 1 for op in range(256))


class Program:
    """Hold one contract's code, its jump destinations and its compiled blocks."""

    def __init__(self, code: bytes) -> None:
        self.code = code
        self.destinations = _destinations(code)
        self.blocks: dict[int, Block] = {}
        self.spent = 0  # gas of opcodes that were run and not compiled
        self._visits: dict[int, int] = {}
        self._lines = 0  # of all that was compiled

    def is_native(self, pc: int) -> bool:
        """Say whether the opcode at `pc` can be compiled."""
        return pc < len(self.code) and self.code[pc] in _NATIVE

    def is_hot(self, start: int) -> bool:
        """Count a visit to `start`, and say whether it pays to compile from there."""
        visits = self._visits.get(start, 0) + 1
        self._visits[start] = visits
        return (
            visits > _HOT
            and self.spent >= _PRICE * (self._lines + MAX_PATH)
            and self._lines < _MOST
        )

    def visits(self, start: int) -> int:
        """Return how often the block at `start` was begun without being compiled."""
        return self._visits.get(start, 0)

    def compile(self, start: int) -> None:
        """Compile the path from `start`, whose first opcode is native."""
        source = _Path(self, start).write()
        names = {"J": self.destinations, **NAMES}
        # The source is made of templates and integers only, never of text from outside.
        exec(source, names)  # noqa: S102
        self.blocks[start] = names["block"]
        self._lines += source.count("\n")
        read_program.trim()

    @property
    def weight(self) -> int:
        """Reckon the bytes of memory that it takes."""
        places = _DESTINATION * len(self.destinations)
        return len(self.code) + places + _LINE * self._lines


class _Programs:
    """Keep the programs that were used last, as many as may be and memory allows.

    Code costs little gas, and its jump destinations many times its bytes: a count alone
    bounds nothing.
    """

    def __init__(self) -> None:
        self._kept: dict[bytes, Program] = {}  # what was used last is last

    def __call__(self, code: bytes) -> Program:
        """Return the program of a contract, the same one for the same code."""
        program = self._kept.pop(code, None)
        if program is not None:
            self._kept[code] = program
            return program
        program = self._kept[code] = Program(code)
        self.trim()
        return program

    def trim(self) -> None:
        """Let go of what was used longest ago, where it is too much."""
        total = sum(each.weight for each in self._kept.values())
        while len(self._kept) > 1 and (len(self._kept) > _PROGRAMS or total > _KEPT):
            total -= self._kept.pop(next(iter(self._kept))).weight

    def cache_clear(self) -> None:
        """Forget all."""
        self._kept.clear()


read_program = _Programs()


def _destinations(code: bytes) -> frozenset[int]:
    """Find the JUMPDESTs that are not inside the data of a PUSH."""
    found, pc, size, lengths = [], 0, len(code), _LENGTHS
    while pc < size:  # of initcode, whose byte costs less than a tenth of a gas
        opcode = code[pc]
        if opcode == JUMPDEST:
            found.append(pc)
        pc += lengths[opcode]
    return frozenset(found)


def begins_block(code: bytes, pc: int) -> bool:
    """Say whether a block ends before this opcode, because others may jump to it.

    A row of JUMPDESTs is one block: each by itself costs one gas, and far more time.
    """
    return code[pc] == JUMPDEST and code[pc - 1] != JUMPDEST


class _Path:
    """Choose the way through a program that is written as one function.

    From where it begins it goes on through jumps to known places, past branches on the
    side that was taken more often, and through calls, for as long as all that it meets
    is warm itself.
    """

    def __init__(self, program: Program, start: int) -> None:
        self._program = program
        self._start = start
        self._met = {start}
        self._writer = Writer(program.code, program.destinations)
        self._opcodes = 0

    def write(self) -> str:
        """Return the source of the path."""
        pc: int | None = self._start
        while pc is not None:
            if self._opcodes == MAX_PATH:
                self._writer.leave(pc)
                break
            self._opcodes += 1
            pc = self._step(pc)
        return self._writer.source()

    def _step(self, pc: int) -> int | None:
        """Write the opcode at `pc`; returns where the path goes on, None at its end."""
        program, writer = self._program, self._writer
        if not program.is_native(pc):
            return self._leave_native(pc)
        opcode = program.code[pc]
        if opcode == JUMP:
            writer.charge(JUMP_GAS)
            return self._jump(writer.pop())
        if opcode == JUMPI:
            writer.charge(JUMPI_GAS)
            target, condition = writer.pop(), writer.values.sharpen(writer.pop())
            return self._branch(target, condition, pc + 1)
        after = self._move(opcode, pc)
        if after < len(program.code) and begins_block(program.code, after):
            return self._go(after)
        return after

    def _leave_native(self, pc: int) -> int | None:
        program = self._program
        opcode = program.code[pc] if pc < len(program.code) else STOP
        if opcode not in FOREIGN:
            self._writer.leave(pc)
            return None
        self._writer.call(opcode)
        return self._go(pc + 1)

    def _move(self, opcode: int, pc: int) -> int:
        """Write an opcode that does not jump; returns the next one's position."""
        writer = self._writer
        if PUSH0 <= opcode <= PUSH32:
            size = opcode - PUSH0
            literal = self._program.code[pc + 1 : pc + 1 + size].ljust(size, b"\0")
            writer.charge(STACK_GAS if size else CHEAP_GAS)
            writer.put(str(int.from_bytes(literal, "big")))
            return pc + 1 + size
        if DUP1 <= opcode <= SWAP16:
            self._shuffle(opcode)
        elif opcode == PC:
            writer.charge(CHEAP_GAS)
            writer.put(str(pc))
        elif opcode == JUMPDEST:
            writer.charge(JUMPDEST_GAS)
        elif opcode == GAS:
            writer.put(writer.read_gas())
        else:
            apply(writer, opcode)
        return pc + 1

    def _shuffle(self, opcode: int) -> None:
        self._writer.charge(STACK_GAS)
        if opcode <= DUP16:
            self._writer.duplicate(opcode - DUP1 + 1)
        else:
            self._writer.swap(opcode - SWAP1 + 2)

    def _go(self, pc: int) -> int | None:
        """Go on at a place where a block begins, if the path has not met it."""
        if pc == self._start:
            self._writer.repeat()
            return None
        if not self._is_open(pc):
            self._writer.leave(pc)
            return None
        self._met.add(pc)
        return pc

    def _is_open(self, pc: int) -> bool:
        program = self._program
        return pc not in self._met and (
            not program.is_native(pc) or program.visits(pc) >= _HOT // 2
        )

    def _jump(self, target: str) -> int | None:
        if target.isdigit() and int(target) in self._program.destinations:
            return self._go(int(target))
        self._writer.jump(target)
        return None

    def _branch(self, target: str, condition: str, after: int) -> int | None:
        writer, program = self._writer, self._program
        if condition.isdigit():
            return self._go(after) if condition == "0" else self._jump(target)
        place = int(target) if target.isdigit() else -1
        is_known = place in program.destinations
        if is_known and place == self._start:
            writer.repeat_if(condition)
            return self._go(after)
        more_often = program.visits(place) > program.visits(after)
        if is_known and more_often and self._is_open(place):
            writer.leave_unless(condition, after)
            return self._go(place)
        writer.leave_if(condition, target)
        return self._go(after)
