"""Tries are read as another library writes them."""

from __future__ import annotations

import contextlib

import pytest
import rlp as another  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from finality import rlp
from finality.errors import ProofRefusedError
from finality.trie import keccak, look_up

_ITEMS = st.recursive(st.binary(max_size=80), lambda inner: st.lists(inner, max_size=4))


def _trie(count: int) -> HexaryTrie:
    trie = HexaryTrie({})
    for at in range(count):
        trie[another.encode(at)] = bytes([at % 251 + 1]) * (3 + 40 * (at % 3))
    return trie


def _proof(trie: HexaryTrie, key: bytes) -> list[bytes]:
    return [another.encode(node) for node in trie.get_proof(key)]  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("count", [1, 2, 3, 17, 130, 300])
def test_every_key_is_found(count: int) -> None:
    trie = _trie(count)
    for at in range(count):
        key = another.encode(at)
        assert look_up(trie.root_hash, key, _proof(trie, key)) == trie[key]


@pytest.mark.parametrize("count", [1, 2, 17, 300])
def test_a_key_that_is_not_there_is_not_found(count: int) -> None:
    trie = _trie(count)
    key = another.encode(count + 7)
    assert look_up(trie.root_hash, key, _proof(trie, key)) is None


def test_a_way_that_is_cut_short_proves_nothing() -> None:
    trie = _trie(300)
    key = another.encode(200)
    with pytest.raises(ProofRefusedError):
        look_up(trie.root_hash, key, _proof(trie, key)[:-1])


@given(_ITEMS)
def test_rlp_is_what_another_library_writes(item: rlp.Item) -> None:
    assert rlp.encode(item) == another.encode(item)


@given(st.binary(max_size=40))
def test_rlp_has_one_writing(encoded: bytes) -> None:
    try:
        item = rlp.decode(encoded)
    except ProofRefusedError:
        return
    assert rlp.encode(item) == encoded


@given(_ITEMS)
def test_rlp_is_read_as_it_was_written(item: rlp.Item) -> None:
    assert rlp.decode(rlp.encode(item)) == item


@given(st.lists(st.binary(max_size=60), max_size=3), st.binary(max_size=3))
def test_odd_nodes_are_refused_and_nothing_else(nodes: list[bytes], key: bytes) -> None:
    root = keccak(nodes[0]) if nodes else bytes(32)
    with contextlib.suppress(ProofRefusedError):
        look_up(root, key, nodes)


@given(st.recursive(st.binary(max_size=40), lambda i: st.lists(i, max_size=18)))
def test_odd_items_as_nodes_are_refused_and_nothing_else(item: rlp.Item) -> None:
    node = rlp.encode(item)
    with contextlib.suppress(ProofRefusedError):
        look_up(keccak(node), b"\x12", [node])


def test_a_trie_without_a_key_shows_no_node() -> None:
    assert look_up(keccak(b"\x80"), b"any", []) is None
    with pytest.raises(ProofRefusedError):
        look_up(keccak(b"\x81\x80"), b"any", [])
