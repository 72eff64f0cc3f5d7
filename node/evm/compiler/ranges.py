"""What a value is while a path is written, and between which bounds it lies.

A value is Python text: a literal of decimal digits (`"32"`), or the name of a variable
of the path that is set once (`"made4"`). All are words, 0..2^256 - 1: a literal never
has a sign, so a value is a literal if it is all digits.

A range that is known of a value holds in every run that comes to where the path is
being written. Two that contradict each other (least above most) say that no run comes
there: whatever is written then does no harm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from node.evm.arithmetic import MASK


@dataclass(frozen=True, slots=True)
class Range:
    """What a value is at least and at most."""

    least: int = 0
    most: int = MASK


ANY_WORD: Final = Range()
BIT: Final = Range(0, 1)

Operands = tuple[str, ...]
"""Values, from the top of the stack down."""
RangeOf = Callable[[str], Range]
"""Tells what is known of a value."""


def is_literal(value: str) -> bool:
    """Say whether a value is known exactly."""
    return value.isdigit()


def is_shift(value: str) -> bool:
    """Say whether a value is a literal that shifts less than a word away."""
    return is_literal(value) and int(value) < MASK.bit_length()
