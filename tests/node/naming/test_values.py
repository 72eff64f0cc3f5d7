from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode

from node.naming.values import Reader, UnreadableError


def _name(address: bytes) -> str:
    return "somebody" if address == b"\x11" * 20 else "0x" + address.hex()[:4]


def _entries(*kinds: str) -> list[dict[str, Any]]:
    return [{"name": f"v{at}", "type": kind} for at, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("kind", "value", "spelt"),
    [
        ("uint256", 7, "7"),
        ("int8", -1, "-1"),
        ("uint256", 2**200, "0x0000000000000100... "),
        ("bool", True, "true"),
        ("address", b"\x11" * 20, "somebody"),
        ("bytes4", b"abcd", "0x61626364"),
        ("bytes32", b"a" * 32, "0x6161616161616161..."),
        ("bytes", b"ab", "0x6162"),
        ("bytes", b"a" * 2_560, "0x6161616161616161... (2560 bytes)"),
        ("string", "hello", '"hello"'),
        ("string", "x" * 200, '"' + "x" * 120 + '..."'),
        ("uint8[]", [1, 2, 3], "[1, 2, 3]"),
        ("uint8[]", [1, 2, 3, 4, 5], "[1, 2, 3, 4, 5 in all]"),
        ("uint8[2]", [1, 2], "[1, 2]"),
        ("uint8[2][]", [[1, 2], [3, 4]], "[[1, 2], [3, 4]]"),
        ("bytes[]", [b"a", b"bc"], "[0x61, 0x6263]"),
        ("string[2][]", [["a", "b"]], '[["a", "b"]]'),
    ],
)
def test_a_value_is_spelt_as_it_was_encoded(kind: str, value: Any, spelt: str) -> None:
    body = encode(["uint256", kind, "uint256"], [1, value, 9])
    told = Reader(_name).spell_all(_entries("uint256", kind, "uint256"), body)
    assert told == f"v0=1, v1={spelt.strip()}, v2=9"


def test_a_struct_is_spelt_with_its_fields() -> None:
    body = encode(["(uint8,(bytes,bool))", "uint8"], [(1, (b"ab", False)), 2])
    inner = {"name": "in", "type": "tuple", "components": _entries("bytes", "bool")}
    outer = {"name": "out", "type": "tuple", "components": [*_entries("uint8"), inner]}
    told = Reader(_name).spell_all([outer, {"name": "", "type": "uint8"}], body)
    assert told == "out=(v0=1, in=(v0=0x6162, v1=false)), 2"


@pytest.mark.parametrize("kind", ["uint256", "bytes", "uint8[]", "string", "bytes[]"])
def test_bytes_that_end_early_are_unreadable(kind: str) -> None:
    body = encode([kind], [1 if kind == "uint256" else []]) if "[" in kind else b"\1"
    with pytest.raises(UnreadableError):
        Reader(_name).spell_all(_entries(kind), body[:31])


@pytest.mark.parametrize("word", [2**255, 2**32, 1_000, 1])
def test_a_length_that_lies_is_unreadable(word: int) -> None:
    body = (32).to_bytes(32, "big") + word.to_bytes(32, "big")
    with pytest.raises(UnreadableError):
        Reader(_name).spell_all(_entries("bytes"), body)


def test_an_array_longer_than_all_there_is_is_unreadable() -> None:
    body = b"".join(word.to_bytes(32, "big") for word in (32, 1_000, 1, 2, 3, 4))
    with pytest.raises(UnreadableError):
        Reader(_name).spell_all(_entries("uint8[]"), body)


def test_pointers_that_meet_cost_no_more_than_honest_ones() -> None:
    """All four items of an array are the next array: read whole, 4^30 values."""
    level = b"".join(word.to_bytes(32, "big") for word in (4, 128, 128, 128, 128))
    body = (32).to_bytes(32, "big") + level * 30 + bytes(32)
    kind = "uint8" + "[]" * 31
    told = Reader(_name).spell_all(_entries(kind), body)
    assert told.startswith("v0=[[[[")
    assert len(told) < 10_000
