"""Execute a chain anew from its first block, and compare all that a folder keeps of it.

Each block runs on the state that the folder keeps after the one before. That state is
right by then: every node that a block adds is compared with the one that is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from eth_typing import Hash32

from node.block import Block, Header
from node.chain import Chain
from node.config import Config
from node.disk.home import read_home
from node.disk.store import DiskStore
from node.errors import DivergenceError, TransactionRefusedError
from node.execution import Proposal
from node.genesis import make_genesis
from node.keeping import identify
from node.log_index import marks_of
from node.transaction import accept_transaction


@dataclass(frozen=True, slots=True)
class Verified:
    """Say what was executed anew and found the same."""

    blocks: int
    transactions: int
    head: Hash32
    state_root: Hash32


def verify_chain(
    config: Config, home: Path, each: Callable[[range], Iterable[int]] = iter
) -> Verified:
    """Execute every block of a folder anew, while a node writes to it or not.

    each: gives the numbers of blocks, and may count them. Raises: HomeError,
    StoreError, DivergenceError.
    """
    with read_home(home, identify(config)) as store:
        chain = Chain(config, store)
        parent, nodes = make_genesis(config)
        _compare_nodes(store, parent, nodes)
        transactions, height = 0, store.height
        for number in each(range(1, height + 1)):
            parent = _verify_block(chain, store, parent, store.block(number))
            transactions += len(parent.transactions)
        return Verified(height, transactions, parent.hash, parent.header.state_root)


def _verify_block(chain: Chain, store: DiskStore, parent: Block, kept: Block) -> Block:
    """Return the block as it came out. Raises: DivergenceError."""
    number = parent.number + 1
    try:
        accepted = tuple(
            accept_transaction(tx.raw, chain.config.chain.id)
            for tx in kept.transactions
        )
    except TransactionRefusedError as error:
        raise DivergenceError(number, "transactions") from error
    proposal = replace(Proposal.of(kept.header, accepted), height=number)
    execution = chain.execute_after(parent, proposal)
    ours = execution.block
    for field in fields(Header):
        if getattr(ours.header, field.name) != getattr(kept.header, field.name):
            raise DivergenceError(number, field.name.replace("_", " "))
    if ours.transactions != kept.transactions:  # a sender is no part of the root
        raise DivergenceError(number, "senders")
    if ours.receipts != kept.receipts:
        raise DivergenceError(number, "receipts")
    _compare_nodes(store, ours, execution.nodes)
    _compare_places(store, ours)
    return ours


def _compare_nodes(
    store: DiskStore, block: Block, nodes: Mapping[bytes, bytes]
) -> None:
    """Find every node that a block adds. Raises: DivergenceError."""
    for digest, node in nodes.items():
        if store.nodes.get(digest) != node:
            raise DivergenceError(block.number, "state")


def _compare_places(store: DiskStore, block: Block) -> None:
    """Find a block by all that it is found by. Raises: DivergenceError."""
    number = block.number
    found = store.number_of(block.hash) == number and all(
        store.locate(tx.hash) == (number, index)
        for index, tx in enumerate(block.transactions)
    )
    if not found or any(
        store.next_marked(mark, number) != number for mark in marks_of(block)
    ):
        raise DivergenceError(number, "index")
