"""Offsets lead to the tails in their order, and nowhere else."""

from __future__ import annotations

from typing import Any, Final

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from election.crypto.transcript import uint_word
from election.errors import EncodingError
from election.protocol.abi import decode_values
from election.protocol.abi_layout import check_layout

NAMES: Final = [{"type": "string[]"}]
PARTS: Final[list[dict[str, Any]]] = [
    {"type": "uint256"},
    {"type": "bytes"},
    {"type": "bytes32[4][]"},
    {
        "type": "tuple[]",
        "components": [{"type": "string"}, {"type": "uint256[2]"}],
    },
    {"type": "string[2]"},
]
TYPES: Final = [
    "uint256",
    "bytes",
    "bytes32[4][]",
    "(string,uint256[2])[]",
    "string[2]",
]
numbers = st.integers(0, 2**256 - 1)
words = st.binary(min_size=32, max_size=32)
texts = st.text(max_size=40)
values = st.tuples(
    numbers,
    st.binary(max_size=70),
    st.lists(st.tuples(words, words, words, words), max_size=3),
    st.lists(st.tuples(texts, st.tuples(numbers, numbers)), max_size=3),
    st.tuples(texts, texts),
)


def words_of(*numbers: int) -> bytes:
    return b"".join(map(uint_word, numbers))


def text(content: bytes) -> bytes:
    return uint_word(len(content)) + content.ljust(32, b"\0")


@given(values)
def test_values_in_their_one_encoding_lie_in_a_row(value: tuple[Any, ...]) -> None:
    check_layout(PARTS, encode(TYPES, value))


@given(
    st.binary(max_size=600) | st.lists(st.integers(0, 300)).map(lambda n: words_of(*n))
)
def test_any_bytes_are_measured_or_refused_by_name(raw: bytes) -> None:
    try:
        check_layout(PARTS, raw)
    except EncodingError:
        return


@pytest.mark.parametrize(
    "offsets",
    [(64, 64), (128, 64), (64, 160), (32, 128), (64, 2**256 - 64)],
    ids=["one text twice", "in another order", "a gap", "into the heads", "far away"],
)
def test_tail_that_is_not_in_its_place_is_refused(offsets: tuple[int, int]) -> None:
    raw = words_of(32, 2, *offsets) + text(b"one") + text(b"two")
    with pytest.raises(EncodingError, match="a tail is not in its place"):
        check_layout(NAMES, raw)


def test_bytes_behind_the_last_tail_are_refused() -> None:
    with pytest.raises(EncodingError, match="do not fill"):
        check_layout(NAMES, words_of(32, 0, 0))


@pytest.mark.parametrize("count", [1, 2**64, 2**256 - 1])
def test_list_longer_than_its_bytes_is_refused(count: int) -> None:
    with pytest.raises(EncodingError, match="is cut off"):
        check_layout(NAMES, words_of(32, count))


def test_text_that_many_offsets_lead_to_is_never_read() -> None:
    many = 2_000
    shared = words_of(32, many, *[32 * many] * many) + text(b"much")
    with pytest.raises(EncodingError, match="not in its one encoding") as refused:
        decode_values(NAMES, shared, subject="names")
    assert isinstance(refused.value.__cause__, EncodingError)
