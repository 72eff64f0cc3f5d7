# ruff: noqa: SLF001  # of py-evm's frames, which show none of what is set here
"""Look at other accounts: their balance, their code, its size and hash.

Whoever is asked for first costs more, and is warm from then on: EIP-2929.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth.exceptions import InsufficientStack, OutOfGas
from eth_typing import Address

from node.evm.memory import expand, padded
from node.evm.precompile_calls import ADDRESSES

Opcode = Callable[[Any], None]

_COLD = 2_600
_WARM = 100
_COPIED = 3  # for each word


def _balance(computation: Any) -> None:
    address = _take(computation)
    computation._stack.values.append(computation.state.accounts.get_balance(address))


def _code_size(computation: Any) -> None:
    code = computation.state.accounts.get_code(_take(computation))
    computation._stack.values.append(len(code))


def _code_hash(computation: Any) -> None:
    address, accounts = _take(computation), computation.state.accounts
    is_empty = accounts.account_is_empty(address)
    digest = b"" if is_empty else accounts.get_code_hash(address)
    computation._stack.values.append(int.from_bytes(digest, "big"))


def _code_copy(computation: Any) -> None:
    stack, meter = computation._stack.values, computation._gas_meter
    if len(stack) < 4:  # operands
        raise InsufficientStack("account")
    address = _take(computation)
    target, start, size = stack.pop(), stack.pop(), stack.pop()
    gas = meter.gas_remaining - _COPIED * ((size + 31) >> 5)
    if gas < 0:
        raise OutOfGas("copy")
    if size:
        memory = computation._memory._bytes
        gas = expand(memory, target + size, gas)
        code = computation.state.accounts.get_code(address)
        memory[target : target + size] = padded(code, start, size)
    meter.gas_remaining = gas


ACCOUNT_OPCODES: dict[int, Opcode] = {
    0x31: _balance,
    0x3B: _code_size,
    0x3C: _code_copy,
    0x3F: _code_hash,
}


def _take(computation: Any) -> Address:
    """Return the address that is asked for, and charge for it."""
    stack, meter = computation._stack.values, computation._gas_meter
    if not stack:
        raise InsufficientStack("account")
    address = Address((stack.pop() & ADDRESSES).to_bytes(20, "big"))
    momentary = computation.state.momentary
    gas = _WARM
    if not momentary.is_warm(address) and address not in computation._precompiles:
        momentary.make_warm(address)
        gas = _COLD
    if gas > meter.gas_remaining:
        raise OutOfGas("account")
    meter.gas_remaining -= gas
    return address
