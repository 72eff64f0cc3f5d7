"""Make blocks in this one process: at once, on request or at an interval.

A devnet, not a network: nobody else checks these blocks, and whoever reaches the node
can set its clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from eth_typing import Address, Hash32

from node.admission import check_account, check_limits
from node.block import Block, Transaction
from node.chain import Chain
from node.config import Config
from node.errors import TimestampError, UnknownSnapshotError
from node.evm.execute import Call, Outcome
from node.pending import Pending
from node.transaction import accept_transaction


@dataclass(frozen=True, slots=True)
class _Snapshot:
    height: int
    waiting: tuple[Transaction, ...]
    offset: int


class LocalEngine:
    """Drive one chain with a clock that can be moved forward.

    clock: returns seconds since 1970.
    """

    def __init__(self, config: Config, clock: Callable[[], int]) -> None:
        self.chain = Chain.from_config(config)
        self.pending = Pending()
        self.automine = config.mining.automine
        self._config = config
        self._clock = clock
        self._offset = 0
        self._exact: int | None = None
        self._snapshots: dict[int, _Snapshot] = {}
        self._snapshots_taken = 0

    # Transactions

    def send_raw(self, raw: bytes) -> Hash32:
        """Accept a signed transaction, mine it if automining, return its hash.

        Raises: TransactionRefusedError; then nothing changed.
        """
        tx = accept_transaction(raw, self._config.chain.id)
        check_limits(tx, gas_limit=self._config.gas.transaction_limit)
        sender = self.chain.account(tx.sender, self.chain.head)
        check_account(tx, sender)
        self.pending.add(tx, sender.nonce)
        if self.automine:
            self._mine_ready()
        return tx.hash

    def next_nonce(self, sender: Address) -> int:
        """Return the nonce that the sender's next transaction needs."""
        account = self.chain.account(sender, self.chain.head)
        return self.pending.next_nonce(sender, account.nonce)

    def call(self, call: Call) -> Outcome:
        """Run a call as the next block would."""
        return self.chain.simulate_next(call, timestamp=self.next_timestamp())

    # Blocks

    def mine(self, timestamp: int | None = None) -> Block:
        """Make one block of what is ready, empty if nothing is.

        timestamp: seconds; None takes the clock. Raises: TimestampError.
        """
        if timestamp is not None:
            self.set_next_timestamp(timestamp)
        return self._seal(self._ready())

    def _mine_ready(self) -> None:
        """Make one block per transaction while any is ready."""
        while ready := self._ready():
            self._seal(ready[:1])

    def _ready(self) -> tuple[Transaction, ...]:
        head = self.chain.head
        return self.pending.ready(
            lambda sender: self.chain.account(sender, head).nonce,
            gas=self._config.gas.block_limit,
        )

    def _seal(self, transactions: tuple[Transaction, ...]) -> Block:
        timestamp = self.next_timestamp()
        block, _refused = self.chain.grow(transactions, timestamp=timestamp)
        for tx in transactions:
            self.pending.remove(tx)
        if self._exact is not None:
            self._offset = self._exact - self._clock()
            self._exact = None
        return block

    def set_automine(self, enabled: bool) -> None:
        """Switch automining; switching it on makes blocks of what is ready."""
        self.automine = enabled
        if enabled:
            self._mine_ready()

    # Time

    def next_timestamp(self) -> int:
        """Return the next block's timestamp: the moved clock, after the head's."""
        if self._exact is not None:
            return self._exact
        latest = self.chain.head.header.timestamp
        return max(self._clock() + self._offset, latest + 1)

    def set_next_timestamp(self, timestamp: int) -> None:
        """Fix the next block's timestamp, in seconds; the clock goes on from there.

        Raises: TimestampError.
        """
        latest = self.chain.head.header.timestamp
        if timestamp <= latest:
            raise TimestampError(latest=latest, found=timestamp)
        self._exact = timestamp

    def increase_time(self, seconds: int) -> int:
        """Move the clock forward; returns how far it is ahead in all, in seconds."""
        self._offset += seconds
        return self._offset

    # Snapshots

    def snapshot(self) -> int:
        """Remember blocks, waiting transactions and clock; returns an id."""
        self._snapshots_taken += 1
        self._snapshots[self._snapshots_taken] = _Snapshot(
            self.chain.head.number, tuple(self.pending), self._offset
        )
        return self._snapshots_taken

    def revert(self, number: int) -> None:
        """Return to a snapshot; it and later ones are spent.

        Raises: UnknownSnapshotError.
        """
        snapshot = self._snapshots.get(number)
        if snapshot is None:
            raise UnknownSnapshotError(number)
        self.chain.truncate(snapshot.height)
        self.pending = Pending()
        for tx in snapshot.waiting:
            self.pending.add(tx, self.next_nonce(tx.sender))
        self._offset = snapshot.offset
        self._exact = None
        self._snapshots = {n: s for n, s in self._snapshots.items() if n < number}
