"""Run bytecode."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eth.abc import ComputationAPI, MessageAPI, StateAPI, TransactionContextAPI
from eth.exceptions import Halt, VMError
from eth.vm.forks.prague.computation import PragueComputation
from eth.vm.logic.invalid import InvalidOpcode
from eth_typing import Address

from node.modexp import modexp, modexp_gas
from node.precompiles import BLS_PRECOMPILES, Precompile, PrecompileError


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


_PRECOMPILES = PragueComputation.get_precompiles() | {
    Address(number.to_bytes(20, "big")): _charge_and_run(precompile)
    for number, precompile in (
        {0x05: Precompile(modexp_gas, modexp)} | BLS_PRECOMPILES
    ).items()
}


class Computation(PragueComputation):
    """Run one message."""

    _precompiles = _PRECOMPILES

    contracts_created: list[Any]

    @classmethod
    def apply_computation(
        cls,
        state: StateAPI,
        message: MessageAPI,
        transaction_context: TransactionContextAPI,
        parent_computation: ComputationAPI | None = None,
    ) -> ComputationAPI:
        """Run."""
        with cls(state, message, transaction_context) as computation:
            computation.contracts_created = (
                []
                if parent_computation is None
                else parent_computation.contracts_created
            )
            if message.is_create:
                computation.contracts_created.append(message.storage_address)
            precompile = computation.precompiles.get(message.code_address)
            if precompile is not None:
                if not message.is_delegation:
                    precompile(computation)
                return computation
            table = computation.opcodes
            for opcode in computation.code:
                fn = table.get(opcode)
                if fn is None:
                    fn = InvalidOpcode(opcode)
                try:
                    fn(computation=computation)
                except Halt:
                    break
        return computation
