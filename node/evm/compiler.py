"""Turn straight runs of bytecode into Python functions.

An interpreter in Python pays for every opcode: look it up, call it, pop, push, meter
gas. A basic block has one entry and one exit, so its gas and its stack bounds are
checked once, at the entry, and its stack traffic becomes local variables.

Charging a block's constant gas at its entry is safe because nothing inside can see the
difference: GAS knows what the rest of its block was charged, opcodes that halt or reach
outside the frame have no template and end the block, and every exceptional halt burns
all gas of the frame and undoes its effects, whichever opcode it is due to.

A compiled block is `f(c, s, m, g, d) -> (pc, g)`: computation, stack (integers, top
last), memory (a bytearray of whole words), gas left, call data. `a1, a2...` are what
was on the stack at entry, from the top down; `t1, t2...` are results.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from node.evm.opcodes import (
    CHEAP_GAS,
    DUP1,
    DUP16,
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
    SWAP1,
    SWAP16,
    TEMPLATES,
)

Block = Callable[[Any, list[int], bytearray, int, bytes], tuple[int, int]]

STACK_LIMIT = 1_024
MAX_OPCODES = 256  # longer runs are cut: compiling stays proportional to running
_HOT = 32  # visits that a block runs uncompiled: compiling costs as much as ten
_PROGRAMS = 256  # contracts whose compiled blocks are kept
_CHARGED = "CHARGED"  # stands for a whole block's gas, known when it is written
_ARGUMENT = re.compile(r"\ba\d+\b")
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
        self._visits: dict[int, int] = {}

    def is_native(self, pc: int) -> bool:
        """Say whether the opcode at `pc` can be compiled."""
        return pc < len(self.code) and self.code[pc] in _NATIVE

    def is_hot(self, start: int) -> bool:
        """Count a visit to the block at `start`, and say whether it pays to compile."""
        visits = self._visits.get(start, 0) + 1
        self._visits[start] = visits
        return visits > _HOT

    def compile(self, start: int) -> None:
        """Compile the block at `start`, whose first opcode is native."""
        source = _Writer(self).write(start)
        names = {"J": self.destinations, **NAMES}
        # The source is made of templates and integers only, never of text from outside.
        exec(source, names)  # noqa: S102
        self.blocks[start] = names["block"]


@lru_cache(_PROGRAMS)
def read_program(code: bytes) -> Program:
    """Return the program of a contract, the same one for the same code."""
    return Program(code)


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


class _Writer:
    """Write one block, with the stack as a list of names and literals."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._lines: list[str] = []
        self._stack: list[str] = []
        self._depth = 0  # how many values of the real stack are taken
        self._highest = 0  # how far the stack ever rises above its height at entry
        self._results = 0
        self._gas = 0

    def write(self, start: int) -> str:
        """Return the source of the block at `start`."""
        code = self._program.code
        pc = start
        for _ in range(MAX_OPCODES):
            if not self._program.is_native(pc):
                break
            opcode = code[pc]
            if opcode in (JUMP, JUMPI):
                return self._source(self._jump(opcode, pc))
            if pc != start and begins_block(code, pc):
                break
            pc = self._step(opcode, pc)
        return self._source((f"return {pc}, g",))

    def _step(self, opcode: int, pc: int) -> int:
        """Write one opcode; returns the next one's position."""
        if PUSH0 <= opcode <= PUSH32:
            size = opcode - PUSH0
            literal = self._program.code[pc + 1 : pc + 1 + size].ljust(size, b"\0")
            self._push(str(int.from_bytes(literal, "big")))
            self._gas += STACK_GAS if size else CHEAP_GAS
            return pc + 1 + size
        if opcode <= DUP16 and opcode >= DUP1:
            self._push(self._peek(opcode - DUP1 + 1))
            self._gas += STACK_GAS
        elif opcode <= SWAP16 and opcode >= SWAP1:
            self._swap(opcode - SWAP1 + 2)
            self._gas += STACK_GAS
        elif opcode == PC:
            self._push(str(pc))
            self._gas += CHEAP_GAS
        elif opcode == JUMPDEST:
            self._gas += JUMPDEST_GAS
        elif opcode == GAS:
            self._gas += CHEAP_GAS
            self._results += 1
            self._lines.append(f"t{self._results} = g + {_CHARGED} - {self._gas}")
            self._push(f"t{self._results}")
        else:
            self._apply(opcode)
        return pc + 1

    def _apply(self, opcode: int) -> None:
        template = TEMPLATES[opcode]
        operands = [self._pop() for _ in range(template.takes)]
        fields = dict(zip("xyz", operands, strict=False))
        if template.gives:
            self._results += 1
            fields["v"] = f"t{self._results}"
        self._lines += [line.format(**fields) for line in template.lines]
        self._gas += template.gas
        if template.gives:
            self._push(fields["v"])

    def _jump(self, opcode: int, pc: int) -> tuple[str, ...]:
        target = self._pop()
        if opcode == JUMP:
            self._gas += JUMP_GAS
            return (*self._check(target), f"return {target}, g")
        condition = self._pop()
        self._gas += JUMPI_GAS
        taken = tuple(f" {line}" for line in self._check(target))
        return (
            f"if {condition}:",
            *taken,
            f" return {target}, g",
            f"return {pc + 1}, g",
        )

    def _check(self, target: str) -> tuple[str, ...]:
        if target.isdigit() and int(target) in self._program.destinations:
            return ()
        return (f"if {target} not in J: raise InvalidJumpDestination('jump')",)

    def _source(self, exit_lines: tuple[str, ...]) -> str:
        body = [*self._lines, *self._write_back(), *exit_lines]
        used = set(_ARGUMENT.findall("\n".join(body)))
        loads = [f"{name} = s[-{name[1:]}]" for name in sorted(used)]
        lines = ["def block(c, s, m, g, d):", *self._entry(), *loads, *body]
        return "\n ".join(lines).replace(_CHARGED, str(self._gas))

    def _entry(self) -> list[str]:
        checks = [f"g -= {self._gas}", "if g < 0: raise OutOfGas('block')"]
        if self._depth:
            checks.append(
                f"if len(s) < {self._depth}: raise InsufficientStack('block')"
            )
        if self._highest > 0:
            room = STACK_LIMIT - self._highest
            checks.append(f"if len(s) > {room}: raise FullStack('block')")
        return checks

    def _write_back(self) -> list[str]:
        """Write what changed of the real stack, from the deepest change up."""
        kept = 0
        while kept < min(self._depth, len(self._stack)) and (
            self._stack[kept] == f"a{self._depth - kept}"
        ):
            kept += 1
        removed, values = self._depth - kept, self._stack[kept:]
        if removed and values:
            return [f"s[-{removed}:] = ({', '.join(values)},)"]
        if removed:
            return [f"del s[-{removed}:]"]
        if len(values) == 1:
            return [f"s.append({values[0]})"]
        return [f"s += ({', '.join(values)},)"] if values else []

    def _push(self, name: str) -> None:
        self._stack.append(name)
        self._highest = max(self._highest, len(self._stack) - self._depth)

    def _pop(self) -> str:
        self._reach(1)
        return self._stack.pop()

    def _peek(self, position: int) -> str:
        self._reach(position)
        return self._stack[-position]

    def _swap(self, position: int) -> None:
        self._reach(position)
        stack = self._stack
        stack[-1], stack[-position] = stack[-position], stack[-1]

    def _reach(self, position: int) -> None:
        """Take values from the real stack until there are so many."""
        while len(self._stack) < position:
            self._depth += 1
            self._stack.insert(0, f"a{self._depth}")
