"""Memory of a message: bytes in whole words of 32, paid for as it grows."""

from __future__ import annotations

from eth.exceptions import OutOfGas


def expand(memory: bytearray, end: int, gas: int) -> int:
    """Extend memory to hold `end` bytes, in whole words; returns the gas left.

    n words cost 3 n + n^2 / 512 in all (Yellow Paper, appendix H.1, C_mem): what they
    cost less what is there did. Raises: OutOfGas, before any memory is taken.
    """
    before, after = len(memory) >> 5, (end + 31) >> 5
    if after <= before:
        return gas
    gas -= 3 * (after - before) + (after * after >> 9) - (before * before >> 9)
    if gas < 0:
        raise OutOfGas("memory expansion")
    memory.extend(bytes((after - before) << 5))
    return gas


def padded(source: bytes, start: int, size: int) -> bytes:
    """Read bytes that zeros continue to the right."""
    return source[start : start + size].ljust(size, b"\0")
