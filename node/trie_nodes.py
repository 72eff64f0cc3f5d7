"""The nodes of a trie, and how each is read from its one encoding.

In: an encoded node. Out: a `Leaf`, `Extension` or `Branch`; RlpError for anything else.
A node is a list of 17 items, the sixteen children of a branch and an empty value, or of
two: a path, packed with its flags, and a value or a child. A child is a hash, or the
node itself where that is shorter than 32 bytes. Example: Leaf "d" of the value "short"
is c7 3d 85 73686f7274: a list of 7 bytes; the flags 3, odd and leaf, with the digit d;
the value's length and the value.

This takes half the time of `rlp.decode`, which looks at each item through three
functions. Source: Yellow Paper, appendices C and D; but a branch that has a value is
refused here, since no key of ours ends at one (`trie.py`).
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias, TypeGuard

from eth_typing import Hash32

from node import rlp
from node.errors import RlpError

HASH: Final = 32  # bytes; what encodes to fewer stands in its parent itself
SIXTEEN: Final = 16
_BRANCH: Final = SIXTEEN + 1  # items, the last is empty: no key begins another one
_PAIR: Final = 2
_LEAST: Final = 2  # children of a branch: one alone would be one path
_ODD, LEAF = 1, 2  # flags in front of a path
_NOTHING, A_HASH = 0x80, 0x80 + HASH  # first bytes of items: RLP of 0 and of 32 bytes
_HASH_ITEM: Final = 1 + HASH  # bytes
_FULL_HEADS: Final = bytes([A_HASH] * SIXTEEN + [_NOTHING])  # of a branch of hashes
_FULL_SIZE: Final = SIXTEEN * _HASH_ITEM + 1


class Leaf:
    """A value, at the end of its key's path.

    reference: what stands for it in its parent, of each node; None: it has changed.
    """

    __slots__ = ("path", "reference", "value")

    def __init__(self, path: str, value: bytes) -> None:
        self.path, self.value = path, value
        self.reference: bytes | None = None


class Extension:
    """A path on which all keys below go."""

    __slots__ = ("child", "path", "reference")

    def __init__(self, path: str, child: Node | Hash32) -> None:
        self.path, self.child = path, child
        self.reference: bytes | None = None


class Branch:
    """Sixteen ways to go on."""

    __slots__ = ("children", "reference")

    def __init__(self, children: list[Child]) -> None:
        self.children = children
        self.reference: bytes | None = None


Node: TypeAlias = Leaf | Extension | Branch
Child: TypeAlias = Node | Hash32 | None  # a hash: nobody looked there yet


def pack(path: str, kind: int) -> bytes:
    """Return a path as it is encoded, with its kind in front: 0, or `LEAF`."""
    flags = kind | len(path) % 2
    return bytes.fromhex(f"{flags:x}{'' if flags & _ODD else '0'}{path}")


def read_node(encoded: bytes) -> Node:
    """Read a node. Raises: RlpError for what is not the encoding of one."""
    is_list, start, end = rlp.span(encoded, 0)
    if not is_list or end != len(encoded):
        raise RlpError("a trie's node is not one list")
    return _read(encoded, start, end)


def _read(encoded: bytes, start: int, end: int) -> Node:
    items: list[Any]  # children
    if end - start == _FULL_SIZE and encoded[start:end:_HASH_ITEM] == _FULL_HEADS:
        items = [encoded[at : at + HASH] for at in range(start + 1, end, _HASH_ITEM)]
        return Branch(items)  # as those near the root are
    items = []
    has_other = False  # items than those of branches
    at = start
    while at < end:
        first = encoded[at]
        if first == A_HASH:
            items.append(encoded[at + 1 : at + _HASH_ITEM])
            at += _HASH_ITEM
        elif first == _NOTHING:
            items.append(None)
            at += 1
        else:
            item, at = _read_other(encoded, at)
            items.append(item)
            has_other |= isinstance(item, bytes)
    if at != end:
        raise RlpError("an item exceeds its list")
    if len(items) == _BRANCH and not has_other and items.pop() is None:
        return _spread(items)
    if len(items) == _PAIR:
        return _join(*items)
    raise RlpError("a trie's node has other items than a branch")


def _read_other(encoded: bytes, at: int) -> tuple[Child, int]:
    """Read a node inside its parent, or a string; returns where it ends, too."""
    is_list, start, end = rlp.span(encoded, at)
    if not is_list:
        return Hash32(encoded[start:end]), end
    if end - at >= HASH:
        raise RlpError("a trie's node stands where its hash should")
    node = _read(encoded, start, end)
    node.reference = encoded[at:end]
    return node, end


def _spread(children: list[Any]) -> Branch:
    """Return the branch of these sixteen."""
    if children.count(None) > SIXTEEN - _LEAST:
        raise RlpError("a branch of a trie has fewer than two children")
    return Branch(children)


def _join(packed: Child, below: Child) -> Node:
    """Return the leaf or the extension of these two items."""
    if not isinstance(packed, bytes):
        raise RlpError("a trie's node has no path")
    flags, rest = divmod(packed[0], SIXTEEN)
    if flags > _ODD | LEAF or (rest and not flags & _ODD):
        raise RlpError("a path in a trie has other flags")
    path = packed.hex()[1 if flags & _ODD else 2 :]
    if flags & LEAF:
        if isinstance(below, bytes):
            return Leaf(path, below)
        raise RlpError("a leaf of a trie has no value")
    if path and (isinstance(below, Branch) or _is_hash(below)):
        return Extension(path, below)
    raise RlpError("a trie's path leads to no branch")


def _is_hash(child: Child) -> TypeGuard[Hash32]:
    return isinstance(child, bytes) and len(child) == HASH
