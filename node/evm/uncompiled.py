"""Run bytecode opcode by opcode, as long as no path of it is compiled.

Compiling pays for code that runs often; what runs a few times must not cost far more
for its gas. The opcodes that are nothing but Python are functions made of the templates
that compiled paths are made of, one each; ADD, for instance, is

    def single(computation, stack, memory, gas, calldata):
     gas -= 3
     if gas < 0: raise OutOfGas('opcode')
     if len(stack) < 2: raise InsufficientStack('opcode')
     x = stack.pop()
     y = stack.pop()
     v = (x + y) & MASK
     if len(stack) >= 1024: raise FullStack('opcode')
     stack.append(v)
     return gas
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from eth.constants import (
    GAS_BASE,
    GAS_HIGH,
    GAS_JUMPDEST,
    GAS_MID,
    GAS_VERYLOW,
)
from eth.exceptions import (
    FullStack,
    InsufficientStack,
    InvalidJumpDestination,
    OutOfGas,
)
from eth.vm.opcode_values import (
    DUP1,
    DUP16,
    JUMP,
    JUMPDEST,
    JUMPI,
    PC,
    PUSH0,
    PUSH32,
    SWAP1,
)

from node.evm.compiler.program import Program, is_entry
from node.evm.compiler.stretch import STACK_LIMIT
from node.evm.templates import NAMES, TEMPLATES

_Single = Callable[[Any, list[int], bytearray, int, bytes], int]

_MAX_BYTES: Final = 256
"""How far straight code is run, before it is asked whether a path begins there."""
_ROW: Final = bytes([JUMPDEST])


def _compile_single(opcode: int) -> _Single:
    """Make a function of one template, which takes what a path takes."""
    template = TEMPLATES[opcode]
    operands = "xyz"[: template.takes]
    fields = dict(zip("xyz", "xyz", strict=True)) | {"v": "v"}
    lines = [
        "def single(computation, stack, memory, gas, calldata):",
        f"gas -= {template.gas}",
        "if gas < 0: raise OutOfGas('opcode')",
        f"if len(stack) < {template.takes}: raise InsufficientStack('opcode')",
        *(f"{name} = stack.pop()" for name in operands),
        *(line.format(**fields) for line in template.lines),
    ]
    if template.gives:
        lines += [
            f"if len(stack) >= {STACK_LIMIT}: raise FullStack('opcode')",
            "stack.append(v)",
        ]
    names = dict(NAMES)
    exec("\n ".join([*lines, "return gas"]), names)  # noqa: S102  # templates only
    single: _Single = names["single"]
    return single


_SINGLES = {opcode: _compile_single(opcode) for opcode in TEMPLATES}


def run_uncompiled(
    computation: Any, program: Program, pc: int, memory: bytearray
) -> tuple[int, int]:
    """Run from `pc` on, whose opcode is inline, to a jump, an entry or another opcode.

    Returns where to go on, and the gas left, as a path does. Raises: VMError.
    """
    code, stack = program.code, computation._stack.values  # noqa: SLF001  # its own
    gas: int = computation._gas_meter.gas_remaining  # noqa: SLF001
    payload: bytes = computation.msg.data_as_bytes
    last = pc + _MAX_BYTES
    while True:
        opcode = code[pc]
        pc += 1
        single = _SINGLES.get(opcode)
        if single is not None:
            gas = single(computation, stack, memory, gas, payload)
        elif opcode >= PUSH0:
            pc, gas = _move(code, opcode, stack, pc=pc, gas=gas)
        elif opcode == JUMPDEST:
            row = code[pc:last]  # of JUMPDESTs, which is one entry
            more = len(row) - len(row.lstrip(_ROW))
            gas, pc = _pay(gas, GAS_JUMPDEST * (1 + more)), pc + more
        elif opcode in (JUMP, JUMPI):
            return _jump(program, opcode, stack, pc=pc, gas=gas)
        else:
            gas = _pay(gas, GAS_BASE)
            _push(stack, pc - 1 if opcode == PC else gas)
        if pc > last or not program.is_inline(pc) or is_entry(code, pc):
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
        gas = _pay(gas, GAS_VERYLOW if size else GAS_BASE)
        literal = code[pc : pc + size].ljust(size, b"\0")
        _push(stack, int.from_bytes(literal, "big"))
        return pc + size, gas
    gas = _pay(gas, GAS_VERYLOW)
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
    gas = _pay(gas, GAS_HIGH if conditional else GAS_MID)
    if len(stack) < 1 + conditional:
        raise InsufficientStack("opcode")
    target = stack.pop()
    if conditional and not stack.pop():
        return pc, gas
    if target not in program.destinations:
        raise InvalidJumpDestination("jump")
    return target, gas
