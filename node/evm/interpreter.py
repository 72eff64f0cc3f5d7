"""Run a message's bytecode: compiled where it is hot, opcode by opcode elsewhere.

An opcode is one of three kinds: inline (its Python is written into compiled paths, and
run by `uncompiled.py` before they are), called (a function of ours on the computation),
or py-evm's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from eth.abc import (
    ComputationAPI,
    MessageAPI,
    OpcodeAPI,
    StateAPI,
    TransactionContextAPI,
)
from eth.constants import CREATE_CONTRACT_ADDRESS
from eth.exceptions import Halt, VMError
from eth.vm.code_stream import CodeStream
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.forks.prague.opcodes import PRAGUE_OPCODES
from eth.vm.gas_meter import GasMeter, allow_negative_refund_strategy
from eth.vm.logic.invalid import InvalidOpcode
from eth.vm.memory import Memory
from eth.vm.opcode_values import SELFDESTRUCT, STOP
from eth.vm.stack import Stack, to_int
from eth_typing import Address
from typing_extensions import override

from node.evm.account_opcodes import ACCOUNT_OPCODES
from node.evm.compiler.program import Program
from node.evm.compiler.programs import compile_path, read_program
from node.evm.failing import Failing, mark_message
from node.evm.log_opcodes import LOG_OPCODES
from node.evm.message_calls import quickened
from node.evm.on_demand import OnDemand, of_stack
from node.evm.precompile_calls import (
    AS_MESSAGES,
    CALL,
    CALLCODE,
    DELEGATECALL,
    STATICCALL,
)
from node.evm.storage_opcodes import STORAGE_OPCODES
from node.evm.uncompiled import run_uncompiled

RIPEMD160 = Address(bytes(19) + b"\x03")


# Our own, those of `CALLED`: none moves where the program is, or leaves anything but
# integers.
_FUNCTIONS: dict[int, Callable[..., None]] = {
    opcode: quickened(opcode, PRAGUE_OPCODES[opcode])
    for opcode in (CALL, CALLCODE, DELEGATECALL, STATICCALL)
}
_FUNCTIONS |= ACCOUNT_OPCODES | STORAGE_OPCODES | LOG_OPCODES
_OPCODES: dict[int, OpcodeAPI] = cast("dict[int, OpcodeAPI]", _FUNCTIONS) | {
    # py-evm wraps it in a Python warning to the node's operator: not their business.
    SELFDESTRUCT: cast("Any", PRAGUE_OPCODES[SELFDESTRUCT]).__wrapped__
}


_Logs = list[tuple[int, Address, tuple[int, ...], bytes]]


def _merged(one: _Logs, other: _Logs) -> _Logs:
    """Put two lists together, in any order, for as much as the shorter one costs."""
    short, long = sorted((one, other), key=len)
    long += short
    return long


class Computation(PragueComputation):
    """Run one message."""

    contracts_created: list[Address]
    touched: set[Address]  # by messages inside that did not fail, EIP-161
    touched_ripemd: bool  # by any, even one that failed
    failing: Failing | None = None  # the last message inside that failed
    _log_entries: _Logs
    _error: VMError | None  # type: ignore[assignment]  # as it is there
    _stack: Stack
    _memory: Memory

    _precompiles = PragueComputation.get_precompiles() | AS_MESSAGES
    opcodes = PRAGUE_OPCODES | _OPCODES
    functions = _FUNCTIONS

    # py-evm's own way to look these up takes longer than a short message.
    stack_pop_ints = of_stack("pop_ints")
    stack_pop_bytes = of_stack("pop_bytes")
    stack_pop_any = of_stack("pop_any")
    stack_pop1_int = of_stack("pop1_int")
    stack_pop1_bytes = of_stack("pop1_bytes")
    stack_pop1_any = of_stack("pop1_any")
    stack_push_int = of_stack("push_int")
    stack_push_bytes = of_stack("push_bytes")
    code = OnDemand("code", lambda c: CodeStream(c.msg.code))

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.touched = set()
        self.touched_ripemd = False

    def inside(self, message: MessageAPI) -> Computation:
        """Return the computation of a message that this one sends, not yet run.

        It is as `__init__` would make it, which would check all of it once more.
        """
        inner = object.__new__(type(self))
        inner.state = self.state
        inner.msg = message
        inner.transaction_context = self.transaction_context
        meter = inner._gas_meter = GasMeter.__new__(GasMeter)
        meter.refund_strategy = allow_negative_refund_strategy
        meter.start_gas = meter.gas_remaining = message.gas
        meter.gas_refunded = 0
        inner.children = []
        inner.accounts_to_delete = []
        inner.beneficiaries = []
        inner._stack = Stack()
        inner._memory = Memory()
        inner._log_entries = []
        inner.data_floor_cost = 0
        inner.touched = set()
        inner.touched_ripemd = False
        inner.contracts_created = self.contracts_created
        return inner

    @override
    def add_child_computation(self, child_computation: ComputationAPI) -> None:
        """Take over what a message inside did, and keep nothing else of it.

        py-evm keeps them all, with stack and memory, and asks them at the end, at each
        depth anew.
        """
        super().add_child_computation(child_computation)
        self.children.clear()
        self.take_over(cast("Computation", child_computation))

    def take_over(self, child: Computation) -> None:
        """Add what a message inside did, unless it failed, to what this one did."""
        to = child.msg.to
        if child.touched_ripemd or to == RIPEMD160 or RIPEMD160 in child.beneficiaries:
            self.touched_ripemd = True
        if child._error is not None:
            self.failing = mark_message(child)
            child.forget_frames()
            return
        self._gas_meter.gas_refunded += child._gas_meter.gas_refunded
        if child._log_entries:
            self._log_entries = _merged(self._log_entries, child._log_entries)
        self.accounts_to_delete += child.accounts_to_delete
        self.beneficiaries += child.beneficiaries
        if child.touched:
            small, self.touched = sorted((self.touched, child.touched), key=len)
            self.touched |= small
        if to != CREATE_CONTRACT_ADDRESS:
            self.touched.add(to)

    def forget_frames(self) -> None:
        """Let go of what an error holds: the frames that it went through, and theirs.

        They hold this computation in turn, which only a collection of garbage would
        find.
        """
        error: BaseException | None = self._error
        while error is not None:
            error.__traceback__ = None
            error = error.__context__

    @override
    def register_account_for_deletion(self, beneficiary: Address) -> None:
        """Delete this account at the end; one inside it may have said so before."""
        self.accounts_to_delete.append(self.msg.storage_address)
        self.beneficiaries.append(beneficiary)

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
        """Go on from path to path and from opcode to opcode until one halts.

        Between them the stack holds integers only and gas is in the meter.
        """
        meter, stack = self._gas_meter, cast("list[int]", self._stack.values)
        payload = self.msg.data_as_bytes
        paths, code = program.paths, program.code
        size = len(code)
        pc = 0
        try:
            while True:
                path = paths.get(pc)
                if path is not None:
                    # py-evm may have replaced the bytes, and offers no view of them.
                    memory = self._memory._bytes  # noqa: SLF001
                    pc, meter.gas_remaining = path(
                        self, stack, memory, meter.gas_remaining, payload
                    )
                elif (
                    run := _FUNCTIONS.get(code[pc] if pc < size else STOP)
                ) is not None:
                    run(self)
                    pc += 1
                else:
                    pc = self._step(program, pc)
        except Halt:
            return

    def _step(self, program: Program, pc: int) -> int:
        """Run one opcode of py-evm, or inline ones that are not compiled yet."""
        if program.is_inline(pc):
            if program.count_visit(pc):
                compile_path(program, pc)
                return pc
            memory, gas = self._memory._bytes, self._gas_meter.gas_remaining  # noqa: SLF001
            pc, left = run_uncompiled(self, program, pc, memory)
            self._gas_meter.gas_remaining = left
            program.spent += gas - left
            return pc
        pc = self._call_opcode(program.code, pc)
        stack = self._stack.values
        if stack and type(stack[-1]) is not int:
            stack[-1] = to_int(stack[-1])
        return pc

    def _call_opcode(self, code: bytes, pc: int) -> int:
        """Run one opcode of py-evm; returns where the next one is."""
        opcode = code[pc] if pc < len(code) else STOP
        self.code.program_counter = pc + 1
        function: Any = self.opcodes.get(opcode) or InvalidOpcode(opcode)
        function(computation=self)
        position: int = self.code.program_counter
        return position
