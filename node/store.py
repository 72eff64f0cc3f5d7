"""Keep state nodes and blocks.

The one seam between a node and its memory: `MemoryStore` forgets at exit, a store on
disk only has to offer the same `Store`.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Protocol

from eth_typing import Hash32

from node.block import Block
from node.errors import UnknownBlockError


class Store(Protocol):
    """Keep trie nodes and code by hash, and blocks by number and hash.

    Nodes are never removed, so the state after any block stays readable.
    """

    nodes: MutableMapping[bytes, bytes]

    @property
    def height(self) -> int:
        """Return the number of the latest block, -1 before genesis."""

    def append(self, block: Block) -> None:
        """Add the next block."""

    def block(self, number: int) -> Block:
        """Return the block at a height; raises UnknownBlockError."""

    def block_by_hash(self, digest: Hash32) -> Block:
        """Return the block with a hash; raises UnknownBlockError."""

    def locate(self, transaction: Hash32) -> tuple[int, int] | None:
        """Return the block number and index of a mined transaction."""

    def truncate(self, height: int) -> tuple[Block, ...]:
        """Forget the blocks above a height and return them, lowest first."""


class MemoryStore:
    """Keep everything in this process's memory."""

    def __init__(self) -> None:
        self.nodes: MutableMapping[bytes, bytes] = {}
        self._blocks: list[Block] = []
        self._numbers: dict[Hash32, int] = {}
        self._places: dict[Hash32, tuple[int, int]] = {}

    @property
    def height(self) -> int:
        """Return the number of the latest block, -1 before genesis."""
        return len(self._blocks) - 1

    def append(self, block: Block) -> None:
        """Add the next block."""
        self._blocks.append(block)
        self._numbers[block.hash] = block.number
        for index, tx in enumerate(block.transactions):
            self._places[tx.hash] = (block.number, index)

    def block(self, number: int) -> Block:
        """Return the block at a height; raises UnknownBlockError."""
        if not 0 <= number < len(self._blocks):
            raise UnknownBlockError(str(number))
        return self._blocks[number]

    def block_by_hash(self, digest: Hash32) -> Block:
        """Return the block with a hash; raises UnknownBlockError."""
        if digest not in self._numbers:
            raise UnknownBlockError("0x" + digest.hex())
        return self._blocks[self._numbers[digest]]

    def locate(self, transaction: Hash32) -> tuple[int, int] | None:
        """Return the block number and index of a mined transaction."""
        return self._places.get(transaction)

    def truncate(self, height: int) -> tuple[Block, ...]:
        """Forget the blocks above a height and return them, lowest first."""
        dropped = tuple(self._blocks[height + 1 :])
        del self._blocks[height + 1 :]
        for block in dropped:
            del self._numbers[block.hash]
            for tx in block.transactions:
                del self._places[tx.hash]
        return dropped
