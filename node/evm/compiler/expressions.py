"""How an operation is written as Python, and what is known of its result.

In: an opcode, its operands, what is known of them. Out: an expression, and the range of
what it gives. Example: ADD of two values below 2^32 is `made1 + made2`, below 2^33: it
cannot leave a word, so `& MASK` is left out. Where no rule is that good, the template
is taken as it stands, which is right for any operands.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from eth.vm import opcode_values as op

from node.evm.arithmetic import MASK
from node.evm.compiler.ranges import (
    ANY_WORD,
    BIT,
    Operands,
    Range,
    RangeOf,
    is_shift,
)
from node.evm.templates import TEMPLATES

_Expression = tuple[str, Range]


def express(opcode: int, operands: Operands, range_of: RangeOf) -> _Expression:
    """Return how an operation is computed, and what is known of its result."""
    rule = _EXPRESSIONS.get(opcode)
    shorter = rule(operands, range_of) if rule else None
    if shorter is not None:
        return shorter
    return express_by_template(opcode, operands), _RANGES.get(opcode, ANY_WORD)


def express_by_template(opcode: int, operands: Operands) -> str:
    """Fill in an opcode's template, whose one line is `{v} = ` and an expression."""
    fields: dict[str, Any] = dict(zip("xyz", operands, strict=False)) | {"v": "v"}
    return TEMPLATES[opcode].lines[0].format(**fields).split(" = ", 1)[1]


# Rules: None where the result may leave a word, or the divisor may be zero.


def _sum(operands: Operands, range_of: RangeOf) -> _Expression | None:
    x, y = map(range_of, operands)
    known = Range(x.least + y.least, x.most + y.most)
    return (" + ".join(operands), known) if known.most <= MASK else None


def _product(operands: Operands, range_of: RangeOf) -> _Expression | None:
    x, y = map(range_of, operands)
    known = Range(x.least * y.least, x.most * y.most)
    return (" * ".join(operands), known) if known.most <= MASK else None


def _difference(operands: Operands, range_of: RangeOf) -> _Expression | None:
    x, y = map(range_of, operands)
    known = Range(x.least - y.most, x.most - y.least)
    return (" - ".join(operands), known) if known.least >= 0 else None


def _quotient(operands: Operands, range_of: RangeOf) -> _Expression | None:
    x, y = map(range_of, operands)
    return (" // ".join(operands), Range(0, x.most)) if y.least > 0 else None


def _remainder(operands: Operands, range_of: RangeOf) -> _Expression | None:
    _, y = map(range_of, operands)
    return (" % ".join(operands), Range(0, y.most - 1)) if y.least > 0 else None


def _modular(sign: str) -> Callable[[Operands, RangeOf], _Expression | None]:
    def express_it(operands: Operands, range_of: RangeOf) -> _Expression | None:
        x, y, modulus = operands
        known = range_of(modulus)
        expression = f"({x} {sign} {y}) % {modulus}"
        return (expression, Range(0, known.most - 1)) if known.least > 0 else None

    return express_it


def _conjunction(operands: Operands, range_of: RangeOf) -> _Expression:
    x, y = map(range_of, operands)
    return " & ".join(operands), Range(0, min(x.most, y.most))


def _disjunction(operands: Operands, range_of: RangeOf) -> _Expression:
    x, y = map(range_of, operands)
    bits = max(x.most, y.most).bit_length()
    return " | ".join(operands), Range(max(x.least, y.least), (1 << bits) - 1)


def _shift_left(operands: Operands, range_of: RangeOf) -> _Expression | None:
    shift, value = operands
    if not is_shift(shift):
        return None
    known, bits = range_of(value), int(shift)
    if known.most << bits > MASK:
        return f"({value} << {shift}) & MASK", ANY_WORD
    return f"{value} << {shift}", Range(known.least << bits, known.most << bits)


def _shift_right(operands: Operands, range_of: RangeOf) -> _Expression | None:
    shift, value = operands
    if not is_shift(shift):
        return None
    known, bits = range_of(value), int(shift)
    return f"{value} >> {shift}", Range(known.least >> bits, known.most >> bits)


_EXPRESSIONS: Final[dict[int, Callable[[Operands, RangeOf], _Expression | None]]] = {
    op.ADD: _sum,
    op.MUL: _product,
    op.SUB: _difference,
    op.DIV: _quotient,
    op.MOD: _remainder,
    op.ADDMOD: _modular("+"),
    op.MULMOD: _modular("*"),
    op.AND: _conjunction,
    op.OR: _disjunction,
    op.SHL: _shift_left,
    op.SHR: _shift_right,
}
_RANGES: Final = {op.BYTE: Range(0, 255)} | dict.fromkeys(
    (op.LT, op.GT, op.SLT, op.SGT, op.EQ, op.ISZERO), BIT
)
