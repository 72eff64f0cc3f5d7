from __future__ import annotations

from typing import Any

import pytest
import rlp as reference  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from node import rlp
from node.errors import RlpError

items = st.recursive(
    st.binary(max_size=80), lambda inner: st.lists(inner, max_size=6), max_leaves=12
)


def _depth(item: Any) -> int:
    return 1 + max(map(_depth, item), default=0) if isinstance(item, list) else 0


@given(items.filter(lambda item: _depth(item) <= 8))
def test_decoding_returns_what_was_encoded(item: Any) -> None:
    assert rlp.decode(rlp.encode(item)) == item


@given(items)
def test_encoding_agrees_with_the_reference(item: Any) -> None:
    assert rlp.encode(item) == reference.encode(item)


@given(st.binary(max_size=64))
def test_other_bytes_are_refused_when_they_are_not_canonical(encoded: bytes) -> None:
    try:
        item = rlp.decode(encoded)
    except RlpError:
        return
    assert rlp.encode(item) == encoded


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param("", id="nothing"),
        pytest.param("8100", id="small byte with a length"),
        pytest.param("b801ff", id="short payload with a long length"),
        pytest.param("b90038" + "00" * 56, id="length with a leading zero"),
        pytest.param("8201", id="string ends early"),
        pytest.param("c201", id="list ends early"),
        pytest.param("c18201", id="item exceeds its list"),
        pytest.param("8000", id="bytes after the end"),
        pytest.param("b8", id="length is missing"),
        pytest.param("bf" + "ff" * 8, id="length beyond any memory"),
        pytest.param("c9c8c7c6c5c4c3c2c1c0", id="nested too deeply"),
    ],
)
def test_an_encoding_is_refused(encoded: str) -> None:
    with pytest.raises(RlpError):
        rlp.decode(bytes.fromhex(encoded))


def test_a_tower_of_lists_is_refused_without_exhausting_the_stack() -> None:
    tower = b""
    for _ in range(5_000):
        tower = rlp.encode([tower]) if not tower else _wrap(tower)
    with pytest.raises(RlpError):
        rlp.decode(tower)


def _wrap(payload: bytes) -> bytes:
    if len(payload) <= 55:
        return bytes([0xC0 + len(payload)]) + payload
    size = rlp.encode_integer(len(payload))
    return bytes([0xF7 + len(size)]) + size + payload


@pytest.mark.parametrize("encoded", [b"\x82a", b"\xc2a", b"\xb8\x38" + bytes(55)])
def test_an_item_that_ends_early_is_refused(encoded: bytes) -> None:
    with pytest.raises(RlpError, match="end early"):
        rlp.decode(encoded)
