"""A positional Merkle tree: this leaf stands at this index of the list.

docs/protocol.md §1: depth ceil(log2(size)), missing leaves H(empty), bit b of the
index says whether the path is on the right at height b.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from election.crypto.transcript import Hash, Tag, hash_fields, hash_word
from election.errors import EncodingError

EMPTY: Final = hash_fields(Tag.EMPTY)
"""What stands for a leaf that is missing."""


@dataclass(frozen=True, slots=True)
class MerkleTree:
    """All levels from the leaves up, without the missing part on the right."""

    levels: tuple[tuple[Hash, ...], ...]

    @property
    def root(self) -> Hash:
        """Give the one node of the top level."""
        return self.levels[-1][0]

    @property
    def size(self) -> int:
        """Count the leaves."""
        return len(self.levels[0])


def build_tree(leaves: Sequence[Hash]) -> MerkleTree:
    """Build the tree over at least one leaf; raises EncodingError over none."""
    if not leaves:
        raise EncodingError("merkle tree", "no leaves")
    levels = [tuple(leaves)]
    missing = EMPTY
    while len(levels[-1]) > 1:
        below = levels[-1]
        right = (*below[1::2], missing) if len(below) % 2 else below[1::2]
        levels.append(tuple(map(_node, below[::2], right)))
        missing = _node(missing, missing)
    return MerkleTree(tuple(levels))


def derive_path(tree: MerkleTree, index: int) -> tuple[Hash, ...]:
    """List the siblings from the leaf at this index, below the size, to the root."""
    path = []
    missing = EMPTY
    for level in tree.levels[:-1]:
        sibling = index ^ 1
        path.append(level[sibling] if sibling < len(level) else missing)
        index >>= 1
        missing = _node(missing, missing)
    return tuple(path)


def verify_path(
    root: Hash, leaf: Hash, *, index: int, size: int, path: Sequence[Hash]
) -> bool:
    """Check that the leaf stands at this index of the list of this size."""
    if not 0 <= index < size or len(path) != (size - 1).bit_length():
        return False
    node = leaf
    for height, sibling in enumerate(path):
        on_right = index >> height & 1
        node = _node(sibling, node) if on_right else _node(node, sibling)
    return node == root


def _node(left: Hash, right: Hash) -> Hash:
    return hash_fields(Tag.NODE, hash_word(left), hash_word(right))
