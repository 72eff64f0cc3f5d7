"""Whether a leaf stands in a tree, docs/protocol.md §1."""

from __future__ import annotations

from collections.abc import Sequence

from reference.transcript import tagged_hash


def is_in_tree(
    leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Walk from a leaf to the root; index from 0, below size."""
    if index >= size or len(proof) != (size - 1).bit_length():
        return False
    node = leaf
    for height, sibling in enumerate(proof):
        is_right = index >> height & 1
        pair = (sibling, node) if is_right else (node, sibling)
        node = tagged_hash("node", *pair)
    return node == root
