"""What is known of the values on one path: ranges, origins, and how each is tested.

A range comes from how a value is computed, and from the branches that the path has
passed: it goes on only where a condition held, or did not. Example: after `LT made1 32,
ISZERO, JUMPI` that was not taken, made1 is at most 31, so `made1 << 5` cannot leave a
word.

Nothing is ever forgotten here: a variable is set once, so what is true of it stays true
to the end of the path. A path that repeats sets it anew in each round, in the same
order: what is written below a branch relies on what that branch told in this round.
"""

from __future__ import annotations

from typing import Final

from eth.vm import opcode_values as op

from node.evm.arithmetic import MASK
from node.evm.compiler.equalities import compute, find_equal
from node.evm.compiler.expressions import express
from node.evm.compiler.ranges import (
    ANY_WORD,
    Operands,
    Range,
    is_literal,
    is_shift,
)

_COMPARISONS: Final = {op.LT: "<", op.GT: ">", op.EQ: "=="}
_OPPOSITES: Final = {"<": ">=", ">": "<=", "==": "!="}
_MAX_TEST_LETTERS: Final = 160
"""A test of ORs holds the tests of both sides, so a chain of n ORs could be 2^n long.

Contracts join two or three comparisons: `(made1 < 64 or made1 > made2)` has 32 letters.
"""
_MAX_STEPS_BACK: Final = 4
"""How many operations back a condition is followed, so a branch costs a few look-ups.

Contracts negate a comparison once or twice, and join a few by OR.
"""


class Values:
    """All that is known of the values of one path."""

    def __init__(self) -> None:
        self._ranges: dict[str, Range] = {}
        self._tests: dict[str, tuple[str, str]] = {}  # what `tests_of` returns
        self._origins: dict[str, tuple[int, Operands]] = {}  # opcode, operands

    def range_of(self, value: str) -> Range:
        """Return what a value is at least and at most."""
        if is_literal(value):
            return Range(int(value), int(value))
        return self._ranges.get(value, ANY_WORD)

    def set_range(self, name: str, known: Range) -> None:
        """Note what a new variable is at least and at most."""
        self._ranges[name] = known

    def sharpen(self, value: str) -> str:
        """Return a literal for a variable that can be one number only."""
        known = self.range_of(value)
        return str(known.least) if known.least == known.most else value

    def find_equal(self, opcode: int, operands: Operands) -> str | None:
        """Return a value that is there already and that an operation gives."""
        literal = compute(opcode, operands)
        if literal is not None:
            return literal
        equal = find_equal(opcode, operands, self.range_of)
        return equal or self._undo_shift(opcode, operands)

    def _undo_shift(self, opcode: int, operands: Operands) -> str | None:
        """See through a shift to the left and back that loses no bit."""
        if opcode != op.SHR or not is_shift(operands[0]):
            return None
        origin, before = self._origins.get(operands[1], (0, ()))
        if origin != op.SHL or before[0] != operands[0]:
            return None
        most = self.range_of(before[1]).most << int(before[0])
        return before[1] if most <= MASK else None

    def express(self, opcode: int, operands: Operands) -> tuple[str, Range]:
        """Return how a new value is computed, and what is known of it."""
        return express(opcode, operands, self.range_of)

    def note_origin(self, name: str, opcode: int, operands: Operands) -> None:
        """Note what a new variable was computed from, and by what it is tested."""
        self._origins[name] = opcode, operands
        x, y = operands[0], operands[-1]
        if opcode in _COMPARISONS:
            sign = _COMPARISONS[opcode]
            self._tests[name] = f"{x} {sign} {y}", f"{x} {_OPPOSITES[sign]} {y}"
        elif opcode == op.ISZERO:
            self._tests[name] = self.tests_of(x)[::-1]
        elif opcode in (op.XOR, op.SUB):
            self._tests[name] = f"{x} != {y}", f"{x} == {y}"
        elif opcode == op.OR:
            either = f"({self.tests_of(x)[0]} or {self.tests_of(y)[0]})"
            if len(either) <= _MAX_TEST_LETTERS:
                self._tests[name] = either, f"not {either}"

    def tests_of(self, value: str) -> tuple[str, str]:
        """Return what tells that a value is not zero, and what tells that it is."""
        return self._tests.get(value, (value, f"not {value}"))

    def learn(
        self, value: str, *, is_true: bool, steps_back: int = _MAX_STEPS_BACK
    ) -> None:
        """Take in that a value was found to be zero, or not to be.

        steps_back: how far to look at what it was computed from.
        """
        opcode, operands = self._origins.get(value, (0, ()))
        if opcode == op.ISZERO and steps_back:
            self.learn(operands[0], is_true=not is_true, steps_back=steps_back - 1)
        elif opcode == op.OR and not is_true and steps_back:
            for each in operands:
                self.learn(each, is_true=False, steps_back=steps_back - 1)
        elif opcode in (op.LT, op.GT):
            x, y = operands if opcode == op.LT else operands[::-1]
            if is_true:  # x < y
                self._order(x, y, 1)
            else:  # y <= x
                self._order(y, x, 0)
        elif is_true == (opcode == op.EQ) and opcode in (op.EQ, op.XOR, op.SUB):
            self._order(operands[0], operands[1], 0)  # both are the same
            self._order(operands[1], operands[0], 0)

    def _order(self, small: str, large: str, step: int) -> None:
        """Take in that one value is below another by at least a step."""
        low, high = self.range_of(small), self.range_of(large)
        if not is_literal(small):
            most = min(low.most, high.most - step)
            self._ranges[small] = Range(low.least, most)
        if not is_literal(large):
            least = max(high.least, low.least + step)
            self._ranges[large] = Range(least, high.most)
