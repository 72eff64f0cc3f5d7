"""What is charged and checked at once, where a stretch of a path begins.

A stretch is left only at its end: by a branch, a call, or GAS. Until there it changes
nothing but the frame's own stack and memory. All its opcodes run, or one of them halts
exceptionally, which burns all gas of the frame and undoes its effects, whichever opcode
it is due to (Yellow Paper, 9.4.2). So nobody can tell whether gas, the height of the
stack and room in memory are checked at each opcode or at the first.

Example: what a stretch of DUP2, DUP2 and ADD begins with:

    gas -= 9
    if gas < 0: raise OutOfGas('stretch')
    if len(stack) < 2: raise InsufficientStack('stretch')
    if len(stack) > 1022: raise FullStack('stretch')
"""

from __future__ import annotations

from typing import Final

from node.evm.compiler.lines import Line

STACK_LIMIT: Final = 1_024  # words; Yellow Paper, 9.1


class Stretch:
    """One stretch, while it is written.

    line: where what is found out will stand, at the beginning.
    height: of the part of the real stack that is known by name there.
    assured: how far above the real stack there is room, as was found before.
    """

    def __init__(self, line: Line, height: int, assured: int) -> None:
        self.gas = 0
        self.taken = 0  # how many values below that height were asked for
        self.highest = assured  # how far the stack rises above the real one
        self.reserving: Line | None = None  # where memory is reserved, if it was
        self._line = line
        self._height = height
        self._assured = assured

    def close(self) -> None:
        """Write down what was found out."""
        lines = []
        if self.gas:
            lines += [f"gas -= {self.gas}", "if gas < 0: raise OutOfGas('stretch')"]
        if self.taken:
            needed = self._height + self.taken
            lines.append(
                f"if len(stack) < {needed}: raise InsufficientStack('stretch')"
            )
        if self.highest > self._assured:
            room = STACK_LIMIT - self.highest
            lines.append(f"if len(stack) > {room}: raise FullStack('stretch')")
        self._line.text = "\n".join(lines)
