"""Raise to a power modulo a number: the precompile at address 5, corrected.

py-evm's answers 0 for an empty base whatever the exponent, though 0^0 mod m is 1: two
implementations that differ here would split the chain. Sources: EIP-198, EIP-2565.
"""

from __future__ import annotations

from gmpy2 import context, mpz, powmod  # type: ignore[import-untyped]

_MIN_GAS = 200
_BRIEF = 8  # bytes of an exponent that takes no longer than to wait for the lock


def _lengths(payload: bytes) -> tuple[int, int, int]:
    """Return the lengths of base, exponent and modulus, EIP-198."""
    return (
        _slice_integer(payload, 0, 32),
        _slice_integer(payload, 32, 32),
        _slice_integer(payload, 64, 32),
    )


def _slice_integer(payload: bytes, start: int, length: int) -> int:
    """Read an integer that zeros continue to the right of the input."""
    return int.from_bytes(payload[start : start + length].ljust(length, b"\0"), "big")


def modexp_gas(payload: bytes) -> int:
    """Return the gas of a modular exponentiation, EIP-2565."""
    base, exponent, modulus = _lengths(payload)
    head = _slice_integer(payload, 96 + base, min(exponent, 32))
    iterations = max(head.bit_length() - 1, 0) + 8 * max(exponent - 32, 0)
    words = (max(base, modulus) + 7) // 8
    return max(_MIN_GAS, words * words * max(iterations, 1) // 3)


def modexp(payload: bytes) -> bytes:
    """Return base^exponent mod modulus, EIP-198, where 0^0 is 1."""
    base, exponent, modulus = _lengths(payload)
    if modulus == 0:
        return b""
    divisor = _slice_integer(payload, 96 + base + exponent, modulus)
    if divisor == 0:
        return bytes(modulus)
    number = _slice_integer(payload, 96, base)
    power = _slice_integer(payload, 96 + base, exponent)
    if exponent <= _BRIEF:
        return int(powmod(number, power, divisor)).to_bytes(modulus, "big")
    with context(allow_release_gil=True):  # others are served meanwhile
        found = powmod(mpz(number), mpz(power), mpz(divisor))
    return int(found).to_bytes(modulus, "big")
