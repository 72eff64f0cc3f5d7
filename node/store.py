"""Keep state nodes and blocks.

The one seam between a node and what it remembers: `MemoryStore` forgets at exit,
`node.disk.store.DiskStore` never does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Protocol

from eth_typing import Hash32

from node.block import Block, Header
from node.errors import UnknownBlockError
from node.log_index import marks_of


class Store(Protocol):
    """Keep trie nodes and code by hash, and blocks by number and hash.

    Nodes are never removed, so the state after any block stays readable.
    engine_height: the last block of a consensus engine that was taken in, 0 before any.
    """

    engine_height: int

    @property
    def clock(self) -> int:
        """Return how far an engine's clock is ahead, in seconds."""

    @property
    def exact(self) -> int | None:
        """Return the timestamp that the next block was told to have, if it was."""

    def keep_clock(self, clock: int, exact: int | None) -> None:
        """Keep both between blocks; a block ends the second."""

    @property
    def waiting(self) -> tuple[bytes, ...]:
        """Return the transactions that wait, as they were signed, oldest first."""

    def keep_waiting(self, waiting: Mapping[Hash32, bytes]) -> None:
        """Have just these wait, by hash and as they were signed, or change nothing."""

    @property
    def nodes(self) -> Mapping[bytes, bytes]:
        """Return trie nodes and codes by hash."""

    @property
    def height(self) -> int:
        """Return the number of the latest block, -1 before genesis."""

    def head(self) -> Block:
        """Return the latest block, by one look: another may be taken back meanwhile."""

    def require_there(self) -> None:
        """Refuse if what is written would not be found again. Raises: HomeLostError."""

    def append(
        self,
        block: Block,
        nodes: Mapping[bytes, bytes],
        *,
        clock: int,
        engine_height: int = 0,
        dropped: Iterable[Hash32] = (),
    ) -> None:
        """Add the next block, its state's nodes, clock and height, or nothing.

        What it holds waits no more, nor what was dropped: hashes of transactions.
        """

    def block(self, number: int) -> Block:
        """Return the block at a height; raises UnknownBlockError."""

    def header(self, number: int) -> Header:
        """Return the header at a height; raises UnknownBlockError."""

    def block_by_hash(self, digest: Hash32) -> Block:
        """Return the block with a hash; raises UnknownBlockError."""

    def locate(self, transaction: Hash32) -> tuple[int, int] | None:
        """Return the block number and index of a mined transaction."""

    def next_marked(self, mark: bytes, number: int) -> int | None:
        """Return the first block from a number on whose logs hold a mark."""

    def truncate(self, height: int) -> None:
        """Forget the blocks above a height.

        Raises: PermanentError if this store forgets nothing, not even none.
        """


class MemoryStore:
    """Keep everything in this process's memory."""

    def __init__(self) -> None:
        self.clock = 0
        self.exact: int | None = None
        self.engine_height = 0
        self._nodes: dict[bytes, bytes] = {}
        self._blocks: list[Block] = []
        self._numbers: dict[Hash32, int] = {}
        self._places: dict[Hash32, tuple[int, int]] = {}
        self._marked: dict[bytes, list[int]] = {}

    @property
    def nodes(self) -> Mapping[bytes, bytes]:
        """Return trie nodes and codes by hash."""
        return self._nodes

    @property
    def height(self) -> int:
        """Return the number of the latest block, -1 before genesis."""
        return len(self._blocks) - 1

    def head(self) -> Block:
        """Return the latest block; raises UnknownBlockError before genesis."""
        blocks = self._blocks[-1:]  # by one look
        if not blocks:
            raise UnknownBlockError("latest")
        return blocks[0]

    def require_there(self) -> None:
        """Be there: memory is."""

    def keep_clock(self, clock: int, exact: int | None) -> None:
        """Keep both between blocks."""
        self.clock, self.exact = clock, exact

    @property
    def waiting(self) -> tuple[bytes, ...]:
        """Return nothing: whoever holds what waits ends with this store."""
        return ()

    def keep_waiting(self, waiting: Mapping[Hash32, bytes]) -> None:
        """Leave it to who holds what waits."""

    def append(
        self,
        block: Block,
        nodes: Mapping[bytes, bytes],
        *,
        clock: int,
        engine_height: int = 0,
        dropped: Iterable[Hash32] = (),  # noqa: ARG002  nothing waits here
    ) -> None:
        """Add the next block, its state's nodes, clock and height."""
        self.clock, self.exact = clock, None
        self.engine_height = engine_height
        self._nodes.update(nodes)
        self._blocks.append(block)
        for mark in marks_of(block):
            self._marked.setdefault(mark, []).append(block.number)
        self._numbers[block.hash] = block.number
        for index, tx in enumerate(block.transactions):
            self._places[tx.hash] = (block.number, index)

    def block(self, number: int) -> Block:
        """Return the block at a height; raises UnknownBlockError."""
        if not 0 <= number < len(self._blocks):
            raise UnknownBlockError(str(number))
        return self._blocks[number]

    def header(self, number: int) -> Header:
        """Return the header at a height; raises UnknownBlockError."""
        return self.block(number).header

    def block_by_hash(self, digest: Hash32) -> Block:
        """Return the block with a hash; raises UnknownBlockError."""
        if digest not in self._numbers:
            raise UnknownBlockError("0x" + digest.hex())
        return self._blocks[self._numbers[digest]]

    def locate(self, transaction: Hash32) -> tuple[int, int] | None:
        """Return the block number and index of a mined transaction."""
        return self._places.get(transaction)

    def next_marked(self, mark: bytes, number: int) -> int | None:
        """Return the first block from a number on whose logs hold a mark."""
        numbers = self._marked.get(mark, [])
        at = bisect_left(numbers, number)
        return numbers[at] if at < len(numbers) else None

    def truncate(self, height: int) -> None:
        """Forget the blocks above a height."""
        for block in reversed(self._blocks[height + 1 :]):
            for mark in marks_of(block):
                self._marked[mark].pop()
            del self._numbers[block.hash]
            for tx in block.transactions:
                del self._places[tx.hash]
        del self._blocks[height + 1 :]
