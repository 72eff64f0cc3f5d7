"""The trie beside py-evm's own, which is slower and was here first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from node import rlp
from node.block import EMPTY_ROOT
from node.errors import StoreError
from node.hashing import keccak
from node.trie import Trie, hash_list

# Keys that share long beginnings, and values that stand in their parents or do not.
_KEYS = st.lists(st.sampled_from([b"\x00", b"\x01", b"\x10", b"\xff"]), min_size=4)
_CHANGES = st.lists(
    st.tuples(
        _KEYS.map(lambda parts: b"".join(parts)[:4]),
        st.sampled_from([b"", b"\x05", b"short", bytes(40)]),
    ),
    max_size=30,
)


@given(st.lists(_CHANGES, max_size=4))
def test_any_changes_give_the_same_root_and_values(
    blocks: list[list[tuple[bytes, bytes]]],
) -> None:
    nodes: dict[bytes, bytes] = {}
    theirs = HexaryTrie({})
    root = EMPTY_ROOT
    for changes in blocks:
        ours = Trie(nodes, root)
        for key, value in changes:
            ours.set(key, value)
            theirs[key] = value
            assert ours.get(key) == value
        root = ours.root_hash()
        assert root == theirs.root_hash
        nodes.update(ours.take_fresh())
    again = Trie(nodes, root)
    for key in {key for changes in blocks for key, _ in changes}:
        assert again.get(key) == theirs[key]


def test_what_is_set_and_taken_away_leaves_the_root_as_it_was() -> None:
    nodes: dict[bytes, bytes] = {}
    trie = Trie(nodes)
    keys = [keccak(bytes([number])) for number in range(100)]
    for key in keys[:60]:
        trie.set(key, key)
    root = trie.root_hash()
    nodes.update(trie.take_fresh())
    later = Trie(nodes, root)
    for key in keys[60:]:
        later.set(key, key)
    assert later.root_hash() != root
    for key in reversed(keys[60:]):
        later.set(key, b"")
    later.set(keccak(b"never there"), b"")
    assert later.root_hash() == root


def test_a_root_that_only_was_read_makes_no_nodes() -> None:
    nodes: dict[bytes, bytes] = {}
    trie = Trie(nodes)
    trie.set(keccak(b"key"), b"value")
    root = trie.root_hash()
    nodes.update(trie.take_fresh())
    reader = Trie(nodes, root)
    assert reader.get(keccak(b"key")) == b"value"
    assert reader.get(keccak(b"another")) == b""
    assert (reader.root_hash(), reader.take_fresh()) == (root, {})


def test_a_missing_node_is_no_missing_value() -> None:
    trie = Trie({}, keccak(b"a root of nothing"))
    with pytest.raises(StoreError, match="is missing"):
        trie.get(keccak(b"key"))


@pytest.mark.parametrize("count", [0, 1, 2, 16, 17, 127, 128, 129, 300])
def test_a_list_has_the_root_that_py_evm_gives_it(count: int) -> None:
    items = [
        keccak(bytes([number % 256])) * (1 + number % 3) for number in range(count)
    ]
    theirs = HexaryTrie({})
    for position, item in enumerate(items):
        theirs[rlp.encode(rlp.encode_integer(position))] = item
    assert hash_list(items) == theirs.root_hash
