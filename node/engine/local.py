"""Make blocks in this one process: at once, on request or at an interval.

A devnet, not a network: nobody else checks these blocks, and whoever reaches the node
can set its clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from eth_typing import Address, Hash32

from node.block import Block, Transaction
from node.bounds import MAX_SET_TIMESTAMP
from node.chain import Chain
from node.config import Config, MiningMode
from node.engine.watcher import NOBODY, Watcher
from node.errors import (
    BlockFullError,
    HomeLostError,
    SnapshotsFullError,
    StoreError,
    TimestampError,
    TransactionRefusedError,
    UnknownSnapshotError,
)
from node.execution import Proposal
from node.machine import StateMachine
from node.pending import Pending
from node.resuming import resume_waiting
from node.store import MemoryStore, Store

_MOST_SNAPSHOTS = 1_024
_STALE = 10  # seconds that trials may be behind the clock


@dataclass(frozen=True, slots=True)
class _Snapshot:
    height: int
    waiting: tuple[Transaction, ...]
    offset: int
    exact: int | None


class LocalEngine:
    """Drive one chain with a clock that can be moved forward.

    clock: returns seconds since 1970. mode: when blocks are made.
    """

    def __init__(
        self, config: Config, clock: Callable[[], int], store: Store | None = None
    ) -> None:
        self.watcher: Watcher = NOBODY
        self._config = config
        self.machine = StateMachine(config, store or MemoryStore())
        self.pending = Pending(self._config.admission)
        self.mode: MiningMode = config.mining.mode
        self._clock = clock
        self._offset = self.machine.info().clock
        self._exact = self.machine.info().exact
        self._snapshots: dict[int, _Snapshot] = {}
        self._snapshots_taken = 0
        resume_waiting(self.machine, self.pending, self.next_timestamp())

    @property
    def chain(self) -> Chain:
        """Return the chain that was committed."""
        return self.machine.chain

    # Transactions

    def send_raw(self, raw: bytes) -> Hash32:
        """Accept a signed transaction, mine it if mining at once, return its hash.

        It is on the chain by then, or kept among what waits.
        Raises: TransactionRefusedError, StoreError, HomeLostError; then it does not
        wait.
        """
        try:
            tx, is_kept = self._admit(raw)
        except TransactionRefusedError as error:
            self.watcher.refused(raw, error)
            raise
        try:
            self._mine_at_once(self.machine.trial_timestamp())
            self.machine.keep_waiting(self.pending.encoded())
        except StoreError:
            if is_kept or self.pending.get(tx.hash) is None:  # another one was not
                return tx.hash
            self.pending.remove(tx)
            raise
        return tx.hash

    def _admit(self, raw: bytes) -> tuple[Transaction, bool]:
        """Let a transaction wait, if it may and comes to something.

        Says whether it is kept among what waits: what is mined at once need not be.
        """
        self._renew_trial()
        checked = self.machine.check_tx(raw)
        self.pending.check(checked)
        tx = checked.transaction
        gas_used = self.machine.try_tx(
            checked,
            timestamp=self.next_timestamp(),
            earlier=self.pending.earlier(tx),
        )
        is_next = tx.nonce == checked.account_nonce
        replaces = self.pending.replaced(tx) is not None
        is_kept = self.mode != "at_once" or not is_next or replaces
        if is_kept:
            self.machine.keep_waiting(self.pending.encoded(tx))
        self.pending.add(checked, gas_used)
        return tx, is_kept

    def next_nonce(self, sender: Address) -> int:
        """Return the nonce that the sender's next transaction needs."""
        account = self.chain.account(sender, self.chain.head)
        return self.pending.next_nonce(sender, account.nonce)

    # Blocks

    def mine(self, timestamp: int | None = None) -> Block:
        """Make one block of what is ready, empty if nothing is.

        timestamp: seconds; None takes the clock. Raises: TimestampError.
        """
        if timestamp is not None:
            self._check_time(timestamp)
        return self._seal(self.machine.prepare(self.pending), timestamp)

    def resume(self) -> None:
        """Make blocks of what waited when the node ended, if they come at once."""
        self._mine_at_once()

    def tick(self) -> None:
        """Make a block if they come at an interval and it has passed."""
        if self.mode == "interval":
            self.mine()

    def _mine_at_once(self, tried: int | None = None) -> None:
        """Make one block per transaction while any is ready, in that mode.

        tried: the timestamp of a trial just made, which is the first block's: nothing
        runs twice, however long it took.
        """
        while self.mode == "at_once":
            ready = self.machine.prepare(self.pending)
            if not ready:
                return
            self._seal(ready[:1], tried=tried)
            tried = None

    def _seal(
        self,
        transactions: tuple[Transaction, ...],
        timestamp: int | None = None,
        tried: int | None = None,
    ) -> Block:
        """Make a block at a timestamp, else at the one that was set, else by clock."""
        exact = self._exact if timestamp is None else timestamp
        offset = self._offset if exact is None else exact - self._clock()
        coming = self.next_timestamp() if tried is None else tried
        proposal = Proposal(
            height=self.chain.head.number + 1,
            timestamp=coming if exact is None else exact,
            transactions=transactions,
        )
        begun = time.perf_counter()
        self.machine.process(proposal)
        execution = self.machine.finalize(proposal)
        try:
            block = self.machine.commit(clock=offset)
        except (StoreError, HomeLostError) as error:
            self.watcher.failed(error)
            raise
        for tx in block.transactions:
            self.pending.remove(tx)
        for tx, why in execution.refused:
            if not isinstance(why, BlockFullError):
                self.pending.drop(tx, why.fact)
        self._offset, self._exact = offset, None
        self.watcher.committed(execution, time.perf_counter() - begun)
        return block

    def _renew_trial(self) -> None:
        """Try anew what waits, when the last block or the time of trials has passed."""
        timestamp, tried = self.next_timestamp(), self.machine.trial_timestamp()
        patience = 0 if self.mode == "at_once" else _STALE
        if tried is not None and 0 <= timestamp - tried <= patience:
            return
        self.machine.end_trial()
        for tx in self.pending:
            try:
                checked = self.machine.recheck_tx(tx.raw)
                self.machine.try_tx(checked, timestamp=timestamp)
            except TransactionRefusedError as error:
                self.pending.drop(tx, error.fact)

    def set_automine(self, enabled: bool) -> None:
        """Mine at once, making blocks of what is ready; or as the file says else."""
        configured = self._config.mining.mode
        otherwise = "by_call" if configured == "at_once" else configured
        self.mode = "at_once" if enabled else otherwise
        self._mine_at_once()

    # Time

    def next_timestamp(self) -> int:
        """Return the next block's timestamp: the moved clock, after the head's."""
        if self._exact is not None:
            return self._exact
        latest = self.chain.head.header.timestamp
        return max(self._clock() + self._offset, latest + 1)

    def set_next_timestamp(self, timestamp: int) -> None:
        """Fix the next block's timestamp, in seconds; the clock goes on from there.

        Raises: TimestampError, StoreError.
        """
        self._check_time(timestamp)
        self.machine.keep_clock(self._offset, timestamp)
        self._exact = timestamp

    def increase_time(self, seconds: int) -> int:
        """Move the clock forward; returns how far it is ahead in all, in seconds.

        Raises: TimestampError.
        """
        offset = self._offset + seconds
        moved, latest = self._clock() + offset, self.chain.head.header.timestamp
        self._check_time(max(moved, latest + 1), subject="moved clock")
        self.machine.keep_clock(offset, self._exact)
        self._offset = offset
        return offset

    def _check_time(self, timestamp: int, subject: str = "timestamp") -> None:
        latest, most = self.chain.head.header.timestamp, MAX_SET_TIMESTAMP
        if not latest < timestamp <= most:
            raise TimestampError(
                latest=latest, most=most, found=timestamp, subject=subject
            )

    # Snapshots

    def snapshot(self) -> int:
        """Remember blocks, waiting transactions and clock; returns an id.

        Raises: PermanentError if this chain could not be taken back, and
        SnapshotsFullError.
        """
        self.machine.rewind(self.chain.head.number)
        if len(self._snapshots) >= _MOST_SNAPSHOTS:
            raise SnapshotsFullError(_MOST_SNAPSHOTS)
        self._snapshots_taken += 1
        self._snapshots[self._snapshots_taken] = _Snapshot(
            self.chain.head.number, tuple(self.pending), self._offset, self._exact
        )
        return self._snapshots_taken

    def revert(self, number: int) -> None:
        """Return to a snapshot; it and later ones are spent.

        Raises: UnknownSnapshotError.
        """
        snapshot = self._snapshots.get(number)
        if snapshot is None:
            raise UnknownSnapshotError(number)
        self.machine.rewind(snapshot.height)
        self.pending = Pending(self._config.admission)
        for tx in snapshot.waiting:
            self.pending.add(self.machine.recheck_tx(tx.raw), tx.gas)
        self._offset = snapshot.offset
        self.machine.keep_clock(snapshot.offset, snapshot.exact)
        self._exact = snapshot.exact
        self._snapshots = {n: s for n, s in self._snapshots.items() if n < number}
