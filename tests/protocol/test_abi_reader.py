"""Values are read from their one encoding, and from nothing else."""

from __future__ import annotations

from typing import Any, Final

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from election.crypto.signature import Signature
from election.crypto.transcript import uint_word
from election.errors import EncodingError
from election.protocol.abi_reader import make_reader
from election.protocol.attestation import Attestation

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
    {"type": "address"},
    {"type": "bool"},
    {"type": "bytes20"},
    {"type": "uint8[]"},
    {"type": "bytes32[8]"},
    {"type": "bytes32[]"},
]
TYPES: Final = [
    "uint256",
    "bytes",
    "bytes32[4][]",
    "(string,uint256[2])[]",
    "string[2]",
    "address",
    "bool",
    "bytes20",
    "uint8[]",
    "bytes32[8]",
    "bytes32[]",
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
    st.binary(min_size=20, max_size=20),
    st.booleans(),
    st.binary(min_size=20, max_size=20),
    st.lists(st.integers(0, 255), max_size=3).map(tuple),
    st.tuples(*[words] * 8),
    st.lists(words, max_size=3).map(tuple),
)
read = make_reader(PARTS)
read_names = make_reader(NAMES)


def words_of(*numbers: int) -> bytes:
    return b"".join(map(uint_word, numbers))


def text(content: bytes) -> bytes:
    return uint_word(len(content)) + content.ljust(32, b"\0")


def as_read(value: tuple[Any, ...]) -> tuple[Any, ...]:
    """Join points, and make tuples of other lists."""
    points, others, far_point = value[2], value[3], value[9]
    joined = b"".join(word for point in points for word in point)
    plain = (*value[:2], joined, tuple(others), *value[4:9])
    return (*plain, b"".join(far_point), value[10])


@given(values)
def test_what_another_library_encodes_is_read(value: tuple[Any, ...]) -> None:
    assert read(encode(TYPES, value)) == as_read(value)


@given(values, st.data())
def test_other_bytes_are_refused_or_of_other_values(
    value: tuple[Any, ...], data: st.DataObject
) -> None:
    """Each value has one encoding: what is read encodes to the bytes it is read of."""
    raw = bytearray(encode(TYPES, value))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    try:
        found = read(bytes(raw))
    except EncodingError:
        return
    assert found != as_read(value)


@given(
    st.binary(max_size=600) | st.lists(st.integers(0, 300)).map(lambda n: words_of(*n))
)
def test_any_bytes_are_read_or_refused_by_name(raw: bytes) -> None:
    for each in (read, read_names):
        try:
            each(raw)
        except EncodingError:
            continue


@pytest.mark.parametrize(
    "offsets",
    [(64, 64), (128, 64), (64, 160), (32, 128), (64, 2**256 - 64)],
    ids=["one text twice", "in another order", "a gap", "into the heads", "far away"],
)
def test_tail_that_is_not_in_its_place_is_refused(offsets: tuple[int, int]) -> None:
    raw = words_of(32, 2, *offsets) + text(b"one") + text(b"two")
    with pytest.raises(EncodingError, match="a tail is not in its place"):
        read_names(raw)


def test_bytes_behind_the_last_tail_are_refused() -> None:
    with pytest.raises(EncodingError, match="do not fill"):
        read_names(words_of(32, 0, 0))


@pytest.mark.parametrize("count", [1, 2**64, 2**256 - 1])
def test_list_longer_than_its_bytes_is_refused(count: int) -> None:
    with pytest.raises(EncodingError, match="is cut off"):
        read_names(words_of(32, count))


def test_text_that_many_offsets_lead_to_is_never_read() -> None:
    many = 2_000
    shared = words_of(32, many, *[32 * many] * many) + text(b"much")
    with pytest.raises(EncodingError, match="not in its place"):
        read_names(shared)


@pytest.mark.parametrize(
    ("name", "raw", "fact"),
    [
        ("uint8", words_of(256), "more than 8 bits"),
        ("uint256", bytes(31), "is cut off"),
        ("bool", words_of(2), "neither true nor false"),
        ("address", b"\1" + bytes(31), "an address is too long"),
        ("bytes20", bytes(20) + b"\1" + bytes(11), "not filled up with zeros"),
        ("bytes", words_of(32, 1) + b"ab".ljust(32, b"\0"), "not filled up with zeros"),
        ("bytes", words_of(32, 33) + bytes(32), "is cut off"),
        ("bytes", words_of(32), "is cut off"),
        ("string", words_of(32) + text(b"\xff"), "not in utf-8"),
    ],
)
def test_other_writing_of_a_value_is_refused(name: str, raw: bytes, fact: str) -> None:
    with pytest.raises(EncodingError, match=fact):
        make_reader([{"type": name}])(raw)


def test_tuples_become_values_of_the_protocol() -> None:
    numbers = [{"type": "uint256"}] * 3
    signature = {"type": "tuple", "components": numbers}
    parts = [{"type": "uint256"}, signature]
    attestation = {"type": "tuple", "components": parts}
    raw = words_of(9, 27, 1, 2)
    expected = Attestation(9, Signature(27, 1, 2))
    assert make_reader([attestation], [Attestation])(raw) == (expected,)
