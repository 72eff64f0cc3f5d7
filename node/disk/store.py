"""Keep state nodes and blocks in a folder, through LMDB.

A block, its nodes and what they are found by are one transaction of the database: after
a crash at any instant all of it is there, or none. What is kept is never changed, so
that other processes read while a node writes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import lmdb
import msgspec
from eth_typing import Hash32
from typing_extensions import override

from node.block import Block, Header
from node.block_encoding import decode_header
from node.disk.ground import Ground, Inode
from node.disk.records import decode_block, encode_receipts, encode_transactions
from node.errors import NodeError, PermanentError, StoreError, UnknownBlockError
from node.log_index import marks_of

TABLES: Final = (
    "meta",  # schema, chain, clock, timestamp that was set
    "nodes",  # hash -> trie node or code
    "headers",  # number -> header
    "transactions",  # number -> all of a block, with their senders
    "receipts",  # number -> all of a block, with their logs
    "numbers",  # block hash -> number
    "places",  # transaction hash -> number, index
    "marks",  # mark, number -> nothing
    "waiting",  # transaction hash -> its place in the order of arrival, transaction
)
_NUMBERS = 2**64
_PLACE = 8  # bytes of a place in the order of arrival
# Decoded blocks in memory; the head is asked for all the time. Whoever answers requests
# reads them while another thread adds one, so none of them ever changes its place.
_RECENT = 8


class Instant:
    """Show one view of a database for as long as it is open, whatever is written."""

    def __init__(self, transaction: lmdb.Transaction) -> None:
        self._transaction = transaction

    def begin(self, *, write: bool = False) -> Instant:
        """Read as an environment lets read, each time the same."""
        if write:
            raise StoreError("an instant of it cannot be written to")
        return self

    def __enter__(self) -> lmdb.Transaction:
        return self._transaction

    def __exit__(self, *_: object) -> None:
        """Go on: the view ends with its transaction."""


@contextmanager
def reading(environment: lmdb.Environment | Instant) -> Iterator[lmdb.Transaction]:
    """Give a view of this instant. Raises: StoreError."""
    try:
        with environment.begin() as transaction:
            yield transaction
    except lmdb.Error as error:
        raise StoreError(f"cannot be read: {error}") from error


@contextmanager
def writing(environment: lmdb.Environment | Instant) -> Iterator[lmdb.Transaction]:
    """Give a transaction that is on the disk at the end, or never was.

    Raises: StoreError.
    """
    try:
        with environment.begin(write=True) as transaction:
            yield transaction
    except lmdb.Error as error:
        # A write that is cut short by a full disk is an I/O error to the database.
        fact = f"nothing was written, is the disk full? {error}"
        raise StoreError(fact) from error


def number_key(number: int) -> bytes:
    """Return a block's key. Raises: UnknownBlockError if no block has such a number."""
    if not 0 <= number < _NUMBERS:
        raise UnknownBlockError(str(number))
    return number.to_bytes(8, "big")


class _Nodes(Mapping[bytes, bytes]):
    """Read trie nodes and codes by hash."""

    def __init__(self, environment: lmdb.Environment | Instant, table: Any) -> None:
        self._environment = environment
        self._table = table

    @override
    def __getitem__(self, key: bytes) -> bytes:
        try:  # not `reading`, for the evm comes here all the time
            with self._environment.begin() as transaction:
                found = transaction.get(key, db=self._table)
        except lmdb.Error as error:
            raise StoreError(f"cannot be read: {error}") from error
        if found is None:
            raise KeyError(key)
        return bytes(found)

    @override
    def __iter__(self) -> Iterator[bytes]:
        with reading(self._environment) as transaction:
            cursor = transaction.cursor(self._table)
            yield from map(bytes, cursor.iternext(values=False))

    @override
    def __len__(self) -> int:
        with reading(self._environment) as transaction:
            return int(transaction.stat(self._table)["entries"])


class DiskStore:
    """Keep a chain in an open LMDB environment; see `node.disk.home` for opening one.

    tables: handles by name.
    """

    def __init__(
        self, environment: lmdb.Environment | Instant, tables: Mapping[str, Any]
    ) -> None:
        self._environment = environment
        self._tables = tables
        self._nodes = _Nodes(environment, tables["nodes"])
        self._recent: OrderedDict[int, Block] = OrderedDict()
        self._ground: Ground | None = None
        self._waiting: dict[Hash32, int] | None = None  # places in that table
        self.inode: Inode | None = None  # of the file that was opened

    def stand_on(self, ground: Ground) -> None:
        """Write from now on only while the folder is the one that was opened."""
        self._ground, self.inode = ground, ground.data

    def require_there(self) -> None:
        """Refuse if what was written would not be found. Raises: HomeLostError."""
        if self._ground is not None:
            self._ground.require()

    @contextmanager
    def _write(self) -> Iterator[lmdb.Transaction]:
        """Give a transaction; at its end it is on the disk that is there.

        Raises: StoreError, HomeLostError.
        """
        self.require_there()
        with writing(self._environment) as transaction:
            yield transaction
        self.require_there()

    @contextmanager
    def instant(self) -> Iterator[DiskStore]:
        """Give the store as it is now; it stays so while others write.

        Raises: StoreError.
        """
        with reading(self._environment) as transaction:
            yield DiskStore(Instant(transaction), self._tables)

    @property
    def nodes(self) -> Mapping[bytes, bytes]:
        """Return trie nodes and codes by hash."""
        return self._nodes

    @property
    def chain_id(self) -> int:
        """Return the EIP-155 id of the chain, 0 if the folder does not say it."""
        return int(self._get("meta", b"chain") or b"0")

    @property
    def clock(self) -> int:
        """Return how far an engine's clock is ahead, in seconds."""
        return int(self._get("meta", b"clock") or b"0")

    @property
    def exact(self) -> int | None:
        """Return the timestamp that the next block was told to have, if it was."""
        found = self._get("meta", b"exact")
        return int(found) if found else None

    def keep_clock(self, clock: int, exact: int | None) -> None:
        """Keep both between blocks. Raises: StoreError, HomeLostError."""
        with self._write() as transaction:
            for key, text in _clock_notes(clock, exact):
                transaction.put(key, text, db=self._tables["meta"])

    @property
    def waiting(self) -> tuple[bytes, ...]:
        """Return the transactions that wait, as they were signed, oldest first."""
        with reading(self._environment) as transaction:
            cursor = transaction.cursor(self._tables["waiting"])
            found = sorted(bytes(value) for value in cursor.iternext(keys=False))
        return tuple(value[_PLACE:] for value in found)

    def keep_waiting(self, waiting: Mapping[Hash32, bytes]) -> None:
        """Have just these wait, or change nothing; on the disk itself on return.

        Raises: StoreError, HomeLostError.
        """
        places = self._places()
        gone = places.keys() - waiting.keys()
        new = [digest for digest in waiting if digest not in places]
        if not gone and not new:
            return
        following = max(places.values(), default=-1) + 1
        added = dict(zip(new, range(following, following + len(new)), strict=True))
        with self._write() as transaction:
            self._remove(transaction, gone)
            for digest, place in added.items():
                row = place.to_bytes(_PLACE, "big") + waiting[digest]
                transaction.put(digest, row, db=self._tables["waiting"])
        kept = {each: place for each, place in places.items() if each not in gone}
        self._waiting = kept | added

    def _places(self) -> dict[Hash32, int]:
        """Return what waits in the table, by hash, with its place."""
        if self._waiting is None:
            with reading(self._environment) as transaction:
                rows = transaction.cursor(self._tables["waiting"])
                self._waiting = {
                    Hash32(bytes(digest)): int.from_bytes(bytes(row[:_PLACE]), "big")
                    for digest, row in rows
                }
        return self._waiting

    def _remove(self, transaction: lmdb.Transaction, digests: Iterable[Hash32]) -> None:
        for digest in digests:
            transaction.delete(digest, db=self._tables["waiting"])

    @property
    def engine_height(self) -> int:
        """Return the last block of a consensus engine that was taken in."""
        return int(self._get("meta", b"engine") or b"0")

    @engine_height.setter
    def engine_height(self, height: int) -> None:
        with self._write() as transaction:
            transaction.put(b"engine", b"%d" % height, db=self._tables["meta"])

    @property
    def height(self) -> int:
        """Return the number of the latest block, -1 before genesis."""
        with reading(self._environment) as transaction:
            cursor = transaction.cursor(self._tables["headers"])
            return int.from_bytes(cursor.key(), "big") if cursor.last() else -1

    def head(self) -> Block:
        """Return the latest block, by one look: another may be taken back meanwhile."""
        known = self._recent
        with reading(self._environment) as transaction:
            cursor = transaction.cursor(self._tables["headers"])
            if not cursor.last():
                raise UnknownBlockError("latest")
            key = bytes(cursor.key())
            number = int.from_bytes(key, "big")
            # Looked up now, since a chain that is taken back begins another memory,
            # and remembered in the one of before: it may be of no use by then.
            recent = self._recent.get(number)
            parts = () if recent else self._parts(transaction, key)
        return recent or self._decode(known, number, parts)

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
        It is on the disk itself on return. Raises: StoreError, HomeLostError.
        """
        places = self._places()
        settled = {*dropped, *(tx.hash for tx in block.transactions)} & places.keys()
        with self._write() as transaction:
            height = b"%d" % engine_height
            notes = sorted([*_clock_notes(clock, None), (b"engine", height)])
            for table, items in _rows(block, nodes, notes):
                with transaction.cursor(self._tables[table]) as cursor:
                    cursor.putmulti(items)
            self._remove(transaction, settled)
        for digest in settled:
            del places[digest]
        _remember(self._recent, block)

    def block(self, number: int) -> Block:
        """Return the block at a height; raises UnknownBlockError."""
        known = self._recent
        recent = known.get(number)
        if recent is not None:
            return recent
        with reading(self._environment) as transaction:
            parts = self._parts(transaction, number_key(number))
        return self._decode(known, number, parts)

    def _parts(self, transaction: lmdb.Transaction, key: bytes) -> tuple[bytes, ...]:
        """Return what is kept of a block; less than three if there is none."""
        names = ("headers", "transactions", "receipts")
        found = (transaction.get(key, db=self._tables[name]) for name in names)
        return tuple(bytes(part) for part in found if part is not None)

    def _decode(
        self, known: OrderedDict[int, Block], number: int, parts: tuple[bytes, ...]
    ) -> Block:
        if len(parts) < 3:
            raise UnknownBlockError(str(number))
        header, transactions, receipts = parts
        try:
            block = decode_block(header, transactions, receipts)
        except (NodeError, msgspec.MsgspecError) as error:
            raise StoreError(f"block {number} is damaged") from error
        _remember(known, block)
        return block

    def header(self, number: int) -> Header:
        """Return the header at a height; raises UnknownBlockError."""
        recent = self._recent.get(number)
        if recent is not None:
            return recent.header
        encoded = self._get("headers", number_key(number))
        if encoded is None:
            raise UnknownBlockError(str(number))
        return decode_header(encoded)

    def block_by_hash(self, digest: Hash32) -> Block:
        """Return the block with a hash; raises UnknownBlockError."""
        number = self.number_of(digest)
        if number is None:
            raise UnknownBlockError("0x" + digest.hex())
        return self.block(number)

    def number_of(self, digest: Hash32) -> int | None:
        """Return the number of the block with a hash."""
        number = self._get("numbers", digest)
        return None if number is None else int.from_bytes(number, "big")

    def locate(self, transaction: Hash32) -> tuple[int, int] | None:
        """Return the block number and index of a mined transaction."""
        place = self._get("places", transaction)
        if place is None:
            return None
        return int.from_bytes(place[:8], "big"), int.from_bytes(place[8:], "big")

    def next_marked(self, mark: bytes, number: int) -> int | None:
        """Return the first block from a number on whose logs hold a mark."""
        if number >= _NUMBERS:
            return None
        with reading(self._environment) as transaction:
            cursor = transaction.cursor(self._tables["marks"])
            if not cursor.set_range(mark + number_key(number)):
                return None
            key = bytes(cursor.key())
        return int.from_bytes(key[-8:], "big") if key[:-8] == mark else None

    def truncate(self, height: int) -> None:
        """Refuse: what was kept stays. Raises: PermanentError."""
        raise PermanentError(height)

    def _get(self, table: str, key: bytes) -> bytes | None:
        with reading(self._environment) as transaction:
            found = transaction.get(key, db=self._tables[table])
        return None if found is None else bytes(found)


def _clock_notes(clock: int, exact: int | None) -> list[tuple[bytes, bytes]]:
    return [(b"clock", b"%d" % clock), (b"exact", b"%d" % exact if exact else b"")]


def _remember(known: OrderedDict[int, Block], block: Block) -> None:
    known[block.number] = block
    if len(known) > _RECENT:
        known.popitem(last=False)


def _rows(
    block: Block, nodes: Mapping[bytes, bytes], notes: list[tuple[bytes, bytes]]
) -> Iterator[tuple[str, list[tuple[bytes, bytes]]]]:
    """Yield what a block adds to each table, keys ascending."""
    key = number_key(block.number)
    yield "nodes", sorted(nodes.items())
    yield "headers", [(key, block.header.encode())]
    yield "transactions", [(key, encode_transactions(block))]
    yield "receipts", [(key, encode_receipts(block))]
    yield "numbers", [(block.hash, key)]
    places = [
        (tx.hash, key + index.to_bytes(4, "big"))
        for index, tx in enumerate(block.transactions)
    ]
    yield "places", sorted(places)
    yield "marks", [(mark + key, b"") for mark in sorted(marks_of(block))]
    yield "meta", notes
