"""Bytes that are no point of the groups, each by another fault."""

from __future__ import annotations

from functools import cache
from typing import Final

from election.crypto.group import G2, G, encode_g1, encode_g2
from tests.reference import curve
from tests.reference.low_order import (
    ORDERS,
    low_order_bytes,
    shifted_generator_bytes,
    twist_point_bytes,
)
from tests.vectors.make_negative.case import flip

P: Final = curve.PRIME
RULES: Final = "§1: "


def _add_prime(raw: bytes, coordinate: int) -> bytes:
    at = 64 * coordinate
    value = int.from_bytes(raw[at : at + 64], "big") + P
    return raw[:at] + value.to_bytes(64, "big") + raw[at + 64 :]


def _swap(raw: bytes, size: int) -> bytes:
    return raw[size : 2 * size] + raw[:size] + raw[2 * size :]


@cache
def bad_g1() -> dict[str, tuple[str, bytes]]:
    """List what G1 refuses even where infinity is allowed, with the rule."""
    raw = encode_g1(G)
    off, small = "every point is on the curve", "every point is in the subgroup"
    cases = {
        "off the curve": (off, flip(raw)),
        "x and y exchanged": (off, _swap(raw, 64)),
        "x without y": (off, raw[:64] + bytes(64)),
        "x plus the field prime": ("coordinates < p", _add_prime(raw, 0)),
        "y plus the field prime": ("coordinates < p", _add_prime(raw, 1)),
        "infinity written as x = p": ("coordinates < p", _add_prime(bytes(128), 0)),
        "infinity written as y = p": ("coordinates < p", _add_prime(bytes(128), 1)),
        "first byte of padding": ("the first 16 bytes are zero", flip(raw, 0)),
        "last byte of y's padding": ("the first 16 bytes are zero", flip(raw, 79)),
        "flag of infinity": (off, bytes([0] * 16 + [0x40] + [0] * 111)),
    }
    for order in ORDERS:
        cases[f"point of order {order}"] = small, low_order_bytes(order)
    for order in ORDERS:
        title = f"generator plus a point of order {order}"
        cases[title] = small, shifted_generator_bytes(order)
    return {name: (RULES + rule, value) for name, (rule, value) in cases.items()}


@cache
def bad_g2() -> dict[str, tuple[str, bytes]]:
    """List what G2 refuses even where infinity is allowed, with the rule."""
    raw = encode_g2(G2)
    off = "every point is on the curve"
    cases = {
        "off the curve": (off, flip(raw)),
        "c0 and c1 of x exchanged": (off, _swap(raw, 64)),
        "x and y exchanged": (off, _swap(raw, 128)),
        "outside the subgroup": ("every point is in the subgroup", twist_point_bytes()),
    }
    for at, name in enumerate(("x_c0", "x_c1", "y_c0", "y_c1")):
        padded = "the first 16 bytes are zero", flip(raw, 64 * at)
        cases[f"{name} plus the field prime"] = "coordinates < p", _add_prime(raw, at)
        cases[f"padding of {name}"] = padded
    return {name: (RULES + rule, value) for name, (rule, value) in cases.items()}


@cache
def few_bad_g1() -> dict[str, tuple[str, bytes]]:
    """List one fault of each sort, for points inside messages."""
    names = (
        "off the curve",
        "x plus the field prime",
        "first byte of padding",
        "point of order 3",
        "point of order 11",
        "generator plus a point of order 10177",
    )
    return {name: bad_g1()[name] for name in names}


@cache
def few_bad_g2() -> dict[str, tuple[str, bytes]]:
    """List one fault of each sort, for points inside messages."""
    names = "off the curve", "outside the subgroup", "x_c1 plus the field prime"
    return {name: bad_g2()[name] for name in (*names, "padding of y_c0")}
