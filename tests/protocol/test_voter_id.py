"""A person has one identifier, on every machine and in every language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from Crypto.Hash import keccak
from hypothesis import given
from hypothesis import strategies as st

from election.crypto.transcript import Hash
from election.errors import VoterIdError
from election.protocol.voter_id import (
    fold_look_alikes,
    normalize_voter_id,
    pair_look_alikes,
)
from election.protocol.voter_list import hash_voter
from tests.reference.unit_vector import tagged_hash

_FOLDER: Final = Path(__file__).parents[1] / "vectors"
VECTORS: Final[dict[str, Any]] = json.loads((_FOLDER / "voter_ids.json").read_text())
REASONS: Final = {
    "empty": "is empty",
    "character": r"character \d+ is U\+",
    "ends": "does not begin and end with a letter or a digit",
    "alphabets": "type it in one alphabet",
    "long": "64 at most",
}


@pytest.mark.parametrize("vector", VECTORS["accepted"], ids=lambda each: each["id"])
def test_identifier_has_one_writing_and_hash(vector: dict[str, str]) -> None:
    normalized = normalize_voter_id(vector["id"])
    text = keccak.new(digest_bits=256, data=normalized.encode()).digest()
    salt = bytes.fromhex(vector["salt"])
    assert normalized == vector["normalized"]
    assert fold_look_alikes(normalized) == vector["look_alike"]
    assert tagged_hash("vid", text, salt).hex() == vector["voter_hash"]
    assert hash_voter(vector["id"], Hash(salt)).hex() == vector["voter_hash"]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=repr)
def test_identifier_is_refused_with_what_to_change(vector: dict[str, str]) -> None:
    with pytest.raises(VoterIdError, match=REASONS[vector["reason"]]) as refused:
        normalize_voter_id(vector["id"])
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("pair", VECTORS["look_alike"], ids="|".join)
def test_identifiers_that_look_alike_are_told(pair: list[str]) -> None:
    one, other = map(normalize_voter_id, pair)
    assert one != other
    assert pair_look_alikes([one, "7", other]) == ((0, 2),)


@pytest.mark.parametrize("pair", VECTORS["different"], ids="|".join)
def test_identifiers_that_look_different_are_not_told(pair: list[str]) -> None:
    assert not pair_look_alikes(map(normalize_voter_id, pair))


typed = st.text() | st.text(
    st.sampled_from("aZ0-./_@+ \t\u00a0\u0306\u0308\u200bеЕиЙё\u0406ßıſK")
)


@given(typed)
def test_writing_of_any_text_is_its_own_or_there_is_none(text: str) -> None:
    try:
        once = normalize_voter_id(text)
    except VoterIdError:
        return
    assert normalize_voter_id(once) == once
    assert normalize_voter_id(f"\t{once.lower()} ") == once
    folded = fold_look_alikes(once)
    assert fold_look_alikes(folded) == folded


def test_alphabet_is_fixed_whatever_unicode_knows() -> None:
    used = set()
    for number in range(0x110000):
        try:
            used.add(normalize_voter_id(f"1{chr(number)}1"))
        except VoterIdError:
            continue
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"
    assert used == {f"1{each}1" for each in f"0123456789{letters} -./_@+"}
