"""Grow a chain of blocks and answer questions about any of them.

The state machine that every engine drives. It owns no clock: a block's timestamp is
given to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from eth_typing import Address, Hash32
from trie.hexary import HexaryTrie

from node import rlp
from node.admission import Account
from node.block import (
    EMPTY_ROOT,
    Block,
    Header,
    Log,
    Receipt,
    Transaction,
    logs_bloom,
    seal,
)
from node.config import Config
from node.errors import TimestampError, TransactionRefusedError
from node.evm.execute import BlockRun, Call, Outcome, simulate
from node.evm.state import (
    Environment,
    Proof,
    open_state,
    prove,
    read_account,
)
from node.genesis import write_genesis
from node.log_index import LogIndex, LogQuery
from node.rlp import encode_integer
from node.store import MemoryStore, Store

_ANCESTORS = 256  # block hashes that BLOCKHASH can see


@dataclass(frozen=True, slots=True)
class PlacedLog:
    """Hold a log with its place: block, transaction and index within the block."""

    log: Log
    block: Block
    transaction_index: int
    log_index: int


class Chain:
    """Hold the blocks from genesis to the head."""

    def __init__(self, config: Config, store: Store) -> None:
        self.config = config
        self._store = store
        self._logs = LogIndex()
        if store.height < 0:
            write_genesis(config, store)

    @classmethod
    def from_config(cls, config: Config) -> Chain:
        """Begin a chain in memory."""
        return cls(config, MemoryStore())

    @property
    def head(self) -> Block:
        """Return the latest block: final, for there are no re-orgs."""
        return self._store.block(self._store.height)

    def block(self, number: int) -> Block:
        """Return the block at a height; raises UnknownBlockError."""
        return self._store.block(number)

    def block_by_hash(self, digest: Hash32) -> Block:
        """Return the block with a hash; raises UnknownBlockError."""
        return self._store.block_by_hash(digest)

    def locate(self, transaction: Hash32) -> tuple[Block, int] | None:
        """Return the block and index of a mined transaction."""
        place = self._store.locate(transaction)
        return None if place is None else (self._store.block(place[0]), place[1])

    # Growing

    def grow(
        self, transactions: Iterable[Transaction], *, timestamp: int
    ) -> tuple[Block, tuple[tuple[Transaction, TransactionRefusedError], ...]]:
        """Execute transactions as the next block, in order, and add it.

        timestamp: seconds, after the head's. Those that cannot run here are left out
        and returned with the reason.
        Raises: TimestampError.
        """
        parent = self.head
        if timestamp <= parent.header.timestamp:
            raise TimestampError(latest=parent.header.timestamp, found=timestamp)
        environment = self._environment_after(parent, timestamp)
        run = BlockRun(self._store.nodes, parent.header.state_root, environment)
        included: list[Transaction] = []
        outcomes: list[Outcome] = []
        refused: list[tuple[Transaction, TransactionRefusedError]] = []
        for tx in transactions:
            try:
                outcomes.append(run.apply(tx))
                included.append(tx)
            except TransactionRefusedError as error:
                refused.append((tx, error))
        block = _assemble(parent, environment, run.commit(), included, outcomes)
        self._store.append(block)
        self._logs.add(block)
        return block, tuple(refused)

    def truncate(self, height: int) -> None:
        """Forget the blocks above a height."""
        for block in reversed(self._store.truncate(height)):
            self._logs.remove(block)

    def _environment_after(self, parent: Block, timestamp: int) -> Environment:
        return Environment(
            chain_id=self.config.chain.id,
            number=parent.number + 1,
            timestamp=timestamp,
            gas_limit=self.config.gas.block_limit,
            ancestors=lambda: self._ancestors(parent.number),
            parent_hash=parent.hash,
        )

    def _ancestors(self, number: int) -> Iterator[Hash32]:
        numbers = range(number, -1, -1)
        return (self._store.block(n).hash for n in islice(numbers, _ANCESTORS))

    # Asking

    def simulate(self, call: Call, block: Block) -> Outcome:
        """Run a call inside a past block, on the state after it."""
        environment = Environment(
            chain_id=self.config.chain.id,
            number=block.number,
            timestamp=block.header.timestamp,
            gas_limit=block.header.gas_limit,
            ancestors=lambda: self._ancestors(block.number - 1),
        )
        return simulate(
            self._store.nodes, block.header.state_root, environment, call=call
        )

    def simulate_next(self, call: Call, *, timestamp: int) -> Outcome:
        """Run a call as the next block would run it."""
        head = self.head
        environment = self._environment_after(head, timestamp)
        return simulate(
            self._store.nodes, head.header.state_root, environment, call=call
        )

    def account(self, address: Address, block: Block) -> Account:
        """Return an account as a block left it."""
        state = open_state(self._store.nodes, block.header.state_root)
        return read_account(state, address)

    def code(self, address: Address, block: Block) -> bytes:
        """Return an account's runtime code as a block left it."""
        return open_state(self._store.nodes, block.header.state_root).get_code(address)

    def storage(self, address: Address, slot: int, *, block: Block) -> int:
        """Return a storage slot as a block left it."""
        state = open_state(self._store.nodes, block.header.state_root)
        return state.get_storage(address, slot)

    def proof(self, address: Address, slots: Sequence[int], *, block: Block) -> Proof:
        """Return the Merkle proofs of an account and its slots."""
        root = block.header.state_root
        return prove(self._store.nodes, root, address=address, slots=slots)

    def logs(self, query: LogQuery, *, first: int, last: int) -> Iterator[PlacedLog]:
        """Yield matching logs of blocks first..last in chain order."""
        last = min(last, self.head.number)
        for number in self._logs.matching_blocks(query, first=first, last=last):
            block = self._store.block(number)
            yield from (p for p in place_logs(block) if query.matches(p.log))


def place_logs(block: Block) -> Iterator[PlacedLog]:
    """Yield a block's logs in order, each with its place."""
    log_index = 0
    for transaction_index, receipt in enumerate(block.receipts):
        for log in receipt.logs:
            yield PlacedLog(log, block, transaction_index, log_index)
            log_index += 1


def _assemble(
    parent: Block,
    environment: Environment,
    state_root: Hash32,
    transactions: list[Transaction],
    outcomes: list[Outcome],
) -> Block:
    receipts = _receipts(transactions, outcomes)
    header = Header(
        parent_hash=parent.hash,
        beneficiary=environment.beneficiary,
        state_root=state_root,
        transactions_root=_list_root([tx.raw for tx in transactions]),
        receipts_root=_list_root([receipt.encode() for receipt in receipts]),
        bloom=logs_bloom(tuple(log for r in receipts for log in r.logs)),
        number=environment.number,
        gas_limit=environment.gas_limit,
        gas_used=sum(receipt.gas_used for receipt in receipts),
        timestamp=environment.timestamp,
        extra_data=b"",
        prev_randao=environment.prev_randao,
        parent_beacon_root=environment.parent_beacon_root,
    )
    return seal(header, tuple(transactions), receipts)


def _receipts(
    transactions: list[Transaction], outcomes: list[Outcome]
) -> tuple[Receipt, ...]:
    receipts: list[Receipt] = []
    cumulative = 0
    for tx, outcome in zip(transactions, outcomes, strict=True):
        cumulative += outcome.gas_used
        receipts.append(
            Receipt(
                kind=tx.kind,
                succeeded=outcome.succeeded,
                gas_used=outcome.gas_used,
                cumulative_gas=cumulative,
                bloom=logs_bloom(outcome.logs),
                logs=outcome.logs,
                created=outcome.created,
            )
        )
    return tuple(receipts)


def _list_root(items: list[bytes]) -> Hash32:
    """Return the root of the trie that maps positions to items."""
    trie = HexaryTrie({}, EMPTY_ROOT)
    for position, item in enumerate(items):
        trie[rlp.encode(encode_integer(position))] = item
    return Hash32(trie.root_hash)
