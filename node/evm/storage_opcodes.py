# ruff: noqa: SLF001  # of py-evm's frames, which show none of what is set here
"""Read and write slots, lasting and transient, as Prague does.

py-evm makes a sentence of each for a debugger, and asks ten functions between the
opcode and the slot. Gas is of EIP-2200, EIP-2929, EIP-3529 and EIP-1153.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth.exceptions import InsufficientStack, OutOfGas, WriteProtection

Opcode = Callable[[Any], None]

_COLD = 2_100  # EIP-2929
_WARM = 100
_SET = 20_000
_RESET = 5_000 - _COLD
_CLEARED = _RESET + 1_900  # given back; EIP-3529: 1,900 of EIP-2930, for a key
_SENTRY = 2_300  # EIP-2200: with no more nobody writes


def _load(computation: Any) -> None:
    stack, state = computation._stack.values, computation.state
    _require(stack, 1)
    address, slot = computation.msg.storage_address, stack.pop()
    was_cold = state.momentary.make_warm((address, slot))
    _charge(computation, _COLD if was_cold else _WARM)
    stack.append(state.accounts.get_storage(address, slot))


def _store(computation: Any) -> None:
    _require_writable(computation)
    if computation._gas_meter.gas_remaining <= _SENTRY:
        raise OutOfGas("slot")
    stack, state = computation._stack.values, computation.state
    _require(stack, 2)
    address, slot, value = computation.msg.storage_address, stack.pop(), stack.pop()
    slots = state.accounts.slots(address)
    current = slots.get(slot)
    cost, refund = _price(slots.original(slot), current, value)
    was_cold = state.momentary.make_warm((address, slot))
    _charge(computation, cost + _COLD if was_cold else cost)
    computation._gas_meter.gas_refunded += refund
    if value != current:
        state.accounts.set_storage(address, slot, value)


def _load_transient(computation: Any) -> None:
    _charge(computation, _WARM)
    stack = computation._stack.values
    _require(stack, 1)
    address = computation.msg.storage_address
    stack.append(computation.state.momentary.get_slot(address, stack.pop()))


def _store_transient(computation: Any) -> None:
    _charge(computation, _WARM)
    _require_writable(computation)
    stack = computation._stack.values
    _require(stack, 2)
    slot, value = stack.pop(), stack.pop()
    address = computation.msg.storage_address
    computation.state.momentary.set_slot(address, slot, value)


STORAGE_OPCODES: dict[int, Opcode] = {
    0x54: _load,
    0x55: _store,
    0x5C: _load_transient,
    0x5D: _store_transient,
}


def _price(original: int, current: int, value: int) -> tuple[int, int]:
    """Return what a write costs when the slot is warm, and what is given back.

    original: what the transaction found.
    """
    if value == current:
        return _WARM, 0
    if current == original:
        if original == 0:
            return _SET, 0
        return _RESET, 0 if value else _CLEARED
    refund = 0
    if original:
        refund = _CLEARED * ((value == 0) - (current == 0))
    if value == original:
        refund += (_RESET if original else _SET) - _WARM
    return _WARM, refund


def _charge(computation: Any, gas: int) -> None:
    meter = computation._gas_meter
    if gas > meter.gas_remaining:
        raise OutOfGas("slot")
    meter.gas_remaining -= gas


def _require(stack: list[int], operands: int) -> None:
    if len(stack) < operands:
        raise InsufficientStack("slot")


def _require_writable(computation: Any) -> None:
    if computation.msg.is_static:
        raise WriteProtection("slot")
