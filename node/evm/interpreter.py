"""Run a message's bytecode: compiled where it is hot, py-evm's opcodes elsewhere."""

from __future__ import annotations

from typing import Any, cast

from eth.abc import (
    ComputationAPI,
    MessageAPI,
    OpcodeAPI,
    StateAPI,
    TransactionContextAPI,
)
from eth.exceptions import Halt
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.opcodes import PRAGUE_OPCODES
from eth.vm.logic.invalid import InvalidOpcode
from eth.vm.memory import Memory
from eth.vm.stack import Stack, to_int
from eth_typing import Address
from typing_extensions import override

from node.evm.compiler import Program, read_program
from node.evm.opcodes import JUMP, JUMPDEST, JUMPI, SELFDESTRUCT, STOP
from node.evm.precompile_calls import AS_MESSAGES, CALL, STATICCALL, shortened

ENDS = frozenset({JUMP, JUMPI})


_OPCODES: dict[int, OpcodeAPI] = {
    opcode: cast("OpcodeAPI", shortened(opcode, PRAGUE_OPCODES[opcode]))
    for opcode in (CALL, STATICCALL)
} | {
    # py-evm wraps it in a Python warning to the node's operator: not their business.
    SELFDESTRUCT: cast("Any", PRAGUE_OPCODES[SELFDESTRUCT]).__wrapped__
}


class Computation(PragueComputation):
    """Run one message."""

    contracts_created: list[Address]
    _stack: Stack
    _memory: Memory

    _precompiles = PragueComputation.get_precompiles() | AS_MESSAGES
    opcodes = PRAGUE_OPCODES | _OPCODES

    @classmethod
    @override
    def apply_computation(
        cls,
        state: StateAPI,
        message: MessageAPI,
        transaction_context: TransactionContextAPI,
        parent_computation: ComputationAPI | None = None,
    ) -> ComputationAPI:
        """Run a message to its end; EVM errors end up in the result.

        The cost of initcode is in the transaction's intrinsic gas, not charged here.
        """
        computation = cls(state, message, transaction_context)
        with computation:
            computation.contracts_created = (
                []
                if parent_computation is None
                else parent_computation.contracts_created
            )
            if message.is_create:
                computation.contracts_created.append(message.storage_address)
            precompile = computation.precompiles.get(message.code_address)
            if precompile is None:
                computation._run(read_program(message.code))
            elif not message.is_delegation:
                precompile(computation)
        return computation

    def _run(self, program: Program) -> None:
        """Go from block to block until one halts.

        Between blocks the stack holds integers only and gas is in the meter.
        """
        meter, stack = self._gas_meter, cast("list[int]", self._stack.values)
        payload = self.msg.data_as_bytes
        blocks = program.blocks
        pc = 0
        try:
            while True:
                block = blocks.get(pc)
                if block is None:
                    pc = self._step(program, pc)
                else:
                    # py-evm may have replaced the bytes, and offers no view of them.
                    memory = self._memory._bytes  # noqa: SLF001
                    pc, meter.gas_remaining = block(
                        self, stack, memory, meter.gas_remaining, payload
                    )
        except Halt:
            return

    def _step(self, program: Program, pc: int) -> int:
        """Run one opcode that is never compiled, or a block that is not yet."""
        if program.is_native(pc):
            if not program.is_hot(pc):
                return self._run_cold(program, pc)
            program.compile(pc)
            return pc
        pc = self._call_opcode(program.code, pc)
        stack = self._stack.values
        if stack and type(stack[-1]) is not int:
            stack[-1] = to_int(stack[-1])
        return pc

    def _run_cold(self, program: Program, pc: int) -> int:
        """Run a block through py-evm's own opcodes."""
        code = program.code
        while True:
            opcode = code[pc]
            pc = self._call_opcode(code, pc)
            if opcode in ENDS or not program.is_native(pc) or code[pc] == JUMPDEST:
                break
        stack = self._stack.values
        stack[:] = [to_int(value) for value in stack]
        return pc

    def _call_opcode(self, code: bytes, pc: int) -> int:
        """Run one opcode of py-evm; returns where the next one is."""
        opcode = code[pc] if pc < len(code) else STOP
        self.code.program_counter = pc + 1
        function: Any = self.opcodes.get(opcode) or InvalidOpcode(opcode)
        function(computation=self)
        position: int = self.code.program_counter
        return position
