"""The decoder of words agrees with eth-abi, and takes one encoding of a value."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from eth_abi.abi import encode as encode_elsewhere
from hypothesis import given
from hypothesis import strategies as st

from reference.abi import Array, decode, decode_word, encode, spell, struct
from reference.errors import RefutedError
from reference.events import EVENTS

ROOT = Path(__file__).resolve().parents[2]
MEMBER = struct(account="address", commission="bool")
KIND = struct(
    number="uint256",
    word="bytes32",
    text="string",
    raw="bytes",
    members=Array(MEMBER),
    times=Array("uint256", 3),
    names=Array("string"),
    pair=Array("string", 2),
)
CONTRACTS = {
    "election": "Election",
    "trustees": "KeyCeremony",
    "issuers": "KeyCeremony",
    "voter list": "VoterList",
    "tally": "Tally",
    "box": "BallotBox",
}
numbers = st.integers(0, 2**256 - 1)
values = st.fixed_dictionaries(
    {
        "number": numbers,
        "word": st.binary(min_size=32, max_size=32),
        "text": st.text(max_size=40),
        "raw": st.binary(max_size=70),
        "members": st.lists(
            st.fixed_dictionaries(
                {
                    "account": st.binary(min_size=20, max_size=20),
                    "commission": st.booleans(),
                }
            ),
            max_size=3,
        ).map(tuple),
        "times": st.tuples(numbers, numbers, numbers),
        "names": st.lists(st.text(max_size=9), max_size=3).map(tuple),
        "pair": st.tuples(st.text(max_size=9), st.text(max_size=9)),
    }
)


def plain(value: Any) -> Any:
    """Put tuples for structures, and text for addresses."""
    if isinstance(value, dict):
        return tuple(plain(value[name]) for name, _ in MEMBER.fields)
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    is_address = isinstance(value, bytes) and len(value) == 20
    return f"0x{value.hex()}" if is_address else value


def encode_value(value: dict[str, Any]) -> bytes:
    types = [spell(kind) for _, kind in KIND.fields]
    items = (value[name] for name, _ in KIND.fields)
    plain_items = [each if isinstance(each, bytes) else plain(each) for each in items]
    return encode_elsewhere(types, plain_items)


@given(values)
def test_values_are_encoded_as_elsewhere(value: dict[str, Any]) -> None:
    raw = encode_value(value)
    assert encode(KIND, value) == raw
    assert decode(KIND, raw) == value


@given(values, st.data())
def test_changed_bytes_are_another_value_or_refused(
    value: dict[str, Any], picked: st.DataObject
) -> None:
    raw = bytearray(encode_value(value))
    raw[picked.draw(st.integers(0, len(raw) - 1))] ^= picked.draw(st.integers(1, 255))
    with suppress(RefutedError):
        assert decode(KIND, bytes(raw)) != value


@pytest.mark.parametrize("extra", [b"", b"\0", bytes(32)])
def test_bytes_cut_off_or_added_are_refused(extra: bytes) -> None:
    raw = encode(struct(text="string"), {"text": "abc"})
    with pytest.raises(RefutedError):
        decode(struct(text="string"), (raw + extra) if extra else raw[:-1])


def test_word_that_is_cut_off_is_refused() -> None:
    with pytest.raises(RefutedError, match="cut off"):
        decode(struct(word="bytes32"), b"\1" * 31)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("bool", (2).to_bytes(32, "big")),
        ("address", b"\1" + bytes(31)),
        ("bytes", bytes(32)),
    ],
)
def test_word_that_is_no_such_value_is_refused(kind: str, word: bytes) -> None:
    with pytest.raises(RefutedError):
        decode_word(kind, word)


def test_text_that_is_not_utf_8_is_refused() -> None:
    raw = encode(struct(text="bytes"), {"text": b"\xff"})
    with pytest.raises(RefutedError, match="no string"):
        decode(struct(text="string"), raw)


def test_list_longer_than_the_bytes_is_refused() -> None:
    raw = (32).to_bytes(32, "big") + (2**255).to_bytes(32, "big")
    with pytest.raises(RefutedError, match="cut off"):
        decode(struct(items=Array("uint256")), raw)


def word(number: int) -> bytes:
    return number.to_bytes(32, "big")


@pytest.mark.parametrize(
    "offsets",
    [(64, 64), (128, 64), (64, 160), (32, 128), (64, 2**256 - 64)],
    ids=["one text twice", "in another order", "a gap", "into the heads", "far away"],
)
def test_part_that_is_not_in_its_place_is_refused(offsets: tuple[int, int]) -> None:
    heads = b"".join(map(word, (32, 2, *offsets)))
    texts = word(3) + b"one".ljust(32, b"\0") + word(3) + b"two".ljust(32, b"\0")
    with pytest.raises(RefutedError, match="out of its place"):
        decode(struct(names=Array("string")), heads + texts)


def spell_abi(parameter: dict[str, Any]) -> str:
    name: str = parameter["type"]
    if not name.startswith("tuple"):
        return name
    inner = ",".join(map(spell_abi, parameter["components"]))
    return f"({inner}){name.removeprefix('tuple')}"


@pytest.mark.parametrize("part", CONTRACTS)
def test_events_are_those_of_the_contract(part: str) -> None:
    entries = json.loads((ROOT / "abi" / f"{CONTRACTS[part]}.json").read_text())
    assert {
        kind.name: [
            (name, spell(each), name in kind.indexed)
            for name, each in kind.fields.fields
        ]
        for kind in EVENTS[part].values()
    } == {
        entry["name"]: [
            (each["name"], spell_abi(each), each["indexed"]) for each in entry["inputs"]
        ]
        for entry in entries
        if entry["type"] == "event"
    }
