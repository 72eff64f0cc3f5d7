"""Answer questions about the blocks of a chain and the states that they left."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import cast

from eth_typing import Address, Hash32

from node.admission import Account
from node.block import Block, Header, Log
from node.config import Config
from node.errors import UnknownBlockError
from node.evm.block_run import BlockRun
from node.evm.execute import Call, Outcome, simulate
from node.evm.state import (
    Proof,
    open_state,
    prove,
    reaches_contract,
    read_account,
    read_standing,
)
from node.execution import (
    Execution,
    Proposal,
    begin_header,
    environment_of,
    execute,
)
from node.hashing import keccak
from node.log_index import LogQuery, matching_blocks
from node.permissions import LOCK_SLOT, PERMISSIONS, Rules, Standing
from node.store import Store
from node.trial import Trial

_ANCESTORS = 256  # block hashes that BLOCKHASH can see


@dataclass(frozen=True, slots=True)
class PlacedLog:
    """Hold a log with its place: block, transaction and index within the block."""

    log: Log
    block: Block
    transaction_index: int
    log_index: int


class Chain:
    """Read the blocks from genesis to the head."""

    def __init__(self, config: Config, store: Store) -> None:
        self.config = config
        self.rules = Rules.of(config)
        self._store = store

    @property
    def head(self) -> Block:
        """Return the latest block: final, for there are no re-orgs."""
        return self._store.head()

    def block(self, number: int) -> Block:
        """Return the block at a height; raises UnknownBlockError."""
        return self._store.block(number)

    def header(self, number: int) -> Header:
        """Return the header at a height; raises UnknownBlockError."""
        return self._store.header(number)

    def block_by_hash(self, digest: Hash32) -> Block:
        """Return the block with a hash; raises UnknownBlockError."""
        return self._store.block_by_hash(digest)

    def locate(self, transaction: Hash32) -> tuple[Block, int] | None:
        """Return the block and index of a mined transaction."""
        place = self._store.locate(transaction)
        if place is None:
            return None
        number, index = place
        with suppress(UnknownBlockError, IndexError):  # it was taken back meanwhile
            block = self._store.block(number)
            if block.transactions[index].hash == transaction:
                return block, index
        return None

    def ancestors(self, number: int) -> Iterator[Hash32]:
        """Yield the hashes that BLOCKHASH can see after a block, its own first."""
        numbers = range(number, -1, -1)
        headers = (self._store.header(n) for n in islice(numbers, _ANCESTORS))
        return (keccak(header.encode()) for header in headers)

    def execute_after(self, parent: Block, proposal: Proposal) -> Execution:
        """Execute a proposal beside the chain, as the block after any of its blocks."""
        return execute(
            self._store.nodes,
            begin_header(parent, proposal, self.config.gas.block_limit),
            proposal.transactions,
            chain_id=self.config.chain.id,
            ancestors=lambda: self.ancestors(parent.number),
            rules=self.rules,
        )

    def begin_trial(self, timestamp: int) -> Trial:
        """Begin to try transactions as a next block at a timestamp would run them."""
        head = self.head
        proposal = Proposal(head.number + 1, timestamp, ())
        return Trial(
            self._store.nodes,
            begin_header(head, proposal, self.config.gas.block_limit),
            chain_id=self.config.chain.id,
            ancestors=lambda: self.ancestors(head.number),
            rules=self.rules,
        )

    # Asking

    def simulate(self, call: Call, block: Block) -> Outcome:
        """Run a call inside a past block, on the state after it."""
        environment = environment_of(
            block.header,
            self.config.chain.id,
            lambda: self.ancestors(block.number - 1),
        )
        return simulate(self._store.nodes, block.header.state_root, environment, call)

    def simulate_after(self, call: Call, execution: Execution) -> Outcome:
        """Run a call on the state after a block that is executed and not kept."""
        header = execution.block.header
        environment = environment_of(
            header, self.config.chain.id, lambda: self.ancestors(header.number - 1)
        )
        kept = cast("dict[bytes, bytes]", self._store.nodes)  # only ever read
        nodes = ChainMap(dict(execution.nodes), kept)
        return simulate(nodes, header.state_root, environment, call)

    def simulate_next(self, call: Call, *, timestamp: int) -> Outcome:
        """Run a call as the next block would run it."""
        head = self.head
        proposal = Proposal(head.number + 1, timestamp, ())
        header = begin_header(head, proposal, self.config.gas.block_limit)
        environment = environment_of(
            header, self.config.chain.id, lambda: self.ancestors(head.number)
        )
        run = BlockRun(self._store.nodes, header.state_root, environment)
        return run.simulate(call)

    def account(self, address: Address, block: Block) -> Account:
        """Return an account as a block left it."""
        state = open_state(self._store.nodes, block.header.state_root)
        return read_account(state, address)

    def standing(self, sender: Address, block: Block) -> Standing:
        """Return what a block's state lets a sender do."""
        state = open_state(self._store.nodes, block.header.state_root)
        return read_standing(state, sender, self.rules)

    def is_locked(self) -> bool:
        """Say whether nobody makes contracts any more."""
        return self.storage(PERMISSIONS, LOCK_SLOT, block=self.head) != 0

    def reaches_contract(self, target: Address | None, block: Block) -> bool:
        """Say whether an address has code that transactions made."""
        state = open_state(self._store.nodes, block.header.state_root)
        return reaches_contract(state, target)

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
        seek = self._store.next_marked
        for number in matching_blocks(query, seek, first=first, last=last):
            block = self._store.block(number)
            yield from (p for p in place_logs(block) if query.matches(p.log))


def place_logs(block: Block, *, only: int | None = None) -> Iterator[PlacedLog]:
    """Yield a block's logs in order, each with its place.

    only: the index of the one transaction whose logs are wanted.
    """
    first = 0
    for transaction_index, receipt in enumerate(block.receipts):
        if only in (None, transaction_index):
            for log_index, log in enumerate(receipt.logs, first):
                yield PlacedLog(log, block, transaction_index, log_index)
        first += len(receipt.logs)
