"""A path proves one leaf at one index of a list of one size."""

from __future__ import annotations

import pytest
from Crypto.Hash import keccak
from hypothesis import given
from hypothesis import strategies as st

from election.crypto.merkle import build_tree, derive_path, verify_path
from election.crypto.transcript import Hash
from election.errors import EncodingError
from tests.strategies import hashes


def tagged(tag: bytes, *words: bytes) -> bytes:
    raw = (b"VECHE1/" + tag).ljust(32, b"\0") + b"".join(words)
    return keccak.new(digest_bits=256, data=raw).digest()


def full_root(leaves: list[Hash]) -> bytes:
    """Pad to a power of two and hash level by level."""
    level: list[bytes] = list(leaves)
    while len(level) & (len(level) - 1):
        level.append(tagged(b"empty"))
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=True)
        level = [tagged(b"node", left, right) for left, right in pairs]
    return level[0]


lists = st.lists(hashes, min_size=1, max_size=20)


@given(lists)
def test_root_is_that_of_the_padded_list(leaves: list[Hash]) -> None:
    assert build_tree(leaves).root == full_root(leaves)


@given(lists)
def test_every_leaf_has_a_path(leaves: list[Hash]) -> None:
    tree = build_tree(leaves)
    for index, leaf in enumerate(leaves):
        path = derive_path(tree, index)
        assert len(path) == (len(leaves) - 1).bit_length()
        assert verify_path(tree.root, leaf, index=index, size=tree.size, path=path)


LEAVES = [Hash(bytes([number]) * 32) for number in range(1, 6)]
TREE = build_tree(LEAVES)
PATH = derive_path(TREE, 4)


def test_root_of_one_leaf_is_the_leaf() -> None:
    tree = build_tree(LEAVES[:1])
    assert tree.root == LEAVES[0]
    assert derive_path(tree, 0) == ()


@pytest.mark.parametrize("height", [0, 1, 2])
def test_path_is_refused_when_a_sibling_is_changed(height: int) -> None:
    path = list(PATH)
    path[height] = Hash(b"\xff" * 32)
    assert verify_path(TREE.root, LEAVES[4], index=4, size=5, path=PATH)
    assert not verify_path(TREE.root, LEAVES[4], index=4, size=5, path=path)


@pytest.mark.parametrize("index", [0, 1, 2, 3])
def test_path_is_refused_at_another_index(index: int) -> None:
    assert not verify_path(TREE.root, LEAVES[4], index=index, size=5, path=PATH)


@pytest.mark.parametrize("index", [-1, 5, 7])
def test_missing_leaf_is_refused(index: int) -> None:
    """H(empty) stands in the tree beyond the size, and is no leaf."""
    empty = Hash(tagged(b"empty"))
    padded = build_tree([*LEAVES, empty, empty, empty])
    path = derive_path(padded, index % 8)
    assert padded.root == TREE.root
    assert not verify_path(TREE.root, empty, index=index, size=5, path=path)


def test_inner_node_is_no_leaf() -> None:
    """Without a fixed depth an inner node would pass as a leaf (second preimage)."""
    inner = TREE.levels[1][0]
    path = derive_path(TREE, 0)[1:]
    assert not verify_path(TREE.root, inner, index=0, size=5, path=path)


def test_path_is_refused_when_it_is_too_long() -> None:
    path = (*PATH, Hash(b"\xff" * 32))
    assert not verify_path(TREE.root, LEAVES[4], index=4, size=5, path=path)


def test_tree_is_refused_when_it_has_no_leaves() -> None:
    with pytest.raises(EncodingError, match="merkle tree: no leaves"):
        build_tree([])
