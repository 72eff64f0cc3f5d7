"""Arithmetic of 256-bit words that Python has no operator for (Yellow Paper, H.2).

A word is an integer in 0..2^256 - 1. The signed opcodes read it as two's complement.
"""

from __future__ import annotations

from gmpy2 import mpz, powmod  # type: ignore[import-untyped]

MASK = 2**256 - 1  # the largest word; `& MASK` reduces modulo 2^256
_SIGN = 2**255
_TWO_256 = mpz(2**256)


def signed(value: int) -> int:
    """Read a word as two's complement."""
    return value - 2**256 if value & _SIGN else value


def sdiv(left: int, right: int) -> int:
    """Divide signed words, rounding toward zero; by zero gives zero."""
    left, right = signed(left), signed(right)
    if right == 0:
        return 0
    quotient = abs(left) // abs(right)
    return (quotient if (left < 0) == (right < 0) else -quotient) & MASK


def smod(left: int, right: int) -> int:
    """Return the remainder with the dividend's sign; by zero gives zero."""
    left, right = signed(left), signed(right)
    if right == 0:
        return 0
    remainder = abs(left) % abs(right)
    return (-remainder if left < 0 else remainder) & MASK


def signextend(size: int, value: int) -> int:
    """Extend the sign of a word's lowest `size` + 1 bytes."""
    if size > 30:
        return value
    bit = 8 * size + 7
    if value >> bit & 1:
        return value | (MASK - (1 << bit) + 1)
    return value & ((1 << bit) - 1)


def power(base: int, exponent: int) -> int:
    """Raise a word to a power; Python's own function would take ten times as long."""
    return int(powmod(base, exponent, _TWO_256))
