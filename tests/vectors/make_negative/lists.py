"""Paths in a voter list that lead to another root, or are no paths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from election.crypto.merkle import MerkleTree, build_tree, derive_path
from election.crypto.transcript import Hash, hash_bytes
from tests.vectors.make_negative.case import Case, Input, flip

_DEPTH: Final = "§1: a proof is exactly d words"
_BELOW: Final = "§1: index < size"
_PLACE: Final = "§1: bit b of the index says whether the path is on the right"
_ROOT: Final = "§1: node = H(node, left, right) up to the root"


def make_lists() -> Iterator[Case]:
    """List all paths."""
    for size, index in ((1, 0), (2, 1), (3, 2), (5, 4), (8, 3)):
        tree = build_tree([_leaf(at) for at in range(size)])
        path = derive_path(tree, index)
        prefix = f"leaf {index} of {size}"
        for title, (rule, proof) in _paths(tree, index, path).items():
            yield Case(f"{prefix}: {title}", rule, "path", proof)


def _leaf(at: int) -> Hash:
    return hash_bytes(b"leaf %d" % at)


def _path(
    tree: MerkleTree, leaf: Hash, *, index: int, size: int, path: Sequence[bytes]
) -> Input:
    return {
        "root": tree.root.hex(),
        "leaf": leaf.hex(),
        "index": index,
        "size": size,
        "path": [each.hex() for each in path],
    }


def _paths(
    tree: MerkleTree, index: int, path: tuple[Hash, ...]
) -> dict[str, tuple[str, Input]]:
    leaf, size = tree.levels[0][index], tree.size
    wide = 2 ** len(path)

    def prove(
        index: int = index,
        size: int = size,
        path: Sequence[bytes] = path,
        leaf: Hash = leaf,
    ) -> Input:
        return _path(tree, leaf, index=index, size=size, path=path)

    faults = {
        "index = size": (_BELOW, prove(index=size)),
        "index plus the width": (_BELOW, prove(index=index + wide)),
        "index and size plus the width": (
            _DEPTH,
            prove(index=index + wide, size=size + wide),
        ),
        "one word too many": (_DEPTH, prove(path=(*path, bytes(32)))),
        "list of no voters": (_BELOW, prove(size=0)),
        "another leaf": (_ROOT, prove(leaf=Hash(flip(leaf)))),
        "twice the size": (_DEPTH, prove(size=2 * wide)),
    }
    for height in range(len(path)):
        changed = (*path[:height], flip(path[height]), *path[height + 1 :])
        faults[f"sibling {height} changed"] = _ROOT, prove(path=changed)
    if path:
        node = tree.levels[1][index // 2]
        neighbour = index ^ 1 if index ^ 1 < size else index - 1
        faults |= {
            "index of another leaf": (_PLACE, prove(index=neighbour)),
            "one word too few": (_DEPTH, prove(path=path[:-1])),
            "a node as a leaf": (
                _DEPTH,
                prove(index=index // 2, path=path[1:], leaf=node),
            ),
            "no path": (_DEPTH, prove(path=())),
            "the root as a leaf": (_DEPTH, prove(path=(), leaf=tree.root, index=0)),
        }
    if index < wide // 2:
        faults["size of half the list"] = _DEPTH, prove(size=wide // 2)
    if len(path) > 1:
        faults["path reversed"] = _ROOT, prove(path=path[::-1])
    return faults
