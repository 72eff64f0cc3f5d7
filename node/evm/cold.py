"""Run a block of bytecode once, opcode by opcode.

Compiling pays for code that runs often; what runs a few times must not cost far more
for its gas. Values on the stack are integers, gas is a number, and what a template
describes is the same function that compiled blocks are made of.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth.exceptions import (
    FullStack,
    InsufficientStack,
    InvalidJumpDestination,
    OutOfGas,
)

from node.evm.compiler import MAX_OPCODES, Program, begins_block
from node.evm.opcodes import (
    CHEAP_GAS,
    DUP1,
    DUP16,
    JUMP,
    JUMP_GAS,
    JUMPDEST,
    JUMPDEST_GAS,
    JUMPI,
    JUMPI_GAS,
    NAMES,
    PC,
    PUSH0,
    PUSH32,
    STACK_GAS,
    SWAP1,
    TEMPLATES,
)
from node.evm.writer import STACK_LIMIT

_Single = Callable[[Any, list[int], bytearray, int, bytes], int]


def _compile_single(opcode: int) -> _Single:
    """Make a function of one template, which takes what a block takes."""
    template = TEMPLATES[opcode]
    operands = "xyz"[: template.takes]
    fields = dict(zip("xyz", "xyz", strict=True)) | {"v": "v"}
    lines = [
        "def single(c, s, m, g, d):",
        f"g -= {template.gas}",
        "if g < 0: raise OutOfGas('opcode')",
        f"if len(s) < {template.takes}: raise InsufficientStack('opcode')",
        *(f"{name} = s.pop()" for name in operands),
        *(line.format(**fields) for line in template.lines),
    ]
    if template.gives:
        lines += [
            f"if len(s) >= {STACK_LIMIT}: raise FullStack('opcode')",
            "s.append(v)",
        ]
    names = dict(NAMES)
    exec("\n ".join([*lines, "return g"]), names)  # noqa: S102  # templates only
    single: _Single = names["single"]
    return single


_SINGLES = {opcode: _compile_single(opcode) for opcode in TEMPLATES}


def run_cold(
    computation: Any, program: Program, pc: int, memory: bytearray
) -> tuple[int, int]:
    """Run the block at `pc`, whose first opcode is native.

    Returns where to go on, and the gas left, as a block does. Raises: VMError.
    """
    code, stack = program.code, computation._stack.values  # noqa: SLF001  # its own
    gas: int = computation._gas_meter.gas_remaining  # noqa: SLF001
    payload: bytes = computation.msg.data_as_bytes
    last = pc + MAX_OPCODES
    while True:
        opcode = code[pc]
        pc += 1
        single = _SINGLES.get(opcode)
        if single is not None:
            gas = single(computation, stack, memory, gas, payload)
        elif opcode >= PUSH0:
            pc, gas = _move(code, opcode, stack, pc=pc, gas=gas)
        elif opcode == JUMPDEST:
            row = code[pc:last]
            more = len(row) - len(row.lstrip(b"\x5b"))
            gas, pc = _pay(gas, JUMPDEST_GAS * (1 + more)), pc + more
        elif opcode in (JUMP, JUMPI):
            return _jump(program, opcode, stack, pc=pc, gas=gas)
        else:
            gas = _pay(gas, CHEAP_GAS)
            _push(stack, pc - 1 if opcode == PC else gas)
        if pc > last or not program.is_native(pc) or begins_block(code, pc):
            return pc, gas


def _pay(gas: int, cost: int) -> int:
    if gas < cost:
        raise OutOfGas("opcode")
    return gas - cost


def _push(stack: list[int], value: int) -> None:
    if len(stack) >= STACK_LIMIT:
        raise FullStack("opcode")
    stack.append(value)


def _move(
    code: bytes, opcode: int, stack: list[int], *, pc: int, gas: int
) -> tuple[int, int]:
    """Run a PUSH, DUP or SWAP."""
    if opcode <= PUSH32:
        size = opcode - PUSH0
        gas = _pay(gas, STACK_GAS if size else CHEAP_GAS)
        literal = code[pc : pc + size].ljust(size, b"\0")
        _push(stack, int.from_bytes(literal, "big"))
        return pc + size, gas
    gas = _pay(gas, STACK_GAS)
    deep = opcode - DUP1 + 1 if opcode <= DUP16 else opcode - SWAP1 + 2
    if len(stack) < deep:
        raise InsufficientStack("opcode")
    if opcode <= DUP16:
        _push(stack, stack[-deep])
    else:
        stack[-1], stack[-deep] = stack[-deep], stack[-1]
    return pc, gas


def _jump(
    program: Program, opcode: int, stack: list[int], *, pc: int, gas: int
) -> tuple[int, int]:
    conditional = opcode == JUMPI
    gas = _pay(gas, JUMPI_GAS if conditional else JUMP_GAS)
    if len(stack) < 1 + conditional:
        raise InsufficientStack("opcode")
    target = stack.pop()
    if conditional and not stack.pop():
        return pc, gas
    if target not in program.destinations:
        raise InvalidJumpDestination("jump")
    return target, gas
