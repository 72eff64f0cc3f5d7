"""What is wrong with a file is said in our words, and no value is repeated."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import msgspec
import pytest
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config

from election.protocol.faults import spell_fault, spell_line_fault

_CLOSED: Final = ConfigDict(extra="forbid", strict=True)


@with_config(_CLOSED)
@dataclass(frozen=True)
class _Inner:
    chain_id: Annotated[int, Field(ge=1, lt=2**256)]


@with_config(_CLOSED)
@dataclass(frozen=True)
class _File:
    format: Literal["veche-x/1"]
    test: bool
    title: str
    raw: Annotated[bytes, Field(min_length=2, max_length=3)]
    lines: Annotated[tuple[_Inner, ...], Field(min_length=1, max_length=2)]
    named: dict[str, _Inner]
    anchor: _Inner | None = None


GOOD: Final[dict[str, Any]] = {
    "format": "veche-x/1",
    "test": True,
    "title": "T",
    "raw": "aa",
    "lines": ({"chain_id": 1},),
    "named": {"a": {"chain_id": 1}},
}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"format": "x"}, ("format", "is not veche-x/1")),
        ({"test": 1}, ("test", "is neither true nor false")),
        ({"title": 5}, ("title", "is not a text in quotes")),
        ({"raw": "a"}, ("raw", "is shorter than 2 bytes")),
        ({"raw": "aaaa"}, ("raw", "is longer than 3 bytes")),
        ({"lines": ()}, ("lines", "has fewer entries than 1")),
        ({"lines": 5}, ("lines", "is not a list")),
        ({"lines": (5,)}, ("lines.0", "is not a table of keys")),
        (
            {"lines": ({"chain_id": "1"},)},
            ("lines.0.chain_id", "is not a whole number"),
        ),
        ({"lines": ({"chain_id": 0},)}, ("lines.0.chain_id", "is below 1")),
        ({"lines": ({},)}, ("lines.0.chain_id", "is missing")),
        (
            {"named": {"a": {"chain_id": 2**256}}},
            ("named.a.chain_id", "is not below 2^256"),
        ),
        ({"tset": 1}, ("tset", "unknown key; did you mean test?")),
        ({"zzz": 1}, ("zzz", "unknown key")),
        (
            {"lines": ({"chain_id": 1, "chain": 1},)},
            ("lines.0.chain", "unknown key; did you mean chain_id?"),
        ),
        (
            {"named": {"a": {"chain_id": 1, "chian_id": 1}}},
            ("named.a.chian_id", "unknown key; did you mean chain_id?"),
        ),
        (
            {"anchor": {"chain_id": 1, "chainid": 1}},
            ("anchor.chainid", "unknown key; did you mean chain_id?"),
        ),
    ],
)
def test_fault_names_the_key_and_the_fact(
    change: dict[str, Any], fault: tuple[str, str]
) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(_File).validate_json(json.dumps(GOOD | change))
    assert spell_fault(refused.value.errors()[0], _File) == fault


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    number: int


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        (b"{", "is not json"),
        (b"x", "is not json"),
        (b"{}", "number: is missing"),
        (b'{"number": 1, "more": 1}', "more: unknown key"),
        (b'{"number": "1"}', "number: is not what belongs there"),
        (b"5", "is not what belongs there"),
    ],
)
def test_fault_of_a_line_names_the_key_and_the_fact(line: bytes, fact: str) -> None:
    with pytest.raises(msgspec.MsgspecError) as refused:
        msgspec.json.decode(line, type=_Line)
    assert spell_line_fault(refused.value) == fact
