"""BLS12-381 by py_ecc, in the encodings of EIP-2537."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.fields import optimized_bls12_381_FQ as FQ
from py_ecc.fields import optimized_bls12_381_FQ2 as FQ2
from py_ecc.optimized_bls12_381 import optimized_curve as ecc

Point = tuple[Any, Any, Any]

PRIME: Final = int(FQ.field_modulus)
ORDER: Final = ecc.curve_order
G: Final[Point] = ecc.G1
G2: Final[Point] = ecc.G2
INFINITY: Final[Point] = ecc.Z1


def add(left: Point, right: Point) -> Point:
    """Add two points."""
    return ecc.add(left, right)


def multiply(point: Point, factor: int) -> Point:
    """Multiply a point by any non-negative integer, not reduced."""
    return ecc.multiply(point, factor)


def is_infinity(point: Point) -> bool:
    """Tell whether this is the neutral element."""
    return ecc.is_inf(point)


def find_point(x: int) -> Point | None:
    """Find a point of the curve with this x, or None."""
    y = pow(x**3 + 4, (PRIME + 1) // 4, PRIME)
    point = (FQ(x), FQ(y), FQ(1))
    return point if ecc.is_on_curve(point, ecc.b) else None


def find_twist_point(x: int) -> Point | None:
    """Find a point of the twist with this rational x, or None."""
    square = FQ2((x**3 + 4, 4))
    root = square ** ((PRIME**2 + 7) // 16)
    eighth_root = FQ2((1, 1)) ** ((PRIME**2 - 1) // 8)
    for power in range(8):
        y = root * eighth_root**power
        if y * y == square:
            return FQ2((x, 0)), y, FQ2.one()
    return None


def encode_g1(point: Point) -> bytes:
    """Encode a point of the curve, also outside the subgroup, in 128 bytes."""
    if is_infinity(point):
        return bytes(128)
    x, y = ecc.normalize(point)
    return int(x).to_bytes(64, "big") + int(y).to_bytes(64, "big")


def decode_g1(raw: bytes) -> Point:
    """Decode 128 bytes of a point that is known to be good."""
    if raw == bytes(128):
        return INFINITY
    x, y = int.from_bytes(raw[:64], "big"), int.from_bytes(raw[64:], "big")
    return FQ(x), FQ(y), FQ(1)


def encode_g2(point: Point) -> bytes:
    """Encode a point of the twist in 256 bytes."""
    x, y = ecc.normalize(point)
    return b"".join(int(c).to_bytes(64, "big") for c in (*x.coeffs, *y.coeffs))


def hash_to_curve(message: bytes, dst: bytes) -> Point:
    """Hash to G1 by RFC 9380."""
    hash_function: Any = hashlib.sha256
    return hash_to_G1(message, dst, hash_function)
