"""What an operation gives, by what is known of its operands, before a program runs.

A value is written as Python: a literal, or the name of a variable that never changes.
Operations on literals are done here, by the same templates that run them later. A sum
that cannot reach 2^256 is not cut to a word; a comparison that can have one answer only
is that answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from node.evm import opcodes as op


@dataclass(frozen=True, slots=True)
class Known:
    """What a value is at least and at most."""

    least: int = 0
    most: int = op.MASK


ANY: Final = Known()
BIT: Final = Known(0, 1)

Look = Callable[[str], Known]
"""Tells what is known of a value."""
Operands = tuple[str, ...]


def is_shift(value: str) -> bool:
    """Say whether a value is a literal that shifts less than a word away."""
    return value.isdigit() and int(value) < op.MASK.bit_length()


def compute(opcode: int, operands: Operands) -> str | None:
    """Return what an operation on literals gives."""
    function = _FUNCTIONS.get(opcode)
    if function is None or not all(map(str.isdigit, operands)):
        return None
    return str(function(*map(int, operands)))


def find_equal(opcode: int, operands: Operands, look: Look) -> str | None:
    """Return a literal or an operand that equals what an operation gives."""
    rule = _EQUALS.get(opcode)
    return rule(operands[0], operands[-1], look) if rule else None


def express(opcode: int, operands: Operands, look: Look) -> tuple[str, Known]:
    """Return how an operation is computed, and what is known of its result."""
    rule = _EXPRESSIONS.get(opcode)
    shorter = rule(operands, look) if rule else None
    return shorter or (_by_template(opcode, operands), _RANGES.get(opcode, ANY))


def _by_template(opcode: int, operands: Operands) -> str:
    fields: dict[str, Any] = dict(zip("xyz", operands, strict=False)) | {"v": "v"}
    return op.TEMPLATES[opcode].lines[0].format(**fields).split(" = ", 1)[1]


def _function(opcode: int) -> Callable[..., int]:
    """Make a function of a template that is one expression."""
    names = "xyz"[: op.TEMPLATES[opcode].takes]
    source = f"lambda {', '.join(names)}: {_by_template(opcode, tuple(names))}"
    function: Callable[..., int] = eval(source, dict(op.NAMES))  # noqa: S307  # ours
    return function


_FUNCTIONS: Final = {
    opcode: _function(opcode)
    for opcode in range(op.ADD, op.SAR + 1)
    if opcode in op.TEMPLATES and opcode != op.EXP  # whose gas is not constant
}

# What equals a literal or an operand; x is on top of the stack, y deepest.


def _equal_sum(x: str, y: str, _look: Look) -> str | None:
    return x if y == "0" else y if x == "0" else None


def _equal_difference(x: str, y: str, _look: Look) -> str | None:
    return "0" if x == y else x if y == "0" else None


def _equal_product(x: str, y: str, _look: Look) -> str | None:
    if "0" in (x, y):
        return "0"
    return x if y == "1" else y if x == "1" else None


def _equal_rest(x: str, y: str, look: Look) -> str | None:
    return x if look(x).most < look(y).least else None


def _equal_less(x: str, y: str, look: Look) -> str | None:
    if look(x).most < look(y).least:
        return "1"
    return "0" if x == y or look(x).least >= look(y).most else None


def _equal_sameness(x: str, y: str, look: Look) -> str | None:
    if x == y:
        return "1"
    apart = look(x).most < look(y).least or look(y).most < look(x).least
    return "0" if apart else None


def _equal_zero(x: str, _y: str, look: Look) -> str | None:
    return "0" if look(x).least > 0 else None


def _equal_masked(x: str, y: str, look: Look) -> str | None:
    if "0" in (x, y):
        return "0"
    for mask, value in ((x, y), (y, x)):
        holds_all = mask.isdigit() and int(mask) & (int(mask) + 1) == 0
        if holds_all and look(value).most <= int(mask):
            return value
    return None


def _equal_exclusive(x: str, y: str, look: Look) -> str | None:
    return "0" if x == y else _equal_sum(x, y, look)


def _equal_shifted(x: str, y: str, _look: Look) -> str | None:
    return y if x == "0" else None


_EQUALS: Final[dict[int, Callable[[str, str, Look], str | None]]] = {
    op.ADD: _equal_sum,
    op.MUL: _equal_product,
    op.SUB: _equal_difference,
    op.MOD: _equal_rest,
    op.LT: _equal_less,
    op.GT: lambda x, y, look: _equal_less(y, x, look),
    op.EQ: _equal_sameness,
    op.ISZERO: _equal_zero,
    op.AND: _equal_masked,
    op.OR: _equal_sum,
    op.XOR: _equal_exclusive,
    op.SHL: _equal_shifted,
    op.SHR: _equal_shifted,
}

# What is computed in less, because it cannot leave a word

_Expression = tuple[str, Known]


def _sum(operands: Operands, look: Look) -> _Expression | None:
    x, y = operands
    most = look(x).most + look(y).most
    known = Known(look(x).least + look(y).least, most)
    return (f"{x} + {y}", known) if most <= op.MASK else None


def _product(operands: Operands, look: Look) -> _Expression | None:
    x, y = operands
    most = look(x).most * look(y).most
    known = Known(look(x).least * look(y).least, most)
    return (f"{x} * {y}", known) if most <= op.MASK else None


def _difference(operands: Operands, look: Look) -> _Expression | None:
    x, y = operands
    least = look(x).least - look(y).most
    known = Known(least, look(x).most - look(y).least)
    return (f"{x} - {y}", known) if least >= 0 else None


def _quotient(operands: Operands, look: Look) -> _Expression | None:
    x, y = operands
    known = Known(0, look(x).most)
    return (f"{x} // {y}", known) if look(y).least > 0 else None


def _rest(operands: Operands, look: Look) -> _Expression | None:
    x, y = operands
    known = Known(0, look(y).most - 1)
    return (f"{x} % {y}", known) if look(y).least > 0 else None


def _modular(sign: str) -> Callable[[Operands, Look], _Expression | None]:
    def express_it(operands: Operands, look: Look) -> _Expression | None:
        x, y, z = operands
        known = Known(0, look(z).most - 1)
        return (f"({x} {sign} {y}) % {z}", known) if look(z).least > 0 else None

    return express_it


def _conjunction(operands: Operands, look: Look) -> _Expression:
    x, y = operands
    return f"{x} & {y}", Known(0, min(look(x).most, look(y).most))


def _disjunction(operands: Operands, look: Look) -> _Expression:
    x, y = operands
    bits = max(look(x).most, look(y).most).bit_length()
    return f"{x} | {y}", Known(max(look(x).least, look(y).least), (1 << bits) - 1)


def _left(operands: Operands, look: Look) -> _Expression | None:
    x, y = operands
    if not is_shift(x):
        return None
    if look(y).most << int(x) > op.MASK:
        return f"({y} << {x}) & M", ANY
    return f"{y} << {x}", Known(look(y).least << int(x), look(y).most << int(x))


def _right(operands: Operands, look: Look) -> _Expression | None:
    x, y = operands
    if not is_shift(x):
        return None
    return f"{y} >> {x}", Known(look(y).least >> int(x), look(y).most >> int(x))


_EXPRESSIONS: Final[dict[int, Callable[[Operands, Look], _Expression | None]]] = {
    op.ADD: _sum,
    op.MUL: _product,
    op.SUB: _difference,
    op.DIV: _quotient,
    op.MOD: _rest,
    op.ADDMOD: _modular("+"),
    op.MULMOD: _modular("*"),
    op.AND: _conjunction,
    op.OR: _disjunction,
    op.SHL: _left,
    op.SHR: _right,
}
_RANGES: Final = {op.BYTE: Known(0, 255)} | dict.fromkeys(
    (op.LT, op.GT, op.SLT, op.SGT, op.EQ, op.ISZERO), BIT
)
