# ruff: noqa: SLF001  # of py-evm's frames, which show none of what is set here
"""Write logs, as Prague does, without py-evm's way round its own checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth.exceptions import InsufficientStack, OutOfGas, WriteProtection

from node.evm.memory import expand

Opcode = Callable[[Any], None]

_LOG = 0xA0  # without topics; up to four follow it
_GAS = 375
_TOPIC_GAS = 375
_BYTE_GAS = 8


def _logging(topics: int) -> Opcode:
    def log(computation: Any) -> None:
        if computation.msg.is_static:
            raise WriteProtection("log")
        stack, meter = computation._stack.values, computation._gas_meter
        if len(stack) < 2 + topics:
            raise InsufficientStack("log")
        start, size = stack.pop(), stack.pop()
        named = tuple(stack.pop() for _ in range(topics))
        gas = meter.gas_remaining - _GAS - _TOPIC_GAS * topics - _BYTE_GAS * size
        if gas < 0:
            raise OutOfGas("log")
        memory = computation._memory._bytes
        if size:
            gas = expand(memory, start + size, gas)
        meter.gas_remaining = gas
        place = computation.transaction_context.get_next_log_counter()
        content = bytes(memory[start : start + size]) if size else b""
        entry = place, computation.msg.storage_address, named, content
        computation._log_entries.append(entry)

    return log


LOG_OPCODES: dict[int, Opcode] = {_LOG + n: _logging(n) for n in range(5)}
