"""Draw contracts that compute, loop, branch, write and call each other, in any order.

What a compiler gets wrong shows where things meet: a word of memory that is known and
then overlapped, a loop that is left in its middle, a call that writes to memory, GAS
between two of them. So these are whole programs, which end by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from eth_typing import Address
from hypothesis import strategies as st

from tests.node.bytecode import assemble

CONTRACTS = tuple(Address(bytes([n]) * 20) for n in (0xA1, 0xA2))
_PLACES = (0, 1, 31, 32, 33, 64, 95, 96, 128, 160)
_NUMBERS = (0, 1, 2, 5, 31, 32, 33, 255, 256, 2**64, 2**128, 2**255, 2**256 - 1)
_BINARY = (
    *("ADD", "MUL", "SUB", "DIV", "SDIV", "MOD", "SMOD", "EXP", "SIGNEXTEND"),
    *("LT", "GT", "SLT", "SGT", "EQ", "AND", "OR", "XOR", "BYTE", "SHL", "SHR", "SAR"),
)
_UNARY = ("ISZERO", "NOT", "ISZERO ISZERO", "5 SHL", "5 SHR", "255 AND", "7 SWAP1 MOD")
_READS = ("CALLDATASIZE", "MSIZE", "GAS", "RETURNDATASIZE", "CALLER", "PC", "CODESIZE")
_LABEL = 2  # bytes
_DOUBLE = 1  # the label of a program's function


@dataclass(frozen=True)
class Call:
    """One message to a contract."""

    target: Address
    payload: bytes
    gas: int


_places = st.one_of(
    st.sampled_from(_PLACES).map(str),
    st.integers(0, 255).map(lambda n: f"{n} CALLDATALOAD 127 AND"),
)
_sizes = st.sampled_from((0, 1, 31, 32, 33, 64, 100)).map(str)
_values = st.recursive(
    st.one_of(
        st.sampled_from(_NUMBERS).map(str),
        st.integers(0, 70).map(lambda n: f"{n} CALLDATALOAD"),
        _places.map(lambda place: f"{place} MLOAD"),
        st.sampled_from(_READS),
        st.integers(0, 3).map(lambda slot: f"{slot} SLOAD"),
        st.integers(0, 1).map(lambda slot: f"{slot} TLOAD"),
        st.tuples(_sizes, _places).map(lambda span: f"{span[0]} {span[1]} SHA3"),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner, st.sampled_from(_BINARY)).map(" ".join),
        st.tuples(inner, st.sampled_from(_UNARY)).map(" ".join),
        st.tuples(inner, inner, inner, st.sampled_from(("ADDMOD", "MULMOD"))).map(
            " ".join
        ),
    ),
    max_leaves=5,
)
_spans = st.tuples(_sizes, _places).map(" ".join)
_calls = st.tuples(
    _spans,
    _spans,
    st.sampled_from((*(f"0x{each.hex()}" for each in CONTRACTS), "2", "4", "ADDRESS")),
    st.sampled_from(("GAS", "GAS 2 SWAP1 DIV", "5_000", "100")),
    st.sampled_from(("CALL", "CALLCODE", "DELEGATECALL", "STATICCALL")),
).map(
    lambda parts: " ".join(
        (
            *parts[:2],
            *(["0"] if parts[4] in ("CALL", "CALLCODE") else []),
            *parts[2:],
        )
    )
)
_single = st.one_of(
    st.tuples(_values, _places).map(lambda p: f"{p[0]} {p[1]} MSTORE"),
    st.tuples(_values, _places).map(lambda p: f"{p[0]} {p[1]} MSTORE"),
    st.tuples(_values, _places).map(lambda p: f"{p[0]} {p[1]} MSTORE8"),
    st.tuples(_sizes, _places, _places).map(lambda p: " ".join((*p, "MCOPY"))),
    st.tuples(
        _sizes,
        st.sampled_from(("0", "1", "7", "CALLDATASIZE", "32")),
        _places,
        st.sampled_from(("CALLDATACOPY", "CODECOPY")),
    ).map(" ".join),
    st.tuples(st.sampled_from(("0", "RETURNDATASIZE")), _places).map(
        lambda p: f"{p[0]} 0 {p[1]} RETURNDATACOPY"
    ),
    st.tuples(_values, st.integers(0, 3)).map(lambda p: f"{p[0]} {p[1]} SSTORE"),
    st.tuples(_values, st.integers(0, 1)).map(lambda p: f"{p[0]} {p[1]} TSTORE"),
    st.tuples(_values, _spans).map(lambda p: f"{p[0]} {p[1]} LOG1"),
    st.tuples(_calls, st.integers(0, 3)).map(lambda p: f"{p[0]} {p[1]} SSTORE"),
    _values.map(lambda value: f"{value} POP"),
)
_statements = st.recursive(
    _single,
    lambda inner: st.one_of(
        st.tuples(st.just("if"), _values, st.lists(inner, max_size=3)),
        st.tuples(st.just("loop"), st.integers(1, 9), st.lists(inner, max_size=3)),
        st.tuples(st.just("until"), _values, st.lists(inner, max_size=3)),
        st.tuples(st.just("assert"), _values),
        st.tuples(st.just("function"), _values),
    ),
    max_leaves=8,
)
_ends = st.sampled_from(("STOP", *["128 0 RETURN"] * 5, "32 64 REVERT", "INVALID"))


_Parts = Iterator[bytes | int]
"""Code, and labels: below zero where one is meant, above it where it stands."""


def _lay_out(statement: Any, labels: Iterator[int]) -> _Parts:
    if isinstance(statement, str):
        yield assemble(statement)
    else:
        kind, *parts = statement
        yield from _COMPOUND[kind](labels, *parts)


def _lay_out_all(statements: list[Any], labels: Iterator[int]) -> _Parts:
    for each in statements:
        yield from _lay_out(each, labels)


def _if(labels: Iterator[int], condition: str, body: list[Any]) -> _Parts:
    end = next(labels)
    yield from (assemble(f"{condition} ISZERO"), -end, assemble("JUMPI"))
    yield from _lay_out_all(body, labels)
    yield end


def _loop(labels: Iterator[int], times: int, body: list[Any]) -> _Parts:
    begin = next(labels)
    yield from (assemble(str(times)), begin)
    yield from _lay_out_all(body, labels)
    yield from (assemble("1 SWAP1 SUB DUP1"), -begin, assemble("JUMPI POP"))


def _until(labels: Iterator[int], condition: str, body: list[Any]) -> _Parts:
    begin, end = next(labels), next(labels)
    yield from (assemble("6"), begin, assemble("1 SWAP1 SUB DUP1 ISZERO"))
    yield from (-end, assemble(f"JUMPI {condition}"), -end, assemble("JUMPI"))
    yield from _lay_out_all(body, labels)
    yield from (-begin, assemble("JUMP"), end, assemble("POP"))


def _assert(labels: Iterator[int], value: str) -> _Parts:
    """Go on if the value's last byte is not among the highest."""
    end = next(labels)
    yield from (assemble(f"250 {value} 255 AND LT"), -end, assemble("JUMPI INVALID"))
    yield end


def _function(labels: Iterator[int], argument: str) -> _Parts:
    """Call the one function of a program, which doubles, and keep what it gives."""
    back = next(labels)
    yield from (-back, assemble(argument), -_DOUBLE, assemble("JUMP"))
    yield from (back, assemble("0 MSTORE"))


_COMPOUND: Final[dict[str, Callable[..., _Parts]]] = {
    "if": _if,
    "loop": _loop,
    "until": _until,
    "assert": _assert,
    "function": _function,
}


def _link(parts: list[bytes | int]) -> bytes:
    """Put code together: every label is a JUMPDEST, every use of one a PUSH2."""
    places, at = {}, 0
    for part in parts:
        if isinstance(part, bytes):
            at += len(part)
        elif part < 0:
            at += 1 + _LABEL
        else:
            places[part] = at
            at += 1
    code = b""
    for part in parts:
        if isinstance(part, bytes):
            code += part
        elif part < 0:
            code += b"\x61" + places[-part].to_bytes(_LABEL, "big")
        else:
            code += b"\x5b"
    return code


@st.composite
def programs(draw: st.DrawFn) -> bytes:
    """Draw a contract's code."""
    body = draw(st.lists(_statements, min_size=1, max_size=6))
    parts = list(_lay_out_all(body, count(_DOUBLE + 1)))
    parts += [assemble(draw(_ends)), _DOUBLE, assemble("DUP1 ADD SWAP1 JUMP")]
    return _link(parts)


_payloads = st.one_of(st.binary(max_size=100), st.integers(0, 100).map(bytes))
calls = st.lists(
    st.builds(
        Call,
        target=st.sampled_from(CONTRACTS),
        payload=_payloads,
        gas=st.one_of(*[st.just(100_000)] * 4, st.integers(0, 60_000)),
    ),
    min_size=1,
    max_size=3,
)
