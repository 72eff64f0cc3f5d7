"""Hold the storage of one account over its trie."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from eth_typing import Hash32

from node import rlp
from node.block import EMPTY_ROOT
from node.evm.journal import Journal
from node.hashing import keccak
from node.trie import Trie

_WORD = 32  # bytes of a slot's number before it is hashed


class Slots:
    """An account's slots, of which the trie has what stood at the last root.

    nodes: only read. Raises: StoreError where one is missing.
    """

    __slots__ = ("_changed", "_original", "_stored", "_trie")

    def __init__(self, nodes: Mapping[bytes, bytes], root: Hash32 = EMPTY_ROOT) -> None:
        self._trie = Trie(nodes, root)
        self._stored: dict[int, int] = {}  # what the trie has, once it was read
        self._changed: dict[int, int] = {}  # what it will have
        # Of slots that the transaction changed: what they had before it.
        self._original: dict[int, int] = {}

    def get(self, slot: int) -> int:
        """Return a slot's value."""
        value = self._changed.get(slot)
        return self._read(slot) if value is None else value

    def original(self, slot: int) -> int:
        """Return the value that the transaction found."""
        value = self._original.get(slot)
        return self.get(slot) if value is None else value

    def set(self, slot: int, value: int, journal: Journal) -> None:
        """Give a slot a value."""
        before = self.get(slot)
        if value != before:
            self._original.setdefault(slot, before)
            journal.put(self._changed, slot, value)

    def lock(self) -> None:
        """End the transaction: the next one finds what this one left."""
        self._original.clear()

    def root(self) -> Hash32:
        """Put what changed into the trie; returns the root. Nothing can be undone."""
        for slot, value in self._changed.items():
            if value != self._read(slot):
                item = rlp.encode(rlp.encode_integer(value)) if value else b""
                self._trie.set(_key(slot), item)
                self._stored[slot] = value
        self._changed.clear()
        return self._trie.root_hash()

    def take_fresh(self) -> dict[bytes, bytes]:
        """Return the nodes that roots made since this was last asked."""
        return self._trie.take_fresh()

    def _read(self, slot: int) -> int:
        value = self._stored.get(slot)
        if value is None:
            item = self._trie.get(_key(slot))
            # A trie holds what this class wrote: integers.
            value = (
                int.from_bytes(cast("bytes", rlp.decode(item)), "big") if item else 0
            )
            self._stored[slot] = value
        return value


def _key(slot: int) -> bytes:
    return keccak(slot.to_bytes(_WORD, "big"))
