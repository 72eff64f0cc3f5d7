"""ctx binds every term of a contest, in the order of docs/protocol.md §2."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from Crypto.Hash import keccak

from election.crypto.group import G2, G, encode_g1, encode_g2
from election.crypto.transcript import Hash
from election.errors import EncodingError
from election.protocol.context import (
    ContestTerms,
    decode_box,
    derive_ctx,
    derive_election_id,
    derive_texts_hash,
    open_box,
)
from election.protocol.encoding import encode_points
from tests import honest, vector_files
from tests.reference.unit_vector import tagged_hash

FIELDS = [field.name for field in fields(ContestTerms)]


def word(value: int | bytes) -> bytes:
    return (
        value.to_bytes(32, "big") if isinstance(value, int) else value.rjust(32, b"\0")
    )


def keccak_words(*texts: str) -> list[bytes]:
    return [keccak.new(digest_bits=256, data=text.encode()).digest() for text in texts]


def test_ctx_is_the_hash_of_all_terms_in_order() -> None:
    terms = honest.contest_terms()
    candidates = tagged_hash(
        "cand",
        *keccak_words("Contest"),
        word(3),
        *keccak_words(*honest.CANDIDATES, *honest.PARTICULARS),
    )
    expected = tagged_hash(
        "ctx",
        word(honest.CHAIN_ID),
        *(word(honest.account(number)) for number in (100, 103, 101, 102)),
        tagged_hash("election", *keccak_words("honest")),
        *map(word, (1, 3, 5, 3)),
        *map(encode_g1, terms.election_keys),
        bytes.fromhex(vector_files.VECHE1["K"]),
        candidates,
        *map(word, (3, 2)),
        encode_g2(terms.credential_key),
        *map(word, (1_000, 2_000, 3_000, 2, 0)),
    )
    assert derive_ctx(terms) == expected


def changed(terms: ContestTerms, name: str) -> ContestTerms:
    old = getattr(terms, name)
    new: object
    if isinstance(old, int):
        new = old + 1
    elif isinstance(old, bytes):
        new = bytes([old[0] ^ 1]) + old[1:]
    elif isinstance(old, str):
        new = old + "x"
    elif isinstance(old, tuple):
        new = (old[1], old[0], *old[2:])
    else:
        new = old + G2
    return replace(terms, **{name: new})  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize("name", FIELDS)
def test_ctx_changes_with_every_term(name: str) -> None:
    terms = honest.contest_terms()
    assert derive_ctx(changed(terms, name)) != derive_ctx(terms)


def test_candidates_are_bound_by_position() -> None:
    none = ("", "")
    one = derive_texts_hash("T", ("a", "b"), none)
    assert one != derive_texts_hash("T", ("b", "a"), none)
    assert one != derive_texts_hash("U", ("a", "b"), none)
    assert one != derive_texts_hash("T", ("a", "b"), ("c", ""))
    told = derive_texts_hash("T", ("a", "b"), ("c", ""))
    assert told != derive_texts_hash("T", ("a", "b"), ("", "c"))


def test_election_id_is_that_of_its_slug() -> None:
    assert derive_election_id("a") != derive_election_id("b")


def test_box_survives_its_event() -> None:
    box = honest.box()
    decoded = decode_box(
        box.contest,
        box.ctx,
        election_keys=encode_points(box.election_keys),
        credential_key=encode_g2(box.credential_key),
    )
    assert decoded == box == open_box(honest.contest_terms())


def test_box_is_refused_when_a_key_is_infinity() -> None:
    ctx = Hash(bytes(32))
    with pytest.raises(EncodingError, match="infinity"):
        decode_box(1, ctx, election_keys=bytes(256), credential_key=encode_g2(G2))
    with pytest.raises(EncodingError, match="infinity"):
        decode_box(
            1, ctx, election_keys=encode_points((G, G)), credential_key=bytes(256)
        )
