# ruff: noqa: SLF001  # of py-evm's frames, which show none of what is set here
"""Call a precompile without the ceremony of a message.

A contract that does cryptography calls precompiles hundreds of times, and for each
py-evm takes a snapshot, rewrites the account and builds a computation with a stack and
a memory: a quarter of a millisecond. None of it can matter when the callee is a
function on bytes and no value moves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from eth.abc import ComputationAPI
from eth.exceptions import OutOfGas, VMError
from eth_typing import Address

from node import bn254, ecrecover, point_evaluation
from node.blake2f import blake2f_gas
from node.errors import PrecompileError
from node.evm.failing import mark_precompile
from node.evm.memory import expand
from node.helper import unlocking
from node.modexp import modexp, modexp_gas
from node.precompiles import BLS_PRECOMPILES, Precompile, remembered

CALL, CALLCODE, DELEGATECALL, STATICCALL = 0xF1, 0xF2, 0xF4, 0xFA
ADDRESSES = 2**160 - 1  # what of a word is an address
_WARM_ACCOUNT_GAS = 100  # EIP-2929: precompiles are warm from the start


def _words(payload: bytes) -> int:
    return (len(payload) + 31) >> 5


PRECOMPILES = {
    0x01: Precompile(lambda _payload: ecrecover.GAS, remembered(ecrecover.recover)),
    0x02: Precompile(
        lambda payload: 60 + 12 * _words(payload),
        lambda payload: hashlib.sha256(payload).digest(),
    ),
    0x04: Precompile(lambda payload: 15 + 3 * _words(payload), lambda payload: payload),
    0x05: Precompile(modexp_gas, modexp),
    0x06: Precompile(lambda _payload: bn254.ADD_GAS, bn254.add),
    0x07: Precompile(lambda _payload: bn254.MULTIPLY_GAS, bn254.multiply),
    0x08: Precompile(bn254.pairing_gas, unlocking(8, bn254.pairing_gas)),
    0x09: Precompile(blake2f_gas, unlocking(9, blake2f_gas)),
    0x0A: Precompile(lambda _payload: point_evaluation.GAS, point_evaluation.evaluate),
    **BLS_PRECOMPILES,
}


def _charge_and_run(precompile: Precompile) -> Callable[[ComputationAPI], None]:
    """Wrap a function on bytes as py-evm calls it; any error burns the call's gas."""

    def run(computation: ComputationAPI) -> None:
        payload = computation.msg.data_as_bytes
        computation.consume_gas(precompile.gas(payload), "precompile")
        try:
            computation.output = precompile.run(payload)
        except PrecompileError as error:
            raise VMError(str(error)) from error

    return run


AS_MESSAGES = {
    Address(number.to_bytes(20, "big")): _charge_and_run(precompile)
    for number, precompile in PRECOMPILES.items()
}


def call_precompile(
    computation: Any, precompile: Precompile, asked: int, spans: list[int]
) -> int:
    """Charge for the call and run it; returns what CALL pushes.

    spans: how much output fits and where it goes, the input's size and where it starts.
    """
    room, target, size, start = spans
    memory: bytearray = computation._memory._bytes
    meter = computation._gas_meter
    gas: int = meter.gas_remaining
    if size and start + size > len(memory):
        gas = expand(memory, start + size, gas)
    if room and target + room > len(memory):
        gas = expand(memory, target + room, gas)
    if gas < _WARM_ACCOUNT_GAS:
        raise OutOfGas("precompile")
    gas -= _WARM_ACCOUNT_GAS
    payload = bytes(memory[start : start + size]) if size else b""
    given = min(asked, gas - gas // 64)
    cost = precompile.gas(payload)
    computation.return_data = b""
    meter.gas_remaining = gas - given
    try:
        if cost > given:
            return _fail(computation, precompile, None)
        output = precompile.run(payload)
    except PrecompileError as error:
        return _fail(computation, precompile, error)
    meter.gas_remaining = gas - cost
    computation.return_data = output
    written = output[:room]
    memory[target : target + len(written)] = written
    return 1


def _fail(computation: Any, precompile: Precompile, error: Exception | None) -> int:
    """Remember what failed, for the log; returns what CALL pushes."""
    number = next(n for n, each in PRECOMPILES.items() if each is precompile)
    computation.failing = mark_precompile(number, error)
    return 0
