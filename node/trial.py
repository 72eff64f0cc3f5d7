"""Run what waits, one after the other, on a state that is never kept.

So that a transaction is judged on the state which those before it will leave: of a
hundred that each would succeed alone, and only one of them at all, one is admitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eth_typing import Address, Hash32

from node.block import Block, Header, Transaction
from node.evm.block_run import BlockRun
from node.evm.execute import Outcome
from node.execution import Ancestors, Execution, close, environment_of
from node.overlay import Overlay
from node.permissions import Rules


class Trial:
    """Run transactions after a block, under the header of the next one.

    header: begun, with the timestamp that the next block is expected to have.
    """

    def __init__(
        self,
        nodes: Mapping[bytes, bytes],
        header: Header,
        *,
        chain_id: int,
        ancestors: Ancestors,
        rules: Rules,
    ) -> None:
        self.header = header
        self._overlay = Overlay(nodes)
        environment = environment_of(header, chain_id, ancestors)
        self._run = BlockRun(
            self._overlay, header.state_root, environment, rules, bounded=False
        )
        self._rules = rules
        self._tried: dict[Hash32, tuple[Transaction, Outcome]] = {}
        self._spent = False

    def follows(self, parent: Block) -> bool:
        """Say whether this is a trial of what comes after a block."""
        return not self._spent and self.header.parent_hash == parent.hash

    def next_nonce(self, sender: Address) -> int:
        """Return the sender's nonce after all that was tried."""
        return self._run.nonce(sender)

    def outcome(self, digest: Hash32) -> Outcome | None:
        """Return what a transaction did that was tried."""
        tried = self._tried.get(digest)
        return None if tried is None else tried[1]

    def add(self, tx: Transaction) -> Outcome:
        """Run one more transaction; raises TransactionRefusedError, and undoes it."""
        outcome = self._run.apply(tx)
        self._tried[tx.hash] = tx, outcome
        return outcome

    def take(
        self, header: Header, transactions: Sequence[Transaction]
    ) -> Execution | None:
        """Return the block of just what was tried, if it is that; then it is spent."""
        tried = [tx for tx, _ in self._tried.values()]
        if self._spent or header != self.header or tried != list(transactions):
            return None
        if not self._fits():
            return None
        self._spent = True
        outcomes = [outcome for _, outcome in self._tried.values()]
        block = close(header, self._run.commit(), tried, outcomes)
        return Execution(block, self._overlay.added, (), tuple(outcomes))

    def _fits(self) -> bool:
        """Say whether each finds room in a block, where a trial has no bounds."""
        gas, size = self._rules.block_gas, self._rules.block_size
        for tx, outcome in self._tried.values():
            if tx.gas > gas or len(tx.raw) > size:
                return False
            gas -= outcome.gas_used
            size -= len(tx.raw)
        return True
