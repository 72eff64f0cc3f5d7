"""What each compiled opcode costs, takes, gives and computes, as Python source.

Gas is Prague's (Yellow Paper appendix G, EIP-160, EIP-3855, EIP-5656). In a template
`{x} {y} {z}` are the operands from the top of the stack down and `{v}` the result, all
integers; the other names are those of `compiler` and of `NAMES` here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth.exceptions import (
    FullStack,
    InsufficientStack,
    InvalidJumpDestination,
    OutOfBoundsRead,
    OutOfGas,
)
from gmpy2 import mpz, powmod  # type: ignore[import-untyped]

from node.hashing import keccak

ADD, MUL, SUB, DIV, MOD, ADDMOD, MULMOD, EXP = 1, 2, 3, 4, 6, 8, 9, 10
LT, GT, SLT, SGT, EQ, ISZERO = 0x10, 0x11, 0x12, 0x13, 0x14, 0x15
AND, OR, XOR, BYTE, SHL, SHR, SAR = 0x16, 0x17, 0x18, 0x1A, 0x1B, 0x1C, 0x1D
KECCAK, CALLDATASIZE, MLOAD, MSTORE = 0x20, 0x36, 0x51, 0x52
MSTORE8, MSIZE, MCOPY = 0x53, 0x59, 0x5E
CALLDATACOPY, CODECOPY, RETURNDATACOPY = 0x37, 0x39, 0x3E
STOP, JUMP, JUMPI, PC, GAS, JUMPDEST = 0x00, 0x56, 0x57, 0x58, 0x5A, 0x5B
SELFDESTRUCT = 0xFF
POP, PUSH0, PUSH32 = 0x50, 0x5F, 0x7F
DUP1, DUP16, SWAP1, SWAP16 = 0x80, 0x8F, 0x90, 0x9F
JUMP_GAS, JUMPI_GAS, JUMPDEST_GAS, CHEAP_GAS, STACK_GAS = 8, 10, 1, 2, 3
KECCAK_WORD_GAS, COPY_WORD_GAS = 6, 3

MASK = 2**256 - 1
_SIGN = 2**255
_TWO_256 = mpz(2**256)


@dataclass(frozen=True, slots=True)
class Template:
    """Describe one opcode.

    gas: constant part; takes: operands; gives: whether it pushes `{v}`.
    """

    gas: int
    takes: int
    gives: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Foreign:
    """Describe an opcode that is a function on the computation.

    takes: operands; gives: whether it pushes, at `most` so much; writes: to memory.
    """

    takes: int
    gives: bool = False
    writes: bool = False
    most: int = MASK


def expand(memory: bytearray, end: int, gas: int) -> int:
    """Extend memory to hold `end` bytes, in whole words; returns the gas left.

    Raises: OutOfGas, before any memory is taken.
    """
    before, after = len(memory) >> 5, (end + 31) >> 5
    if after <= before:
        return gas
    gas -= 3 * (after - before) + (after * after >> 9) - (before * before >> 9)
    if gas < 0:
        raise OutOfGas("memory expansion")
    memory.extend(bytes((after - before) << 5))
    return gas


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


def padded(source: bytes, start: int, size: int) -> bytes:
    """Read bytes that zeros continue to the right."""
    return source[start : start + size].ljust(size, b"\0")


NAMES: dict[str, Any] = {
    "FullStack": FullStack,
    "InsufficientStack": InsufficientStack,
    "InvalidJumpDestination": InvalidJumpDestination,
    "OutOfBoundsRead": OutOfBoundsRead,
    "OutOfGas": OutOfGas,
    "M": MASK,
    "expand": expand,
    "integer": int.from_bytes,
    "keccak": keccak,
    "padded": padded,
    "power": power,
    "sdiv": sdiv,
    "signed": signed,
    "signextend": signextend,
    "smod": smod,
}


def _value(gas: int, takes: int, expression: str) -> Template:
    return Template(gas, takes, True, (f"{{v}} = {expression}",))


def _copy(source: str, *checks: str) -> Template:
    """Describe a copy to memory of x, from y of the source, z bytes."""
    return Template(
        3,
        3,
        False,
        (
            *checks,
            "g -= 3 * ({z} + 31 >> 5)",
            "if g < 0: raise OutOfGas('copy')",
            "if {z}:",
            " if {x} + {z} > len(m): g = expand(m, {x} + {z}, g)",
            f" m[{{x}}:{{x}} + {{z}}] = padded({source}, {{y}}, {{z}})",
        ),
    )


TEMPLATES: dict[int, Template] = {
    0x01: _value(3, 2, "({x} + {y}) & M"),
    0x02: _value(5, 2, "({x} * {y}) & M"),
    0x03: _value(3, 2, "({x} - {y}) & M"),
    0x04: _value(5, 2, "{x} // {y} if {y} else 0"),
    0x05: _value(5, 2, "sdiv({x}, {y})"),
    0x06: _value(5, 2, "{x} % {y} if {y} else 0"),
    0x07: _value(5, 2, "smod({x}, {y})"),
    0x08: _value(8, 3, "({x} + {y}) % {z} if {z} else 0"),
    0x09: _value(8, 3, "({x} * {y}) % {z} if {z} else 0"),
    0x0A: Template(
        10,
        2,
        True,
        (
            "g -= 50 * (({y}).bit_length() + 7 >> 3)",
            "if g < 0: raise OutOfGas('exp')",
            "{v} = power({x}, {y})",
        ),
    ),
    0x0B: _value(5, 2, "signextend({x}, {y})"),
    0x10: _value(3, 2, "1 if {x} < {y} else 0"),
    0x11: _value(3, 2, "1 if {x} > {y} else 0"),
    0x12: _value(3, 2, "1 if signed({x}) < signed({y}) else 0"),
    0x13: _value(3, 2, "1 if signed({x}) > signed({y}) else 0"),
    0x14: _value(3, 2, "1 if {x} == {y} else 0"),
    0x15: _value(3, 1, "0 if {x} else 1"),
    0x16: _value(3, 2, "{x} & {y}"),
    0x17: _value(3, 2, "{x} | {y}"),
    0x18: _value(3, 2, "{x} ^ {y}"),
    0x19: _value(3, 1, "{x} ^ M"),
    0x1A: _value(3, 2, "{y} >> 8 * (31 - {x}) & 255 if {x} < 32 else 0"),
    0x1B: _value(3, 2, "({y} << {x}) & M if {x} < 256 else 0"),
    0x1C: _value(3, 2, "{y} >> {x} if {x} < 256 else 0"),
    0x1D: _value(3, 2, "(signed({y}) >> ({x} if {x} < 256 else 256)) & M"),
    0x20: Template(
        30,
        2,
        True,
        (
            "g -= 6 * ({y} + 31 >> 5)",
            "if g < 0: raise OutOfGas('keccak256')",
            "if {y} and {x} + {y} > len(m): g = expand(m, {x} + {y}, g)",
            "{v} = integer(keccak(m[{x}:{x} + {y}]), 'big')",
        ),
    ),
    0x30: _value(2, 0, "integer(c.msg.storage_address, 'big')"),
    0x32: _value(2, 0, "integer(c.transaction_context.origin, 'big')"),
    0x33: _value(2, 0, "integer(c.msg.sender, 'big')"),
    0x34: _value(2, 0, "c.msg.value"),
    0x35: _value(3, 1, "integer(padded(d, {x}, 32), 'big')"),
    0x36: _value(2, 0, "len(d)"),
    0x37: _copy("d"),
    0x38: _value(2, 0, "len(c.msg.code)"),
    0x39: _copy("c.msg.code"),
    0x3A: _value(2, 0, "c.transaction_context.gas_price"),
    0x3D: _value(2, 0, "len(c.return_data)"),
    0x3E: _copy(
        "c.return_data",
        "if {y} + {z} > len(c.return_data): raise OutOfBoundsRead('return data')",
    ),
    0x40: _value(20, 1, "c.state.ancestor({x})"),
    0x41: _value(2, 0, "integer(c.state.coinbase, 'big')"),
    0x42: _value(2, 0, "c.state.timestamp"),
    0x43: _value(2, 0, "c.state.block_number"),
    0x44: _value(2, 0, "integer(c.state.mix_hash, 'big')"),
    0x45: _value(2, 0, "c.state.gas_limit"),
    0x46: _value(2, 0, "c.state.execution_context.chain_id"),
    0x47: _value(5, 0, "c.state.accounts.get_balance(c.msg.storage_address)"),
    0x48: _value(2, 0, "c.state.execution_context.base_fee_per_gas"),
    0x49: _value(3, 1, "0"),  # no transaction here brings blobs
    0x4A: _value(2, 0, "1"),  # so their price is the least, EIP-4844
    POP: Template(2, 1, False, ()),
    0x51: Template(
        3,
        1,
        True,
        (
            "if {x} + 32 > len(m): g = expand(m, {x} + 32, g)",
            "{v} = integer(m[{x}:{x} + 32], 'big')",
        ),
    ),
    0x52: Template(
        3,
        2,
        False,
        (
            "if {x} + 32 > len(m): g = expand(m, {x} + 32, g)",
            "m[{x}:{x} + 32] = ({y}).to_bytes(32, 'big')",
        ),
    ),
    0x53: Template(
        3,
        2,
        False,
        (
            "if {x} + 1 > len(m): g = expand(m, {x} + 1, g)",
            "m[{x}] = {y} & 255",
        ),
    ),
    0x59: _value(2, 0, "len(m)"),
    0x5E: Template(
        3,
        3,
        False,
        (
            "g -= 3 * ({z} + 31 >> 5)",
            "if g < 0: raise OutOfGas('mcopy')",
            "if {z}:",
            " if {x} + {z} > len(m): g = expand(m, {x} + {z}, g)",
            " if {y} + {z} > len(m): g = expand(m, {y} + {z}, g)",
            " m[{x}:{x} + {z}] = m[{y}:{y} + {z}]",
        ),
    ),
}

FOREIGN: dict[int, Foreign] = {
    0x31: Foreign(1, gives=True),  # BALANCE
    0x3B: Foreign(1, gives=True),  # EXTCODESIZE
    0x3C: Foreign(4, writes=True),  # EXTCODECOPY
    0x3F: Foreign(1, gives=True),  # EXTCODEHASH
    0x54: Foreign(1, gives=True),  # SLOAD
    0x55: Foreign(2),  # SSTORE
    0x5C: Foreign(1, gives=True),  # TLOAD
    0x5D: Foreign(2),  # TSTORE
    **{0xA0 + topics: Foreign(2 + topics) for topics in range(5)},  # LOG0 to LOG4
    0xF1: Foreign(7, gives=True, writes=True, most=1),  # CALL
    0xF2: Foreign(7, gives=True, writes=True, most=1),  # CALLCODE
    0xF4: Foreign(6, gives=True, writes=True, most=1),  # DELEGATECALL
    0xFA: Foreign(6, gives=True, writes=True, most=1),  # STATICCALL
}
