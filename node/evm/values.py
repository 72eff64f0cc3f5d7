"""What is known of the values on one path through a program, before it runs.

Bounds come from how a value is computed, and from branches that the path has passed: it
goes on only where a condition held, or did not.
"""

from __future__ import annotations

from typing import Final

from node.evm import opcodes as op
from node.evm.algebra import (
    ANY,
    Known,
    Operands,
    compute,
    express,
    find_equal,
    is_shift,
)

_COMPARISONS: Final = {op.LT: "<", op.GT: ">", op.EQ: "=="}
_OPPOSITES: Final = {"<": ">=", ">": "<=", "==": "!="}
_LONG: Final = 120  # letters of a test; it doubles with each that is made of others
_DEPTH: Final = 4  # steps back to what a condition was made of


class Values:
    """All that is known of the values of one path."""

    def __init__(self) -> None:
        self._known: dict[str, Known] = {}
        self._tests: dict[str, tuple[str, str]] = {}
        self._origins: dict[str, tuple[int, Operands]] = {}

    def known(self, value: str) -> Known:
        """Return what a value is at least and at most."""
        if value.isdigit():
            return Known(int(value), int(value))
        return self._known.get(value, ANY)

    def sharpen(self, value: str) -> str:
        """Return a literal for a variable that can be one number only."""
        known = self.known(value)
        return str(known.least) if known.least == known.most else value

    def bound(self, name: str, known: Known) -> None:
        """Note what a new variable is at least and at most."""
        self._known[name] = known

    def find(self, opcode: int, operands: Operands) -> str | None:
        """Return a value that is there already and that an operation gives."""
        literal = compute(opcode, operands)
        if literal is not None:
            return literal
        equal = find_equal(opcode, operands, self.known)
        return equal or self._shifted_back(opcode, operands)

    def _shifted_back(self, opcode: int, operands: Operands) -> str | None:
        """See through a shift to the left and back that loses no bit."""
        if opcode != op.SHR or not is_shift(operands[0]):
            return None
        origin, before = self._origins.get(operands[1], (0, ()))
        if origin != op.SHL or before[0] != operands[0]:
            return None
        most = self.known(before[1]).most << int(before[0])
        return before[1] if most <= op.MASK else None

    def express(self, opcode: int, operands: Operands) -> tuple[str, Known]:
        """Return how a new value is computed, and what is known of it."""
        return express(opcode, operands, self.known)

    def note(self, name: str, opcode: int, operands: Operands) -> None:
        """Note what a new variable was computed from."""
        self._origins[name] = opcode, operands
        x, y = operands[0], operands[-1]
        if opcode in _COMPARISONS:
            sign = _COMPARISONS[opcode]
            self._tests[name] = f"{x} {sign} {y}", f"{x} {_OPPOSITES[sign]} {y}"
        elif opcode == op.ISZERO:
            self._tests[name] = self.test(x)[::-1]
        elif opcode in (op.XOR, op.SUB):
            self._tests[name] = f"{x} != {y}", f"{x} == {y}"
        elif opcode == op.OR:
            either = f"({self.test(x)[0]} or {self.test(y)[0]})"
            if len(either) <= _LONG:
                self._tests[name] = either, f"not {either}"

    def test(self, value: str) -> tuple[str, str]:
        """Return what tells that a value is not zero, and what tells that it is."""
        return self._tests.get(value, (value, f"not {value}"))

    def learn(self, value: str, *, is_true: bool, depth: int = _DEPTH) -> None:
        """Take in that a value was found to be zero, or not to be.

        depth: how far to look at what it was computed from.
        """
        opcode, operands = self._origins.get(value, (0, ()))
        if opcode == op.ISZERO and depth:
            self.learn(operands[0], is_true=not is_true, depth=depth - 1)
        elif opcode == op.OR and not is_true and depth:
            for each in operands:
                self.learn(each, is_true=False, depth=depth - 1)
        elif opcode in (op.LT, op.GT):
            x, y = operands if opcode == op.LT else operands[::-1]
            if is_true:
                self._order(x, y, 1)
            else:
                self._order(y, x, 0)
        elif is_true == (opcode == op.EQ) and opcode in (op.EQ, op.XOR, op.SUB):
            self._order(operands[0], operands[1], 0)
            self._order(operands[1], operands[0], 0)

    def _order(self, small: str, large: str, step: int) -> None:
        """Take in that one value is below another by at least a step."""
        low, high = self.known(small), self.known(large)
        if not small.isdigit():
            most = min(low.most, high.most - step)
            self._known[small] = Known(low.least, most)
        if not large.isdigit():
            least = max(high.least, low.least + step)
            self._known[large] = Known(least, high.most)
