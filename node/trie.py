"""The Merkle Patricia trie (Yellow Paper, appendix D), changed in memory, hashed once.

In: keys and values, any number of `set`. Out: `root_hash`, and by `take_fresh` the
nodes that are new, by their hashes. Example: keys a711, a77d and a7f9, as hexadecimal
digits, which a path here is, are

    Extension "a7" - Branch - 1: Leaf "1"
                            - 7: Leaf "d"
                            - f: Leaf "9"

To set a77e then makes the second child a Branch of two leaves. That changes it and the
two nodes above it; of all others the hashes are known. Each node that a change touches
is decoded when it is first reached, and encoded when the root is asked for, however
many keys were set below it. One thread uses a trie.

What everything here relies on:

- A child is nothing, or a hash that nobody has followed yet, or a node in memory.
- A node's `reference`, what stands for it in its parent, is None if it or anything
  below has changed: whoever changes a node forgets those of all nodes on the way down
  to it.
- A trie of the same keys and values is the same trie: a branch has two children at
  least, and an extension leads to a branch. `_take` joins what is left alone.
- No key begins another one: all are hashes, or encodings that end themselves. So a
  branch has no value, and a path does not end at one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from eth_typing import Hash32

from node import rlp
from node.block import EMPTY_ROOT
from node.errors import RlpError, StoreError
from node.hashing import keccak
from node.trie_nodes import (
    A_HASH,
    HASH,
    LEAF,
    SIXTEEN,
    Branch,
    Child,
    Extension,
    Leaf,
    Node,
    pack,
    read_node,
)

_NOTHING: Final = rlp.encode(b"")
_HASH_HEAD: Final = bytes([A_HASH])  # of the RLP of 32 bytes


class Trie:
    """A trie from keys to values.

    nodes: the encoded nodes of the root that is opened, by their hashes; only read.
    Raises: StoreError where one is missing or damaged.
    """

    def __init__(self, nodes: Mapping[bytes, bytes], root: Hash32 = EMPTY_ROOT) -> None:
        self._nodes = nodes
        self._root: Child = None if root == EMPTY_ROOT else root
        self._fresh: dict[bytes, bytes] = {}

    def get(self, key: bytes) -> bytes:
        """Return a key's value; empty if it has none."""
        self._root = node = self._look(self._root)
        path = key.hex()
        while node is not None:
            if isinstance(node, Leaf):
                return node.value if node.path == path else b""
            if isinstance(node, Extension):
                if not path.startswith(node.path):
                    return b""
                path = path[len(node.path) :]
                node.child = child = self._reach(node.child)
                node = child
            else:
                nibble, path = int(path[0], 16), path[1:]
                node.children[nibble] = below = self._look(node.children[nibble])
                node = below
        return b""

    def set(self, key: bytes, value: bytes) -> None:
        """Give a key a value; an empty one takes it away."""
        if value:
            self._root = self._put(self._root, key.hex(), value)
        elif self.get(key):
            self._root = self._take(self._root, key.hex())

    def root_hash(self) -> Hash32:
        """Hash what changed; returns the root."""
        if self._root is None:
            return EMPTY_ROOT
        if isinstance(self._root, bytes):
            return self._root
        reference = self._refer(self._root)
        if len(reference) > HASH:
            return Hash32(reference[1:])
        root = keccak(reference)  # the root has a hash, however short it is
        self._fresh[root] = reference
        return root

    def take_fresh(self) -> dict[bytes, bytes]:
        """Return the nodes that hashing made since this was last asked."""
        fresh, self._fresh = self._fresh, {}
        return fresh

    # Reach

    def _look(self, child: Child) -> Node | None:
        return None if child is None else self._reach(child)

    def _reach(self, child: Node | Hash32) -> Node:
        if not isinstance(child, bytes):
            return child
        encoded = self._fresh.get(child)
        if encoded is None:
            try:
                encoded = self._nodes[child]
            except KeyError as error:
                raise StoreError(f"node {child.hex()} of a trie is missing") from error
        try:
            node = read_node(encoded)
        except RlpError as error:
            raise StoreError(f"node {child.hex()} of a trie is damaged") from error
        node.reference = _HASH_HEAD + child
        return node

    # Change

    def _put(self, child: Child, path: str, value: bytes) -> Node:
        """Return what stands here once a value does at the end of a path."""
        if child is None:
            return Leaf(path, value)
        node = self._reach(child)
        if isinstance(node, Branch):
            nibble = int(path[0], 16)
            node.children[nibble] = self._put(node.children[nibble], path[1:], value)
        elif isinstance(node, Leaf) and node.path == path:
            node.value = value
        elif isinstance(node, Extension) and path.startswith(node.path):
            node.child = self._put(node.child, path[len(node.path) :], value)
        else:
            return _split(node, path, value)
        node.reference = None
        return node

    def _take(self, child: Child, path: str) -> Node | None:
        """Return what stands here once nothing does at the end of a path that is there.

        A branch that has one child left becomes a part of that child's path.
        """
        node = self._look(child)
        if node is None or isinstance(node, Leaf):
            return None
        node.reference = None
        if isinstance(node, Extension):
            below = self._take(node.child, path[len(node.path) :])
            return None if below is None else _prefix(node.path, below)
        nibble = int(path[0], 16)
        node.children[nibble] = self._take(node.children[nibble], path[1:])
        left = [at for at, each in enumerate(node.children) if each is not None]
        if len(left) > 1:
            return node
        only = self._look(node.children[left[0]])
        return None if only is None else _prefix(f"{left[0]:x}", only)

    # Encode

    def _refer(self, child: Child) -> bytes:
        """Return what stands for a node in its parent: its hash, or itself if shorter.

        What has a hash is noted as fresh.
        """
        if child is None:
            return _NOTHING
        if isinstance(child, bytes):
            return _HASH_HEAD + child
        if child.reference is None:
            encoded = self._encode(child)
            if len(encoded) >= HASH:
                digest = keccak(encoded)
                self._fresh[digest] = encoded
                encoded = _HASH_HEAD + digest
            child.reference = encoded
        return child.reference

    def _encode(self, node: Node) -> bytes:
        if isinstance(node, Branch):
            return rlp.join([*map(self._refer, node.children), _NOTHING])
        if isinstance(node, Leaf):
            return rlp.encode([pack(node.path, LEAF), node.value])
        return rlp.join([rlp.encode(pack(node.path, 0)), self._refer(node.child)])


def _split(node: Leaf | Extension, path: str, value: bytes) -> Node:
    """Put a leaf beside a node whose path goes another way.

    Example: of Leaf "7d" and the path "7e" are made Extension "7" and a Branch of both.
    """
    at = next(at for at, each in enumerate(node.path) if each != path[at])
    common = path[:at]
    children: list[Child] = [None] * SIXTEEN
    children[int(path[at], 16)] = Leaf(path[at + 1 :], value)
    children[int(node.path[at], 16)] = _shorten(node, at + 1)
    branch = Branch(children)
    return Extension(common, branch) if common else branch


def _shorten(node: Leaf | Extension, taken: int) -> Node | Hash32:
    """Take digits off a node's path; an extension without any is what it leads to."""
    rest = node.path[taken:]
    if isinstance(node, Leaf):
        return Leaf(rest, node.value)
    return Extension(rest, node.child) if rest else node.child


def _prefix(path: str, node: Node) -> Node:
    """Put a path before a node, which has no branch above it any more."""
    if isinstance(node, Leaf):
        return Leaf(path + node.path, node.value)
    if isinstance(node, Extension):
        return Extension(path + node.path, node.child)
    return Extension(path, node)


def hash_list(items: Iterable[bytes]) -> Hash32:
    """Return the root of the trie that maps positions to items."""
    trie = Trie({})
    for position, item in enumerate(items):
        trie.set(rlp.encode(rlp.encode_integer(position)), item)
    return trie.root_hash()
