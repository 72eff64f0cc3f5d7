"""Every hash of the protocol is tagged, and every field is whole words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from Crypto.Hash import keccak
from hypothesis import given
from hypothesis import strategies as st

from election.crypto.group import G2, G
from election.crypto.scalar import ORDER, Scalar
from election.crypto.transcript import (
    Address,
    Field,
    Hash,
    Tag,
    address_word,
    bytes_word,
    challenge,
    decode_address,
    decode_hash,
    hash_fields,
    hash_word,
    point_words,
    scalar_word,
    tag_word,
    text_word,
    uint_word,
    weight,
    weight_pair,
)
from election.errors import EncodingError
from tests.strategies import hashes


def keccak256(raw: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=raw).digest()


@given(st.sampled_from(Tag), st.lists(hashes, max_size=5))
def test_hash_is_keccak_of_tag_word_and_fields(tag: Tag, fields: list[Hash]) -> None:
    word = f"VECHE1/{tag.value}".encode()
    word += bytes(32 - len(word))
    expected = keccak256(word + b"".join(fields))
    assert hash_fields(tag, *map(hash_word, fields)) == expected


def test_tags_are_distinct_words() -> None:
    words = [tag_word(tag) for tag in Tag]
    assert len(set(words)) == len(words)
    assert {len(word) for word in words} == {32}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (uint_word(258), "00" * 30 + "0102"),
        (address_word(Address(b"\x11" * 20)), "00" * 12 + "11" * 20),
        (hash_word(Hash(b"\x22" * 32)), "22" * 32),
        (scalar_word(Scalar(3)), "00" * 31 + "03"),
        (bytes_word(b"abc"), keccak256(b"abc").hex()),
        (text_word("й"), keccak256("й".encode()).hex()),
        (text_word("и\u0306"), keccak256("й".encode()).hex()),
    ],
)
def test_field_is_encoded_as_words(field: Field, expected: str) -> None:
    assert field.hex() == expected


def test_points_take_four_and_eight_words() -> None:
    assert len(point_words(G)) == 4 * 32
    assert len(point_words(G2)) == 8 * 32
    assert point_words(G, G) == point_words(G) * 2


@given(hashes)
def test_challenge_is_the_hash_modulo_the_order(digest: Hash) -> None:
    assert challenge(digest) == int.from_bytes(digest, "big") % ORDER


def test_challenge_reduces_a_hash_above_the_order() -> None:
    assert challenge(Hash((ORDER + 5).to_bytes(32, "big"))) == 5


@given(hashes)
def test_weights_are_the_halves_of_a_hash(digest: Hash) -> None:
    high, low = weight_pair(digest)
    assert (high << 128) + low == int.from_bytes(digest, "big")
    assert weight(digest) == low


@pytest.mark.parametrize("length", [0, 31, 33])
def test_hash_is_refused_when_its_length_is_wrong(length: int) -> None:
    with pytest.raises(EncodingError, match=r"hash: .* bytes instead of 32"):
        decode_hash(bytes(length))


@pytest.mark.parametrize("length", [0, 19, 21])
def test_address_is_refused_when_its_length_is_wrong(length: int) -> None:
    with pytest.raises(EncodingError, match=r"address: .* bytes instead of 20"):
        decode_address(bytes(length))


def test_address_is_refused_when_it_is_zero() -> None:
    with pytest.raises(EncodingError, match="address: zero"):
        decode_address(bytes(20))


def test_hash_and_address_are_taken_as_they_are() -> None:
    assert decode_hash(b"\x01" * 32) == b"\x01" * 32
    assert decode_address(b"\x01" * 20) == b"\x01" * 20


def test_tags_are_those_of_the_specification() -> None:
    text = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
    table = text.split("### Tags")[1].split("\n## ")[0]
    listed = set(re.findall(r"`([a-z-]+)`", table))
    derived = {"bk", "rho"}  # words of HKDF, in section 6
    assert {tag.value for tag in Tag} == listed | derived
