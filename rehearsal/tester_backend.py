"""A backend for eth-tester: its chain, fees and accounts, on the node's own executor.

    from eth_tester import EthereumTester
    from rehearsal.tester_backend import VecheBackend

    tester = EthereumTester(VecheBackend())

Compiled bytecode and native precompiles are the node's, so that pairings take no
minutes. What the node adds to Prague, who may send what, is not there: everybody may.
"""

from __future__ import annotations

from typing import Any, Final

from eth.db.witness import MetaWitness
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.state import PragueState
from eth_tester import PyEVMBackend
from typing_extensions import override

from node.evm.state import State


class _State(State):
    """Hold accounts as the node does, with the contracts that py-evm begins with."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        PragueState.set_system_contracts(self)

    @override
    def persist(self) -> MetaWitness:
        """Keep what changed; which nodes were read for it nobody here asks."""
        super().persist()
        return MetaWitness(set(), {})


class _Machine(PragueVM):
    """Make blocks by the rules of Prague."""

    _state_class = _State


_FROM_GENESIS: Final = ((0, _Machine),)


class VecheBackend(PyEVMBackend):  # type: ignore[misc]  # eth-tester has no types
    """Run what an `EthereumTester` is asked on the node's executor.

    Takes what eth-tester's own backend on py-evm takes.
    """

    def reset_to_genesis(
        self,
        genesis_params: dict[str, Any] | None = None,
        genesis_state: Any = None,
        num_accounts: int | None = None,
        vm_configuration: Any = None,
        mnemonic: str | None = None,
        hd_path: str | None = None,
    ) -> None:
        """Begin anew; the machine is the node's unless told."""
        super().reset_to_genesis(
            genesis_params,
            genesis_state,
            num_accounts,
            vm_configuration or _FROM_GENESIS,
            mnemonic,
            hd_path,
        )
