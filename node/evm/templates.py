"""Each opcode that is nothing but Python: its gas, its operands, its source.

In: nothing. Out: `TEMPLATES`, by opcode. Example: SUB costs 3, takes two, gives one,
and is `{v} = ({x} - {y}) & MASK`. `{x} {y} {z}` are the operands from the top of the
stack down, `{v}` the result: words, as integers. An operand is filled in as a name or
as decimal digits, so it needs brackets only before a dot (`5.to_bytes` is no Python).
The other names are the arguments of a compiled path (`node/evm/compiler/__init__.py`
lists them) and those of `NAMES` here.

Two make functions of this one table: `uncompiled.py`, a function of each opcode;
`compiler/`, one of a whole path. So there is no second arithmetic that could differ.

Gas is the schedule of the Yellow Paper, appendix G, by its names: base 2, very low 3,
low 5, mid 8, high 10. Later opcodes: SHL, SHR, SAR EIP-145; CHAINID EIP-1344;
SELFBALANCE EIP-1884; BASEFEE EIP-3198; MCOPY EIP-5656; BLOBHASH EIP-4844; BLOBBASEFEE
EIP-7516. JUMP, JUMPI, JUMPDEST, PC, GAS, PUSH, DUP and SWAP are none of these: they
move between places and names, and each of the two does them in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from eth.constants import GAS_BASE, GAS_HIGH, GAS_LOW, GAS_MID, GAS_VERYLOW
from eth.exceptions import (
    FullStack,
    InsufficientStack,
    InvalidJumpDestination,
    OutOfBoundsRead,
    OutOfGas,
)
from eth.vm import opcode_values as op

from node.evm.arithmetic import MASK, power, sdiv, signed, signextend, smod
from node.evm.memory import expand, padded
from node.hashing import keccak


@dataclass(frozen=True, slots=True)
class Template:
    """Describe one opcode.

    gas: constant part; takes: operands; gives: whether it pushes `{v}`, which the last
    of the lines sets then.
    """

    gas: int
    takes: int
    gives: bool
    lines: tuple[str, ...]


NAMES: dict[str, Any] = {
    "FullStack": FullStack,
    "InsufficientStack": InsufficientStack,
    "InvalidJumpDestination": InvalidJumpDestination,
    "OutOfBoundsRead": OutOfBoundsRead,
    "OutOfGas": OutOfGas,
    "MASK": MASK,
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
"""What templates speak of: the globals of every function that is made of them."""


def _value(gas: int, takes: int, expression: str) -> Template:
    return Template(gas, takes, True, (f"{{v}} = {expression}",))


def _pay(gas: str, why: str) -> tuple[str, str]:
    return f"gas -= {gas}", f"if gas < 0: raise OutOfGas('{why}')"


def _have(place: str, size: str) -> str:
    """Have memory from a place on."""
    end = f"{place} + {size}"
    return f"if {end} > len(memory): gas = expand(memory, {end}, gas)"


def _copy(source: str, *checks: str) -> Template:
    """Describe a copy to memory of x, from y of the source, z bytes."""
    lines = (
        *checks,
        *_pay("3 * ({z} + 31 >> 5)", "copy"),
        "if {z}:",
        " " + _have("{x}", "{z}"),
        f" memory[{{x}}:{{x}} + {{z}}] = padded({source}, {{y}}, {{z}})",
    )
    return Template(GAS_VERYLOW, 3, False, lines)


TEMPLATES: dict[int, Template] = {
    op.ADD: _value(GAS_VERYLOW, 2, "({x} + {y}) & MASK"),
    op.MUL: _value(GAS_LOW, 2, "({x} * {y}) & MASK"),
    op.SUB: _value(GAS_VERYLOW, 2, "({x} - {y}) & MASK"),
    op.DIV: _value(GAS_LOW, 2, "{x} // {y} if {y} else 0"),
    op.SDIV: _value(GAS_LOW, 2, "sdiv({x}, {y})"),
    op.MOD: _value(GAS_LOW, 2, "{x} % {y} if {y} else 0"),
    op.SMOD: _value(GAS_LOW, 2, "smod({x}, {y})"),
    op.ADDMOD: _value(GAS_MID, 3, "({x} + {y}) % {z} if {z} else 0"),
    op.MULMOD: _value(GAS_MID, 3, "({x} * {y}) % {z} if {z} else 0"),
    op.EXP: Template(
        GAS_HIGH,
        2,
        True,
        (
            *_pay("50 * (({y}).bit_length() + 7 >> 3)", "exp"),  # EIP-160
            "{v} = power({x}, {y})",
        ),
    ),
    op.SIGNEXTEND: _value(GAS_LOW, 2, "signextend({x}, {y})"),
    op.LT: _value(GAS_VERYLOW, 2, "1 if {x} < {y} else 0"),
    op.GT: _value(GAS_VERYLOW, 2, "1 if {x} > {y} else 0"),
    op.SLT: _value(GAS_VERYLOW, 2, "1 if signed({x}) < signed({y}) else 0"),
    op.SGT: _value(GAS_VERYLOW, 2, "1 if signed({x}) > signed({y}) else 0"),
    op.EQ: _value(GAS_VERYLOW, 2, "1 if {x} == {y} else 0"),
    op.ISZERO: _value(GAS_VERYLOW, 1, "0 if {x} else 1"),
    op.AND: _value(GAS_VERYLOW, 2, "{x} & {y}"),
    op.OR: _value(GAS_VERYLOW, 2, "{x} | {y}"),
    op.XOR: _value(GAS_VERYLOW, 2, "{x} ^ {y}"),
    op.NOT: _value(GAS_VERYLOW, 1, "{x} ^ MASK"),
    op.BYTE: _value(GAS_VERYLOW, 2, "{y} >> 8 * (31 - {x}) & 255 if {x} < 32 else 0"),
    op.SHL: _value(GAS_VERYLOW, 2, "({y} << {x}) & MASK if {x} < 256 else 0"),
    op.SHR: _value(GAS_VERYLOW, 2, "{y} >> {x} if {x} < 256 else 0"),
    op.SAR: _value(
        GAS_VERYLOW, 2, "(signed({y}) >> ({x} if {x} < 256 else 256)) & MASK"
    ),
    op.SHA3: Template(
        30,
        2,
        True,
        (
            *_pay("6 * ({y} + 31 >> 5)", "keccak256"),
            "if {y} and {x} + {y} > len(memory): gas = expand(memory, {x} + {y}, gas)",
            "{v} = integer(keccak(memory[{x}:{x} + {y}]), 'big')",
        ),
    ),
    op.ADDRESS: _value(GAS_BASE, 0, "integer(computation.msg.storage_address, 'big')"),
    op.ORIGIN: _value(
        GAS_BASE, 0, "integer(computation.transaction_context.origin, 'big')"
    ),
    op.CALLER: _value(GAS_BASE, 0, "integer(computation.msg.sender, 'big')"),
    op.CALLVALUE: _value(GAS_BASE, 0, "computation.msg.value"),
    op.CALLDATALOAD: _value(
        GAS_VERYLOW, 1, "integer(padded(calldata, {x}, 32), 'big')"
    ),
    op.CALLDATASIZE: _value(GAS_BASE, 0, "len(calldata)"),
    op.CALLDATACOPY: _copy("calldata"),
    op.CODESIZE: _value(GAS_BASE, 0, "len(computation.msg.code)"),
    op.CODECOPY: _copy("computation.msg.code"),
    op.GASPRICE: _value(GAS_BASE, 0, "computation.transaction_context.gas_price"),
    op.RETURNDATASIZE: _value(GAS_BASE, 0, "len(computation.return_data)"),
    op.RETURNDATACOPY: _copy(
        "computation.return_data",
        "if {y} + {z} > len(computation.return_data): "
        "raise OutOfBoundsRead('return data')",  # EIP-211: it is not padded
    ),
    op.BLOCKHASH: _value(20, 1, "computation.state.ancestor({x})"),
    op.COINBASE: _value(GAS_BASE, 0, "integer(computation.state.coinbase, 'big')"),
    op.TIMESTAMP: _value(GAS_BASE, 0, "computation.state.timestamp"),
    op.NUMBER: _value(GAS_BASE, 0, "computation.state.block_number"),
    op.PREVRANDAO: _value(GAS_BASE, 0, "integer(computation.state.mix_hash, 'big')"),
    op.GASLIMIT: _value(GAS_BASE, 0, "computation.state.gas_limit"),
    op.CHAINID: _value(GAS_BASE, 0, "computation.state.execution_context.chain_id"),
    op.SELFBALANCE: _value(
        GAS_LOW,
        0,
        "computation.state.accounts.get_balance(computation.msg.storage_address)",
    ),
    op.BASEFEE: _value(
        GAS_BASE, 0, "computation.state.execution_context.base_fee_per_gas"
    ),
    op.BLOBHASH: _value(GAS_VERYLOW, 1, "0"),  # no transaction here brings blobs
    op.BLOBBASEFEE: _value(GAS_BASE, 0, "1"),  # so their price is the least
    op.POP: Template(GAS_BASE, 1, False, ()),
    op.MLOAD: Template(
        GAS_VERYLOW,
        1,
        True,
        (_have("{x}", "32"), "{v} = integer(memory[{x}:{x} + 32], 'big')"),
    ),
    op.MSTORE: Template(
        GAS_VERYLOW,
        2,
        False,
        (_have("{x}", "32"), "memory[{x}:{x} + 32] = ({y}).to_bytes(32, 'big')"),
    ),
    op.MSTORE8: Template(
        GAS_VERYLOW, 2, False, (_have("{x}", "1"), "memory[{x}] = {y} & 255")
    ),
    op.MSIZE: _value(GAS_BASE, 0, "len(memory)"),
    op.MCOPY: Template(
        GAS_VERYLOW,
        3,
        False,
        (
            *_pay("3 * ({z} + 31 >> 5)", "mcopy"),
            "if {z}:",
            " " + _have("{x}", "{z}"),
            " " + _have("{y}", "{z}"),
            " memory[{x}:{x} + {z}] = memory[{y}:{y} + {z}]",
        ),
    ),
}
