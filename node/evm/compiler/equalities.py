"""Which operations need no code: their result is a literal, or one of their operands.

In: an opcode, its operands, what is known of them. Out: a value that equals the result,
or None. Examples: ADD of "2" and "3" is "5"; ADD of "made4" and "0" is "made4"; LT of a
value below 32 and of "64" is "1".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from eth.vm import opcode_values as op

from node.evm.compiler.expressions import express_by_template
from node.evm.compiler.ranges import Operands, RangeOf, is_literal
from node.evm.templates import NAMES, TEMPLATES


def compute(opcode: int, operands: Operands) -> str | None:
    """Return what an operation on literals gives."""
    function = _FUNCTIONS.get(opcode)
    if function is None or not all(map(is_literal, operands)):
        return None
    return str(function(*map(int, operands)))


def find_equal(opcode: int, operands: Operands, range_of: RangeOf) -> str | None:
    """Return a literal or an operand that equals what an operation gives."""
    rule = _EQUALS.get(opcode)
    return rule(operands[0], operands[-1], range_of) if rule else None


def _make_function(opcode: int) -> Callable[..., int]:
    """Make a function of a template that is one expression."""
    names = "xyz"[: TEMPLATES[opcode].takes]
    source = f"lambda {', '.join(names)}: {express_by_template(opcode, tuple(names))}"
    function: Callable[..., int] = eval(source, dict(NAMES))  # noqa: S307  # ours
    return function


_FUNCTIONS: Final = {
    opcode: _make_function(opcode)
    for opcode in range(op.ADD, op.SAR + 1)
    if opcode in TEMPLATES and opcode != op.EXP  # two steps, with gas
}

# x is on top of the stack, y deepest.


def _equal_sum(x: str, y: str, _range_of: RangeOf) -> str | None:
    return x if y == "0" else y if x == "0" else None


def _equal_difference(x: str, y: str, _range_of: RangeOf) -> str | None:
    return "0" if x == y else x if y == "0" else None


def _equal_product(x: str, y: str, _range_of: RangeOf) -> str | None:
    if "0" in (x, y):
        return "0"
    return x if y == "1" else y if x == "1" else None


def _equal_remainder(x: str, y: str, range_of: RangeOf) -> str | None:
    return x if range_of(x).most < range_of(y).least else None


def _equal_less(x: str, y: str, range_of: RangeOf) -> str | None:
    if range_of(x).most < range_of(y).least:
        return "1"
    return "0" if x == y or range_of(x).least >= range_of(y).most else None


def _equal_sameness(x: str, y: str, range_of: RangeOf) -> str | None:
    if x == y:
        return "1"
    one, other = range_of(x), range_of(y)
    return "0" if one.most < other.least or other.most < one.least else None


def _equal_zero(x: str, _y: str, range_of: RangeOf) -> str | None:
    return "0" if range_of(x).least > 0 else None


def _equal_conjunction(x: str, y: str, range_of: RangeOf) -> str | None:
    if "0" in (x, y):
        return "0"
    for mask, value in ((x, y), (y, x)):
        # a literal of ones in its lowest bits
        is_low_bits = is_literal(mask) and int(mask) & (int(mask) + 1) == 0
        if is_low_bits and range_of(value).most <= int(mask):
            return value
    return None


def _equal_exclusive(x: str, y: str, range_of: RangeOf) -> str | None:
    return "0" if x == y else _equal_sum(x, y, range_of)


def _equal_shifted(x: str, y: str, _range_of: RangeOf) -> str | None:
    return y if x == "0" else None


_EQUALS: Final[dict[int, Callable[[str, str, RangeOf], str | None]]] = {
    op.ADD: _equal_sum,
    op.MUL: _equal_product,
    op.SUB: _equal_difference,
    op.MOD: _equal_remainder,
    op.LT: _equal_less,
    op.GT: lambda x, y, range_of: _equal_less(y, x, range_of),
    op.EQ: _equal_sameness,
    op.ISZERO: _equal_zero,
    op.AND: _equal_conjunction,
    op.OR: _equal_sum,
    op.XOR: _equal_exclusive,
    op.SHL: _equal_shifted,
    op.SHR: _equal_shifted,
}
