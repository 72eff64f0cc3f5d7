"""Drive a chain by consensus: the state machine, with the names of ABCI 2.0.

An engine checks transactions as they come, prepares what to propose, has proposals
processed, and finalizes and commits the one that was agreed on. Values in, values out:
no socket, no clock, no chance. A proposal that was processed is not executed again
when it is finalized, and nothing is kept before `commit`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from eth_typing import Address, Hash32

from node.accepted import Accepted
from node.admission import check_account, check_limits
from node.block import Block, Transaction
from node.bounds import MAX_TIMESTAMP
from node.chain import Chain
from node.config import Config
from node.errors import (
    HeightError,
    NothingFinalizedError,
    TimestampError,
    TransactionRefusedError,
)
from node.execution import Execution, Proposal
from node.genesis import make_genesis
from node.store import Store

_FRAMING = 8  # bytes around a transaction in a consensus engine's block, at most
APP_VERSION = 1  # rises when the same block would give another result


@dataclass(frozen=True, slots=True)
class Info:
    """Say how far the chain is.

    last_block_app_hash: the hash of the last block. clock: how far the engine's clock
    was ahead when it last said so, in seconds. engine_height: the last block of a
    consensus engine that was taken in, 0 before any.
    """

    app_version: int
    last_block_height: int
    last_block_app_hash: Hash32
    clock: int
    engine_height: int


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold a transaction that may wait, and its sender's next nonce on the chain."""

    transaction: Transaction
    account_nonce: int


class StateMachine:
    """Hold one chain in one store, and the block that may come next."""

    def __init__(self, config: Config, store: Store) -> None:
        self.chain = Chain(config, store)
        self._config = config
        self._store = store
        self._processed: tuple[Proposal, Execution] | None = None
        self._finalized: Execution | None = None
        self._accepted = Accepted(config.chain.id)
        if store.height < 0:
            block, nodes = make_genesis(config)
            store.append(block, nodes, clock=0)

    def info(self) -> Info:
        """Say how far the chain is."""
        head = self.chain.head
        store = self._store
        height = store.engine_height
        return Info(APP_VERSION, head.number, head.hash, store.clock, height)

    def accept(self, raw: bytes) -> Transaction:
        """Decode a signed transaction of this chain; raises TransactionRefusedError."""
        return self._accepted.accept(raw)

    def check_tx(self, raw: bytes) -> Checked:
        """Accept a signed transaction that could run now or after others.

        Raises: TransactionRefusedError.
        """
        tx = self.accept(raw)
        check_limits(tx, gas_limit=self._config.gas.transaction_limit)
        sender = self.chain.account(tx.sender, self.chain.head)
        check_account(tx, sender)
        return Checked(tx, sender.nonce)

    def recheck_tx(self, raw: bytes) -> Checked:
        """Say whether a transaction that was checked may wait on after a block.

        Raises: TransactionRefusedError.
        """
        tx = self.accept(raw)
        sender = self.chain.account(tx.sender, self.chain.head)
        check_account(tx, sender)
        return Checked(tx, sender.nonce)

    def prepare_raw(self, waiting: Iterable[bytes], *, max_bytes: int) -> list[bytes]:
        """Choose from encoded transactions what the next block can hold.

        max_bytes: of all of them, with what a consensus engine writes around each.
        """
        chosen: list[bytes] = []
        for tx in self.prepare(self._acceptable(waiting)):
            max_bytes -= len(tx.raw) + _FRAMING
            if max_bytes < 0:
                break
            chosen.append(tx.raw)
        return chosen

    def _acceptable(self, waiting: Iterable[bytes]) -> Iterator[Transaction]:
        for raw in waiting:
            with suppress(TransactionRefusedError):
                yield self.accept(raw)

    def prepare(self, waiting: Iterable[Transaction]) -> tuple[Transaction, ...]:
        """Choose what the next block can hold: no nonce gap, limits within its gas.

        Senders in order of arrival, each one's transactions in order of nonce.
        """
        by_sender: dict[Address, dict[int, Transaction]] = {}
        for tx in waiting:
            by_sender.setdefault(tx.sender, {})[tx.nonce] = tx
        head, gas = self.chain.head, self._config.gas.block_limit
        chosen: list[Transaction] = []
        for sender, by_nonce in by_sender.items():
            nonce = self.chain.account(sender, head).nonce
            while (next_one := by_nonce.get(nonce)) and next_one.gas <= gas:
                chosen.append(next_one)
                gas -= next_one.gas
                nonce += 1
        return tuple(chosen)

    def process(self, proposal: Proposal) -> None:
        """Execute a proposal, beside the chain, and remember what came of it.

        Transactions that cannot run are no reason to refuse it: they are left out.
        Raises: HeightError, TimestampError; then it must not become a block.
        """
        self._processed = proposal, self._execute(proposal)

    def finalize(self, proposal: Proposal) -> Execution:
        """Return the block that a proposal becomes; executes it if that was not done.

        Raises: HeightError, TimestampError.
        """
        match self._processed:
            case (processed, execution) if processed == proposal:
                self._finalized = execution
            case _:
                self._finalized = self._execute(proposal)
        return self._finalized

    def commit(self, *, clock: int = 0, engine_height: int = 0) -> Block:
        """Keep the block that was finalized last, in one write.

        clock: how far the engine's clock is ahead, in seconds, kept with the block.
        engine_height: the consensus engine's own number of it.
        Raises: NothingFinalizedError.
        """
        if self._finalized is None:
            raise NothingFinalizedError
        execution = self._finalized
        self._store.append(
            execution.block, execution.nodes, clock=clock, engine_height=engine_height
        )
        self._processed = self._finalized = None
        return execution.block

    def pass_height(self, engine_height: int) -> None:
        """Keep that a consensus engine's block was taken in and made no block here."""
        self._store.engine_height = engine_height
        self._processed = self._finalized = None

    def keep_clock(self, clock: int) -> None:
        """Keep how far the engine's clock is ahead, in seconds, between blocks."""
        self._store.clock = clock

    def rewind(self, height: int) -> None:
        """Forget the blocks above a height; a network never does."""
        self._store.truncate(height)
        self._processed = self._finalized = None

    def _execute(self, proposal: Proposal) -> Execution:
        parent = self.chain.head
        if proposal.height != parent.number + 1:
            raise HeightError(latest=parent.number, found=proposal.height)
        latest, found = parent.header.timestamp, proposal.timestamp
        if not latest < found <= MAX_TIMESTAMP:
            raise TimestampError(latest=latest, most=MAX_TIMESTAMP, found=found)
        return self.chain.execute_after(parent, proposal)
