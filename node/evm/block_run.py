"""Execute the transactions of one block, one after another, by a chain's rules.

In: a state root, the block's environment, transactions. Out: the outcome of each, or
why it cannot be in this block here; at the end the new root.
"""

from __future__ import annotations

from collections.abc import Mapping

from eth.vm.forks.cancun.constants import BEACON_ROOTS_ADDRESS, HISTORY_BUFFER_LENGTH
from eth.vm.forks.prague.constants import HISTORY_SERVE_WINDOW, HISTORY_STORAGE_ADDRESS
from eth_typing import Address, Hash32

from node.admission import check_account, check_limits
from node.block import Transaction
from node.errors import (
    BlockFullError,
    FeeError,
    NonceError,
    TransactionRefusedError,
    WouldFailError,
)
from node.evm.execute import Call, Outcome, run_call, run_free
from node.evm.state import (
    Environment,
    open_state,
    reaches_contract,
    read_account,
    read_standing,
)
from node.permissions import Effect, Rules, check_after, check_before
from node.precompiles import foresee


class BlockRun:
    """Execute one block: the system hooks, then transaction by transaction.

    nodes: a `Nodes` if it will be committed; nothing reaches it before.
    rules: what a chain demands besides Prague's rules. bounded: whether a transaction
    is refused for which the block has no gas or no bytes left.
    """

    def __init__(
        self,
        nodes: Mapping[bytes, bytes],
        root: Hash32,
        environment: Environment,
        rules: Rules | None = None,
        *,
        bounded: bool = True,
    ) -> None:
        self._state = open_state(nodes, root, environment)
        self._rules = rules
        self._bounded = bounded
        self._gas_left = environment.gas_limit
        self._size_left = rules.block_size if rules else 0
        # What is refused after it was run takes no gas of the block, and is bounded by
        # as much again: else a proposer would keep every other node busy for nothing.
        self._waste_left = environment.gas_limit
        self._base_fee = environment.base_fee
        self._record_parents(environment)

    def _record_parents(self, environment: Environment) -> None:
        """Write the beacon root (EIP-4788) and the parent's hash (EIP-2935)."""
        slot = environment.timestamp % HISTORY_BUFFER_LENGTH
        beacon_root = int.from_bytes(environment.parent_beacon_root, "big")
        state = self._state
        state.set_storage(BEACON_ROOTS_ADDRESS, slot, environment.timestamp)
        state.set_storage(
            BEACON_ROOTS_ADDRESS, slot + HISTORY_BUFFER_LENGTH, beacon_root
        )
        state.set_storage(
            HISTORY_STORAGE_ADDRESS,
            (environment.number - 1) % HISTORY_SERVE_WINDOW,
            int.from_bytes(environment.parent_hash, "big"),
        )

    def apply(self, tx: Transaction) -> Outcome:
        """Execute a transaction.

        Raises: TransactionRefusedError if it cannot be in this block here; then
        nothing changed.
        """
        self._check_room(tx)
        limit = self._rules.transaction_gas if self._rules else tx.gas
        check_limits(tx, gas_limit=limit)  # whoever proposed it need not have
        if tx.max_fee < self._base_fee:
            raise FeeError(f"maximum fee is below the base fee, {self._base_fee}")
        sender = read_account(self._state, tx.sender)
        check_account(tx, sender)
        if tx.nonce != sender.nonce:
            raise NonceError("too high", expected=sender.nonce, found=tx.nonce)
        self._state.lock_changes()  # before any snapshot: it forgets what is warm
        if self._rules is None:
            outcome = self._run(tx)
        else:
            outcome = self._run_by(self._rules, tx)
        self._gas_left -= outcome.gas_used
        self._size_left -= len(tx.raw)
        return outcome

    def nonce(self, sender: Address) -> int:
        """Return an account's nonce as it is by now."""
        return self._state.get_nonce(sender)

    def _check_room(self, tx: Transaction) -> None:
        if not self._bounded:
            return
        if tx.gas > self._gas_left:
            raise BlockFullError(f"block has {self._gas_left} gas left, asks {tx.gas}")
        if self._rules and len(tx.raw) > self._size_left:
            fact = f"block has {self._size_left} bytes left, it takes {len(tx.raw)}"
            raise BlockFullError(fact)
        if self._waste_left < 0:
            raise BlockFullError("block has been refused as much as it may hold")

    def _run_by(self, rules: Rules, tx: Transaction) -> Outcome:
        """Run what its sender may send, and undo it if its effect may not stay."""
        state = self._state
        standing = read_standing(state, tx.sender, rules)
        reaches = reaches_contract(state, tx.to)
        check_before(tx, standing, rules, reaches_contract=reaches)
        before = state.snapshot()
        outcome = self._run(tx)
        effect = Effect(
            outcome.failure, outcome.output, outcome.creations, len(outcome.logs)
        )
        try:
            check_after(standing, rules, effect)
        except TransactionRefusedError as error:
            state.revert(before)
            self._waste_left -= outcome.gas_used
            if isinstance(error, WouldFailError):
                error.trace = outcome.trace
            raise
        state.commit(before)
        return outcome

    def _run(self, tx: Transaction) -> Outcome:
        foresee(tx.payload)  # once it may run: whoever may not has paid for nothing
        call = Call(
            sender=tx.sender,
            to=tx.to,
            value=tx.value,
            payload=tx.payload,
            gas=tx.gas,
            gas_price=min(tx.max_fee, self._base_fee + tx.priority_fee),
            access_list=tx.access_list,
        )
        return run_call(
            self._state, call, fee=call.gas_price, tip=call.gas_price - self._base_fee
        )

    def simulate(self, call: Call) -> Outcome:
        """Run a call as a transaction would run here; gas is free whatever its price.

        Raises: GasLimitError, InsufficientFundsError, OversizedError.
        """
        return run_free(self._state, call)

    def commit(self) -> Hash32:
        """Write the new state to `nodes` and return its root."""
        self._state.persist()
        return self._state.state_root
