"""BLS12-381 by blst: points from the encoding of EIP-2537, docs/protocol.md §1.

blst reads compressed points only, so the curve's equation is checked here, and blst
checks the subgroup. Points add and negate by + and -, and multiply by `scalar_mul`.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

from pyblst import (  # type: ignore[import-untyped]
    BlstP1Element,
    BlstP2Element,
    final_verify,
    miller_loop,
)

from reference.errors import refute

Point = Any
"""A point of G1 or G2, checked."""

ORDER: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
PRIME: Final = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624"
    "1eabfffeb153ffffb9feffffffffaaab",
    16,
)
G1_BYTES: Final = 128
G2_BYTES: Final = 256
_COMPRESSED, _INFINITE, _LARGER = 0x80, 0x40, 0x20  # flags of a compressed point

Fp2 = tuple[int, int]


def decode_g1(raw: bytes, *, may_be_infinity: bool = False) -> Point:
    """Decode 128 bytes of a point of G1; raises RefutedError."""
    if len(raw) != G1_BYTES:
        refute("g1 point: has a wrong length")
    if raw == bytes(G1_BYTES):
        return INFINITY if may_be_infinity else refute("g1 point: is infinity")
    x, y = _read_elements(raw)
    if (y * y - x * x * x - 4) % PRIME:
        refute("g1 point: is not on the curve")
    return _uncompress(BlstP1Element, x.to_bytes(48, "big"), is_larger=y > PRIME // 2)


def decode_g2(raw: bytes, *, may_be_infinity: bool = False) -> Point:
    """Decode 256 bytes of a point of G2; raises RefutedError."""
    if len(raw) != G2_BYTES:
        refute("g2 point: has a wrong length")
    if raw == bytes(G2_BYTES):
        return INFINITY_2 if may_be_infinity else refute("g2 point: is infinity")
    x0, x1, y0, y1 = _read_elements(raw)
    x, y = (x0, x1), (y0, y1)
    cube = _multiply_fp2(_multiply_fp2(x, x), x)
    if _multiply_fp2(y, y) != ((cube[0] + 4) % PRIME, (cube[1] + 4) % PRIME):
        refute("g2 point: is not on the curve")
    compressed = x1.to_bytes(48, "big") + x0.to_bytes(48, "big")
    is_larger = (y1, y0) > (-y1 % PRIME, -y0 % PRIME)
    return _uncompress(BlstP2Element, compressed, is_larger=is_larger)


def encode_g1(point: Point) -> bytes:
    """Encode a point of G1 in 128 bytes."""
    compressed = bytearray(point.compress())
    flags = compressed[0]
    if flags & _INFINITE:
        return bytes(G1_BYTES)
    compressed[0] &= _LARGER - 1
    x = int.from_bytes(compressed, "big")
    y = pow(x**3 + 4, (PRIME + 1) // 4, PRIME)
    if bool(flags & _LARGER) != (y > PRIME // 2):
        y = PRIME - y
    return x.to_bytes(64, "big") + y.to_bytes(64, "big")


def decode_points(raw: bytes) -> list[Point]:
    """Decode points of G1 one after the other, each of which may be infinity."""
    return [decode_g1(part, may_be_infinity=True) for part in cut(raw, G1_BYTES)]


def cut(raw: bytes, size: int) -> list[bytes]:
    """Cut bytes into pieces; the last one is shorter if they do not fit."""
    return [raw[at : at + size] for at in range(0, len(raw), size)]


def multiply(point: Point, factor: int) -> Point:
    """Multiply a point by an integer of any sign and size."""
    return point.scalar_mul(factor % ORDER)


def add_up(points: Iterable[Point], *, zero: Point) -> Point:
    """Add points up, one by one."""
    total = zero
    for point in points:
        total = total + point
    return total


def hash_to_g1(message: bytes, tag: bytes) -> Point:
    """Hash to G1 by RFC 9380, with this domain separation tag."""
    return BlstP1Element.hash_to_group(message, tag)


def begin_pairing(left: Point, right: Point) -> Any:
    """Run the Miller loop over a point of G1 and one of G2."""
    return miller_loop(left, right)


def are_equal(left: Any, right: Any) -> bool:
    """Tell whether two pairings that were begun end in the same value."""
    return bool(final_verify(left, right))


@cache
def generator_k() -> Point:
    """Compute K, whose logarithm nobody knows."""
    suite = b"BLS12381G1_XMD:SHA-256_SSWU_RO_"
    return hash_to_g1(b"VECHE1/generator/K", b"VECHE1-GEN-" + suite)


def _read_elements(raw: bytes) -> list[int]:
    elements = [int.from_bytes(part, "big") for part in cut(raw, 64)]
    if any(element >= PRIME for element in elements):
        refute("point: has a coordinate that is not reduced")
    return elements


def _uncompress(kind: Any, x: bytes, *, is_larger: bool) -> Point:
    flags = _COMPRESSED | (_LARGER if is_larger else 0)
    try:
        return kind.uncompress(bytes([x[0] | flags]) + x[1:])
    except ValueError:
        return refute("point: is outside the subgroup")


def _multiply_fp2(left: Fp2, right: Fp2) -> Fp2:
    (a, b), (c, d) = left, right
    return (a * c - b * d) % PRIME, (a * d + b * c) % PRIME


INFINITY: Final[Point] = BlstP1Element()
INFINITY_2: Final[Point] = BlstP2Element()
G: Final[Point] = BlstP1Element.uncompress(
    bytes.fromhex(
        "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac58"
        "6c55e83ff97a1aeffb3af00adb22c6bb"
    )
)
G2: Final[Point] = BlstP2Element.uncompress(
    bytes.fromhex(
        "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049"
        "334cf11213945d57e5ac7d055d042b7e024aa2b2f08f0a91260805272dc51051"
        "c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"
    )
)
