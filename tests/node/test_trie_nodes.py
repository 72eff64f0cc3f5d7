"""Nodes as they are read, beside the general decoder."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from node import rlp
from node.errors import RlpError, StoreError
from node.hashing import keccak
from node.trie import Trie
from node.trie_nodes import LEAF, Branch, Extension, Leaf, pack, read_node

_paths = st.text("0123456789abcdef", max_size=64)
_hashes = st.binary(min_size=32, max_size=32)
_leaves = st.builds(
    lambda path, value: [pack(path, LEAF), value], _paths, st.binary(min_size=1)
)
_short = st.builds(
    lambda path, value: [pack(path, LEAF), value],
    st.text("0123456789abcdef", max_size=6),
    st.binary(min_size=1, max_size=6),
).filter(lambda node: len(rlp.encode(node)) < 32)
_branches = (
    st.lists(st.one_of(_hashes, st.just(b""), _short), min_size=16, max_size=16)
    .filter(lambda children: children.count(b"") <= 14)
    .map(lambda children: [*children, b""])
)
_least = st.tuples(st.just([pack("", LEAF), b"v"]), st.just([pack("1", LEAF), b"w"]))
_few = st.tuples(st.permutations(range(16)), _least).map(
    lambda two: [
        two[1][two[0].index(at)] if at in two[0][:2] else b"" for at in range(17)
    ]
)
_extensions = st.builds(
    lambda path, child: [pack(path, 0), child],
    _paths.filter(bool),
    st.one_of(_hashes, _few.filter(lambda node: len(rlp.encode(node)) < 32)),
)
_nodes = st.one_of(_leaves, _branches, _extensions)


def _items(node: Any) -> Any:
    """Return a node, or what stands for it, as the general decoder gives it."""
    match node:
        case None:
            return b""
        case Leaf():
            return [pack(node.path, LEAF), node.value]
        case Extension():
            return [pack(node.path, 0), _items(node.child)]
        case Branch():
            return [*map(_items, node.children), b""]
    return node


@given(_nodes)
def test_a_node_is_read_as_the_general_decoder_reads_it(node: Any) -> None:
    encoded = rlp.encode(node)
    assert _items(read_node(encoded)) == rlp.decode(encoded)


@given(_branches)
def test_a_node_in_its_parent_is_kept_as_it_stands_there(branch: Any) -> None:
    read = read_node(rlp.encode(branch))
    assert isinstance(read, Branch)
    for item, child in zip(branch, read.children, strict=False):
        if isinstance(item, list):
            assert not isinstance(child, bytes | None)
            assert child.reference == rlp.encode(item)


@given(_nodes, st.data())
def test_whatever_else_is_read_is_the_encoding_of_what_it_is_read_as(
    node: Any, data: st.DataObject
) -> None:
    """So nothing is accepted that the general decoder refuses."""
    changed = bytearray(rlp.encode(node))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(changed) - 1))
        changed[at] = data.draw(st.sampled_from([0, 0x7F, 0x80, 0x81, 0xA0, 0xC0, 1]))
    encoded = bytes(changed)[: data.draw(st.integers(0, len(changed)))]
    _require_whole(encoded)
    _require_whole(bytes(changed))


@given(st.lists(st.one_of(_hashes, st.just(b""), _short, st.binary()), max_size=18))
def test_any_list_is_one_node_or_none(items: list[Any]) -> None:
    _require_whole(rlp.encode(items))


@given(st.binary(max_size=80))
@example(b"")
def test_any_bytes_are_one_node_or_none(encoded: bytes) -> None:
    _require_whole(encoded)


def _require_whole(encoded: bytes) -> None:
    try:
        read = read_node(encoded)
    except RlpError:
        return
    assert rlp.encode(_items(read)) == encoded


_INSIDE = [pack("ab", LEAF), bytes(40)]  # 32 bytes and more


@pytest.mark.parametrize(
    "node",
    [
        b"no list",
        [],
        [pack("ab", LEAF)],
        [pack("ab", LEAF), b"value", b"more"],
        [b"", b"value"],
        [[], b"value"],
        [b"\x40", b"value"],
        [b"\x21", b"value"],
        [pack("ab", LEAF), b""],
        [pack("ab", LEAF), [b"\x20", b"v"]],
        [pack("", 0), bytes(32)],
        [pack("ab", 0), bytes(31)],
        [pack("ab", 0), b""],
        [pack("ab", 0), [b"\x20", b"v"]],
        [*[bytes(32)] * 16, b"value"],
        [*[bytes(32)] * 16, bytes(32)],
        [*[bytes(32)] * 15, bytes(31), b""],
        [*[bytes(32)] * 15, b"\1", b""],
        [*[bytes(32)] * 15, _INSIDE, b""],
        [*[bytes(32)] * 15, [], b""],
        [b""] * 17,
        [bytes(32), *[b""] * 16],
        [*[b""] * 15, bytes(32), b""],
        [*[bytes(32)] * 16],
        [*[bytes(32)] * 17, b""],
        [*[bytes(32)] * 16, b"", b""],
    ],
)
def test_a_list_that_is_no_node_is_refused(node: Any) -> None:
    with pytest.raises(RlpError):
        read_node(rlp.encode(node))


def test_bytes_after_a_node_are_refused() -> None:
    with pytest.raises(RlpError):
        read_node(rlp.encode([*[bytes(32)] * 16, b""]) + b"\0")


def test_a_node_that_is_damaged_is_named() -> None:
    root = keccak(b"root")
    with pytest.raises(StoreError, match=f"node {root.hex()} of a trie is damaged"):
        Trie({root: b"\xc2\x20"}, root).get(keccak(b"key"))
