"""The programs that are kept, and how one of their paths is compiled.

Code costs little gas, and its jump destinations take many times its bytes, as do
compiled paths: a count alone would bound nothing, so what programs weigh is reckoned.
"""

from __future__ import annotations

from typing import Any, Final

from node.evm.compiler.path import write_path
from node.evm.compiler.program import Program
from node.evm.templates import NAMES

_MAX_PROGRAMS: Final = 256
_MAX_BYTES: Final = 64 * 2**20


class _Programs:
    """Keep the programs that were used last, as many as may be and memory allows."""

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
        kept = self._kept
        total = sum(each.weight for each in kept.values())
        while len(kept) > 1 and (len(kept) > _MAX_PROGRAMS or total > _MAX_BYTES):
            total -= kept.pop(next(iter(kept))).weight

    def cache_clear(self) -> None:
        """Forget all."""
        self._kept.clear()


read_program: Final = _Programs()


def compile_path(program: Program, start: int) -> None:
    """Compile the path from `start`, whose first opcode is inline."""
    source = write_path(program, start)
    names: dict[str, Any] = {"jump_destinations": program.destinations, **NAMES}
    # The source is made of templates and integers only, never of text from outside.
    exec(source, names)  # noqa: S102
    program.add(start, names["path"], len(source))
    read_program.trim()
