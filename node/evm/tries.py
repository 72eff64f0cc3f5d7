"""Our trie where py-evm has its own, for the slots of an account and for accounts.

py-evm encodes and hashes the way to the root for every slot that a block wrote. Here
all that was written is in the trie first; then each node is encoded once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager

from eth.db.backends.base import BaseDB
from eth_typing import Hash32
from typing_extensions import override

from node.hashing import keccak
from node.trie import Trie

_WORD = 32  # bytes of a slot's number before it is hashed


class SlotTrie(BaseDB):
    """Hold an account's slots: what py-evm calls a storage lookup."""

    def __init__(self, nodes: Mapping[bytes, bytes], root: Hash32) -> None:
        self._nodes = nodes
        self._trie = Trie(nodes, root)
        self.has_changed_root = False
        # What stood before each time that the whole storage was deleted.
        self._deleted: list[tuple[Trie, bool]] = []

    @override
    def __getitem__(self, key: bytes) -> bytes:
        return self._trie.get(_hashed(key))

    @override
    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._trie.set(_hashed(key), value)
        self.has_changed_root = True

    @override
    def __delitem__(self, key: bytes) -> None:
        self[key] = b""

    def _exists(self, key: bytes) -> bool:
        return self[key] != b""

    def get_changed_root(self) -> Hash32:
        """Return the root of what was written."""
        return self._trie.root_hash()

    def commit_to(self, nodes: MutableMapping[bytes, bytes]) -> None:
        """Write the nodes that are new; what was deleted before stays so."""
        self._trie.root_hash()
        for digest, node in self._trie.take_fresh().items():
            nodes[digest] = node
        self.has_changed_root = False
        self._deleted.clear()

    def new_trie(self) -> int:
        """Delete all slots; returns how often that was done since the last commit."""
        self._deleted.append((self._trie, self.has_changed_root))
        self._trie, self.has_changed_root = Trie(self._nodes), False
        return len(self._deleted)

    def rollback_trie(self, index: int) -> None:
        """Undo all deletions but the first so many."""
        self._trie, self.has_changed_root = self._deleted[index]
        del self._deleted[index:]


class AccountTrie(BaseDB):
    """Hold accounts by their addresses.

    fresh: where nodes are written when a root is asked for.
    """

    def __init__(
        self,
        nodes: Mapping[bytes, bytes],
        root: Hash32,
        fresh: MutableMapping[bytes, bytes],
    ) -> None:
        self._nodes, self._fresh = nodes, fresh
        self._trie = Trie(nodes, root)

    @property
    def root_hash(self) -> Hash32:
        """Return the root of what was written; or open another."""
        root = self._trie.root_hash()
        for digest, node in self._trie.take_fresh().items():
            self._fresh[digest] = node
        return root

    @root_hash.setter
    def root_hash(self, root: Hash32) -> None:
        self._trie = Trie(self._nodes, root)

    @contextmanager
    def squash_changes(self) -> Iterator[AccountTrie]:
        """Change many accounts: no root is asked for meanwhile."""
        yield self

    @override
    def __getitem__(self, key: bytes) -> bytes:
        return self._trie.get(keccak(key))

    @override
    def __setitem__(self, key: bytes, value: bytes) -> None:
        self._trie.set(keccak(key), value)

    @override
    def __delitem__(self, key: bytes) -> None:
        self._trie.set(keccak(key), b"")

    def _exists(self, key: bytes) -> bool:
        return self[key] != b""


def _hashed(key: bytes) -> bytes:
    return keccak(key.rjust(_WORD, b"\0"))
