# ruff: noqa: SLF001  # of py-evm's frames, which show none of what is set here
"""Send a message from contract to contract without the ceremony of py-evm's.

For each py-evm checks what it has just made, looks the account up five times and binds
a dozen methods: forty microseconds that cost a hundred gas. What is rare or dear goes
that way still: value that moves, an account that is cold, a delegation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from eth.constants import STACK_DEPTH_LIMIT
from eth.exceptions import OutOfGas, VMError
from eth.vm.message import Message
from eth_typing import Address

from node.evm.compiler.program import Program
from node.evm.compiler.programs import read_program
from node.evm.journal import Journal
from node.evm.memory import expand
from node.evm.precompile_calls import (
    ADDRESSES,
    CALL,
    CALLCODE,
    DELEGATECALL,
    PRECOMPILES,
    STATICCALL,
    call_precompile,
)

if TYPE_CHECKING:
    from node.evm.interpreter import Computation

Opcode = Callable[..., None]
# An account that is warm: its address, and its program if it has code.
Callee = tuple[Address, Program | None]

_WARM_ACCOUNT_GAS = 100  # EIP-2929
_NO_CODE = 0xEF  # begins what is not bytecode, such as a delegation: EIP-3541


def quickened(opcode: int, ordinary: Opcode) -> Opcode:
    """Return one of the four calls with short ways: to warm contracts, precompiles.

    ordinary: the opcode for every other callee, and for calls with value.
    """
    moves_value = opcode in (CALL, CALLCODE)
    arguments = 7 if moves_value else 6

    def call(computation: Any) -> None:
        stack: list[int] = computation._stack.values
        if len(stack) < arguments or (moves_value and stack[-3]):
            ordinary(computation=computation)
            return
        number = stack[-2] & ADDRESSES
        callees: dict[int, Callee] = computation.state.momentary.callees
        callee = callees.get(number)
        precompile = None if callee else PRECOMPILES.get(number)
        if callee is None and precompile is None:
            callee = _find(computation, number)
        asked, spans = stack[-1], stack[-arguments : -arguments + 4]
        if callee is not None:
            del stack[-arguments:]
            stack.append(_send(computation, opcode, callee, asked, spans))
        elif precompile is not None and computation.msg.depth < STACK_DEPTH_LIMIT:
            del stack[-arguments:]
            stack.append(call_precompile(computation, precompile, asked, spans))
        else:
            ordinary(computation=computation)

    return call


def _find(computation: Computation, number: int) -> Callee | None:
    """Look for who is called; None where the short way does not lead."""
    state: Any = computation.state
    address = Address(number.to_bytes(20, "big"))
    if address in computation._precompiles or not state.momentary.is_warm(address):
        return None
    code = state.get_code(address)
    if code and code[0] == _NO_CODE:
        return None
    callee = address, read_program(code) if code else None
    state.momentary.keep_callee(number, callee)
    return callee


def _send(
    computation: Computation, opcode: int, callee: Callee, asked: int, spans: list[int]
) -> int:
    """Charge for a message and run it; returns what the opcode pushes.

    spans: how much output fits and where it goes, the input's size and where it starts.
    """
    room, target, size, start = spans
    meter = computation._gas_meter
    memory = computation._memory._bytes
    gas = meter.gas_remaining
    if size and start + size > len(memory):
        gas = expand(memory, start + size, gas)
    if room and target + room > len(memory):
        gas = expand(memory, target + room, gas)
    if gas < _WARM_ACCOUNT_GAS:
        raise OutOfGas("account")
    gas -= _WARM_ACCOUNT_GAS
    given = min(asked, gas - gas // 64)
    computation.return_data = b""
    if computation.msg.depth >= STACK_DEPTH_LIMIT:
        meter.gas_remaining = gas
        return 0
    address, program = callee
    if program is None:
        meter.gas_remaining = gas
        return _touch(computation, opcode, address)
    message = _message(computation.msg, opcode, address)
    message.gas = given
    message.data = bytes(memory[start : start + size]) if size else b""
    message.code = program.code
    child = computation.inside(message)
    left = _run(computation, child, program)
    meter.gas_remaining = gas - given + left
    output = computation.return_data
    if room and output:
        written = output[:room]
        memory[target : target + len(written)] = written
    return 1 if child._error is None else 0


def _touch(computation: Computation, opcode: int, address: Address) -> int:
    """Call who has no code: nothing is run, but the account has been touched."""
    to = computation.msg.storage_address
    if opcode in (CALL, STATICCALL):
        to = address
        computation.state.touch_account(to)
    computation.touched.add(to)
    return 1


def _message(outer: Any, opcode: int, address: Address) -> Any:
    """Return a message to an address, without gas, data and code.

    All it holds was checked when it was made, which `Message` would do once more.
    """
    message: Any = Message.__new__(Message)
    own = outer._storage_address or outer.to
    delegates = opcode == DELEGATECALL
    message.to = address if opcode in (CALL, STATICCALL) else own
    message.sender = outer.sender if delegates else own
    message.value = outer.value if delegates else 0
    message.depth = outer.depth + 1
    message._code_address = None if message.to is address else address
    message._storage_address = None
    message.should_transfer_value = opcode in (CALL, CALLCODE)
    message.is_static = outer.is_static or opcode == STATICCALL
    message._is_delegation = False
    message.refund = 0
    return message


def _run(outer: Computation, child: Computation, program: Program) -> int:
    """Run a message that has code, and take over what it did; returns the gas left."""
    journal: Journal = outer.state.journal  # type: ignore[attr-defined]  # a `State`
    point = journal.point()
    try:
        child._run(program)
    except VMError as error:
        child._error = error
        journal.undo(point)
        if error.burns_gas:
            child._gas_meter.gas_remaining = 0
        if not error.erases_return_data:
            outer.return_data = child._output
    else:
        outer.return_data = child._output
    outer.take_over(child)
    return child._gas_meter.gas_remaining
