"""One contract's code, its compiled paths, and whether another one pays.

Compiling a path costs as much as running its opcodes ten times or more. So a path is
compiled when it was begun often, and only for gas that was spent on this program's
opcodes while they were not compiled: whatever a program is made of, compiling it takes
a share of what running it took.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from eth.vm import opcode_values as op

from node.evm.templates import TEMPLATES

CompiledPath = Callable[[Any, list[int], bytearray, int, bytes], tuple[int, int]]
"""`path(computation, stack, memory, gas, calldata) -> (pc, gas)`, or a VMError."""

# What may be spent on compiling. "Measured" means by `python -m bench.compiling`.

MAX_PATH_OPCODES: Final = 512
"""Opcodes of one path. To write and compile so many ordinary ones takes 3 to 7 ms."""
_HOT_VISITS: Final = 4
"""Times that a path begins before it is compiled. Measured: in the end votes take the
same with 1 to 16. With 0 the first ones take a fifth more, because what runs once
(constructors) is compiled, too."""
_GAS_PER_LETTER: Final = 1
"""Gas that has to be spent uncompiled for each letter of source. Measured: to write and
to compile one takes a third of a microsecond. Programs made for the worst of it, those
of `python -m bench.gas_time paths`, take 2 to 32 ms a million gas; the worst other
use of gas takes 50 (`python -m bench.gas_time`)."""
_ADVANCE: Final = 20_000
"""Letters that have to be paid for before they are written: a path of 512 opcodes."""
_MAX_LETTERS: Final = 2**20
"""Of all paths of one program. Measured: those of the contract that takes votes have
320,000."""
_PLACE_BYTES: Final = 86
_PATH_BYTES: Final = 1_300
_LETTER_BYTES: Final = 2
"""Memory that each takes: a jump destination, or a place that a run began at; a path,
besides its source; a letter of that. Measured."""

_INLINE: Final = frozenset(
    {
        *(op.JUMP, op.JUMPI, op.JUMPDEST, op.PC, op.GAS),
        *range(op.PUSH0, op.PUSH32 + 1),
        *range(op.DUP1, op.SWAP16 + 1),
        *TEMPLATES,
    }
)
"""Opcodes whose Python is written into a path."""
_LENGTHS: Final = bytes(
    opcode - op.PUSH0 + 1 if op.PUSH1 <= opcode <= op.PUSH32 else 1
    for opcode in range(256)
)
"""Bytes that an opcode takes, with what it pushes."""


class Program:
    """Hold one contract's code, its jump destinations and its compiled paths.

    paths: by the position of their first opcode. spent: gas of opcodes that were run
    and not compiled; whoever runs them adds it.
    """

    def __init__(self, code: bytes) -> None:
        self.code = code
        self.destinations = _find_destinations(code)
        self.paths: dict[int, CompiledPath] = {}
        self.spent = 0
        self._visits: dict[int, int] = {}  # runs that began at a place
        self._letters = 0  # of the source of all paths

    def is_inline(self, pc: int) -> bool:
        """Say whether the opcode at `pc` is written into paths."""
        return pc < len(self.code) and self.code[pc] in _INLINE

    def count_visit(self, start: int) -> bool:
        """Count a run from `start` on, and say whether it pays now to compile."""
        visits = self._visits.get(start, 0) + 1
        self._visits[start] = visits
        return (
            visits > _HOT_VISITS
            and self.spent >= _GAS_PER_LETTER * (self._letters + _ADVANCE)
            and self._letters < _MAX_LETTERS
        )

    def is_warm(self, pc: int) -> bool:
        """Say whether a path that comes here goes on: half of hot is enough.

        What is not inline ends the path or is called, so nothing has to be compiled.
        """
        return not self.is_inline(pc) or self.visits(pc) >= _HOT_VISITS // 2

    def visits(self, start: int) -> int:
        """Return how often opcodes were run from `start` on without being compiled."""
        return self._visits.get(start, 0)

    def add(self, start: int, path: CompiledPath, letters: int) -> None:
        """Take a compiled path, whose source has so many letters."""
        self.paths[start] = path
        self._letters += letters

    @property
    def weight(self) -> int:
        """Reckon the bytes of memory that it takes."""
        places = _PLACE_BYTES * (len(self.destinations) + len(self._visits))
        paths = _PATH_BYTES * len(self.paths) + _LETTER_BYTES * self._letters
        return len(self.code) + places + paths


def is_entry(code: bytes, pc: int) -> bool:
    """Say whether others may jump here, so that uncompiled opcodes are run up to here.

    So visits are counted here, behind a jump and behind what is called: wherever the
    interpreter comes back to, a path may begin. A row of JUMPDESTs is one entry: each
    by itself costs one gas, and far more time. pc: not 0, where a run begins anyhow.
    """
    return code[pc] == op.JUMPDEST and code[pc - 1] != op.JUMPDEST


def _find_destinations(code: bytes) -> frozenset[int]:
    """Find the JUMPDESTs that are not inside the data of a PUSH (Yellow Paper, 9.4.3).

    Initcode is looked through, too, whose byte costs less than a tenth of a gas
    (EIP-3860: 2 for 32), so a step here must be short.
    """
    found, pc, size = [], 0, len(code)
    lengths, jumpdest = _LENGTHS, op.JUMPDEST  # locals are found sooner
    while pc < size:
        opcode = code[pc]
        if opcode == jumpdest:
            found.append(pc)
        pc += lengths[opcode]
    return frozenset(found)
