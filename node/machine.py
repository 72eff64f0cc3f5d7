"""Drive a chain by consensus: the state machine, with the names of ABCI 2.0.

An engine checks transactions as they come, prepares what to propose, has proposals
processed, and finalizes and commits the one that was agreed on. Values in, values out:
no socket, no clock, no chance. A proposal that was processed is not executed again
when it is finalized, and nothing is kept before `commit`.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from eth_typing import Address, Hash32

from node.accepted import Accepted
from node.admission import Account, Checked, check_account, check_limits
from node.block import Block, Transaction
from node.bounds import MAX_TIMESTAMP
from node.chain import Chain
from node.config import Config
from node.errors import (
    HeightError,
    NonceError,
    NothingFinalizedError,
    TimestampError,
    TransactionRefusedError,
)
from node.execution import Execution, Proposal, begin_header
from node.genesis import make_genesis
from node.packing import Entry, pack
from node.permissions import Standing, check_before
from node.store import Store
from node.trial import Trial

_FRAMING = 8  # bytes around a transaction in a consensus engine's block, at most
_ROUNDS = 4  # proposals that are remembered until one is agreed on
_SENDERS = 16_384  # accounts that are kept until the next block
_MEASURED = 16_384  # transactions of which the gas that they use is remembered
APP_VERSION = 2  # rises when the same block would give another result


@dataclass(frozen=True, slots=True)
class Info:
    """Say how far the chain is.

    last_block_app_hash: the hash of the last block. clock: how far the engine's clock
    was ahead when it last said so, in seconds. exact: the timestamp that the next block
    was told to have, if any. engine_height: the last block of a consensus engine that
    was taken in, 0 before any.
    """

    app_version: int
    last_block_height: int
    last_block_app_hash: Hash32
    clock: int
    exact: int | None
    engine_height: int


class StateMachine:
    """Hold one chain in one store, and the block that may come next."""

    def __init__(self, config: Config, store: Store) -> None:
        self.chain = Chain(config, store)
        self._config = config
        self._store = store
        self._processed: deque[tuple[Proposal, Execution]] = deque(maxlen=_ROUNDS)
        self._trial: Trial | None = None
        self._gas_used: OrderedDict[Hash32, int] = OrderedDict()
        self._finalized: Execution | None = None
        self._accepted = Accepted(config.chain.id)
        self._senders: dict[Address, tuple[Account, Standing]] = {}
        if store.height < 0:
            block, nodes = make_genesis(config)
            store.append(block, nodes, clock=0)

    def info(self) -> Info:
        """Say how far the chain is."""
        head = self.chain.head
        store = self._store
        height = store.engine_height
        clock, exact = store.clock, store.exact
        return Info(APP_VERSION, head.number, head.hash, clock, exact, height)

    def require_there(self) -> None:
        """Refuse if what is kept would not be found again. Raises: HomeLostError."""
        self._store.require_there()

    def accept(self, raw: bytes) -> Transaction:
        """Decode a signed transaction of this chain; raises TransactionRefusedError."""
        return self._accepted.accept(raw)

    def check_tx(self, raw: bytes) -> Checked:
        """Accept a signed transaction that could run now or after others.

        Raises: TransactionRefusedError.
        """
        tx = self.accept(raw)
        chain = self.chain
        check_limits(tx, gas_limit=chain.rules.transaction_gas)
        sender, standing = self._sender(tx.sender)
        check_account(tx, sender)
        reaches = chain.reaches_contract(tx.to, chain.head)
        check_before(tx, standing, chain.rules, reaches_contract=reaches)
        return Checked(tx, sender.nonce, standing.is_stranger)

    def try_tx(
        self, checked: Checked, *, timestamp: int, earlier: Sequence[Transaction] = ()
    ) -> int:
        """Run a checked transaction after all that were tried since the last block.

        Returns the gas that it uses, its limit while an earlier nonce is missing. A
        stranger's does not wait for one. timestamp: what the next block's is expected
        to be; it counts for the first that is tried. earlier: what its sender has
        waiting before it, in case that its nonce was tried already, or theirs were not.
        Raises: TransactionRefusedError.
        """
        tx = checked.transaction
        trial = self._trial_of(timestamp)
        if tx.nonce < trial.next_nonce(tx.sender) and not trial.outcome(tx.hash):
            trial = self.chain.begin_trial(timestamp)
            for each in earlier:
                trial.add(each)
        for each in earlier:  # a trial begins anew whenever the engine has agreed
            if each.nonce == trial.next_nonce(tx.sender):
                trial.add(each)
        expected = trial.next_nonce(tx.sender)
        if tx.nonce > expected:
            if checked.is_stranger:
                raise NonceError("too high", expected=expected, found=tx.nonce)
            return tx.gas
        outcome = trial.outcome(tx.hash) or trial.add(tx)
        self._gas_used[tx.hash] = outcome.gas_used
        if len(self._gas_used) > _MEASURED:
            self._gas_used.popitem(last=False)
        return outcome.gas_used

    def trial_timestamp(self) -> int | None:
        """Return the timestamp of trials since the last block, None before any."""
        trial = self._trial
        if trial is None or not trial.follows(self.chain.head):
            return None
        return trial.header.timestamp

    def end_trial(self) -> None:
        """Forget what was tried, as at a new block."""
        self._trial = None

    def _trial_of(self, timestamp: int) -> Trial:
        if self._trial is None or not self._trial.follows(self.chain.head):
            self._trial = self.chain.begin_trial(timestamp)
        return self._trial

    def recheck_tx(self, raw: bytes) -> Checked:
        """Say whether a transaction that was checked may wait on after a block.

        Raises: TransactionRefusedError.
        """
        tx = self.accept(raw)
        sender, standing = self._sender(tx.sender)
        check_account(tx, sender)
        return Checked(tx, sender.nonce, standing.is_stranger)

    def _sender(self, address: Address) -> tuple[Account, Standing]:
        """Return an account at the head and what it may do.

        Kept until the next block: of all that waits, each one's sender is asked for
        after each block.
        """
        found = self._senders.get(address)
        if found is None:
            if len(self._senders) >= _SENDERS:
                self._senders.clear()
            chain, head = self.chain, self.chain.head
            found = chain.account(address, head), chain.standing(address, head)
            self._senders[address] = found
        return found

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
        """Choose what the next block can hold: no nonce gap, within its bounds."""
        by_sender: dict[Address, dict[int, Transaction]] = {}
        for tx in waiting:
            by_sender.setdefault(tx.sender, {})[tx.nonce] = tx
        queues = (self._queue(*each) for each in by_sender.items())
        return pack(
            filter(None, queues),
            gas=self.chain.rules.block_gas,
            size=self.chain.rules.block_size,
            strangers_first=self.chain.head.number % 2 == 0,
        )

    def _queue(self, sender: Address, by_nonce: dict[int, Transaction]) -> deque[Entry]:
        account, standing = self._sender(sender)
        nonce, is_stranger = account.nonce, standing.is_stranger
        queue: deque[Entry] = deque()
        while (tx := by_nonce.get(nonce)) is not None:
            gas = self._gas_used.get(tx.hash, tx.gas)
            queue.append(Entry(tx, is_stranger, gas))
            nonce += 1
        return queue

    def process(self, proposal: Proposal) -> None:
        """Execute a proposal, beside the chain, and remember what came of it.

        Transactions that cannot run are no reason to refuse it: they are left out.
        Raises: HeightError, TimestampError; then it must not become a block.
        """
        self._processed.append((proposal, self._execute(proposal)))

    def finalize(self, proposal: Proposal) -> Execution:
        """Return the block that a proposal becomes; executes it if that was not done.

        Raises: HeightError, TimestampError.
        """
        for processed, execution in self._processed:
            if processed == proposal:
                self._finalized = execution
                return execution
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
            execution.block,
            execution.nodes,
            clock=clock,
            engine_height=engine_height,
            dropped=execution.dropped,
        )
        self._let_go()
        return execution.block

    def pass_height(self, engine_height: int) -> None:
        """Keep that a consensus engine's block was taken in and made no block here."""
        self._store.engine_height = engine_height
        self._let_go()

    def keep_clock(self, clock: int, exact: int | None) -> None:
        """Keep how far the engine's clock is ahead, in seconds, between blocks.

        exact: the timestamp that the next block shall have, None if the clock's.
        """
        self._store.keep_clock(clock, exact)

    def waiting(self) -> tuple[bytes, ...]:
        """Return what waited when the chain was last kept, oldest first."""
        return self._store.waiting

    def keep_waiting(self, waiting: Mapping[Hash32, bytes]) -> None:
        """Keep what waits, so that it does after a restart, too; by hash, as signed.

        Raises: StoreError, HomeLostError; then nothing changed.
        """
        self._store.keep_waiting(waiting)

    def rewind(self, height: int) -> None:
        """Forget the blocks above a height; a network never does."""
        self._store.truncate(height)
        self._let_go()

    def _let_go(self) -> None:
        """Forget what was to come after a block that is the last no more."""
        self._processed.clear()
        self._senders.clear()
        self._finalized = self._trial = None

    def _execute(self, proposal: Proposal) -> Execution:
        parent = self.chain.head
        if proposal.height != parent.number + 1:
            raise HeightError(latest=parent.number, found=proposal.height)
        latest, found = parent.header.timestamp, proposal.timestamp
        if not latest <= found <= MAX_TIMESTAMP:
            raise TimestampError(latest=latest, most=MAX_TIMESTAMP, found=found)
        header = begin_header(parent, proposal, self.chain.rules.block_gas)
        if self._trial is not None:
            taken = self._trial.take(header, proposal.transactions)
            if taken is not None:
                return taken
        return self.chain.execute_after(parent, proposal)
