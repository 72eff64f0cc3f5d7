"""The two groups of BLS12-381 and their pairing: only checked points.

Points of G1 and G2 exist here only after they were checked: on the curve and in
the subgroup of prime order. The cofactor is smooth, so a point that was not checked
and is then multiplied by a long-lived secret leaks about 64 bits of it. One random
combination of many points does not replace the check of each; 81 of a certain kind do
(`curve/combinations.py`). On BLST one product takes the same steps whatever its scalar
is (ADR 31); a sum of products does not.

Encodings are those of EIP-2537: every coordinate 64 bytes big-endian, the upper 16
zero and the value below the field prime; infinity is all zeros.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from curve.libraries import choose_curve
from curve.operations import PRIME, Group
from election.crypto.scalar import SCALAR_BYTES, Scalar
from election.errors import EncodingError

_CURVE: Final = choose_curve()
_COORDINATE: Final = 64
_PADDING: Final = bytes(16)

G1_BYTES: Final = 2 * _COORDINATE
G2_BYTES: Final = 4 * _COORDINATE


@dataclass(frozen=True, slots=True)
class G1Point:
    """A point of the prime-order group G1, written additively."""

    native: Any

    def __add__(self, other: G1Point) -> G1Point:
        """Add two points."""
        return G1Point(_CURVE.g1.add(self.native, other.native))

    def __sub__(self, other: G1Point) -> G1Point:
        """Subtract a point."""
        return self + -other

    def __neg__(self) -> G1Point:
        """Negate a point."""
        return G1Point(_CURVE.g1.negate(self.native))

    def __mul__(self, factor: Scalar) -> G1Point:
        """Multiply by a scalar."""
        return G1Point(_CURVE.g1.multiply(self.native, _written(factor)))

    @property
    def is_infinity(self) -> bool:
        """Tell whether this is the neutral element."""
        return bool(self.native == _G1_INFINITY)


@dataclass(frozen=True, slots=True)
class G2Point:
    """A point of the prime-order group G2, written additively."""

    native: Any

    def __add__(self, other: G2Point) -> G2Point:
        """Add two points."""
        return G2Point(_CURVE.g2.add(self.native, other.native))

    def __sub__(self, other: G2Point) -> G2Point:
        """Subtract a point."""
        return self + -other

    def __neg__(self) -> G2Point:
        """Negate a point."""
        return G2Point(_CURVE.g2.negate(self.native))

    def __mul__(self, factor: Scalar) -> G2Point:
        """Multiply by a scalar."""
        return G2Point(_CURVE.g2.multiply(self.native, _written(factor)))

    @property
    def is_infinity(self) -> bool:
        """Tell whether this is the neutral element."""
        return bool(self.native == _G2_INFINITY)


Point = TypeVar("Point", G1Point, G2Point)


def _written(scalar: Scalar) -> bytes:
    return scalar.to_bytes(SCALAR_BYTES, "big")


def msm(points: Sequence[Point], scalars: Sequence[Scalar]) -> Point:
    """Sum up point times scalar over a non-empty list of pairs."""
    if len(points) != len(scalars):
        message = f"msm: {len(points)} points and {len(scalars)} scalars"
        raise ValueError(message)
    kind, group = type(points[0]), _group_of(points[0])
    factors = list(map(_written, scalars))
    return kind(group.sum_products([each.native for each in points], factors))


def _group_of(point: G1Point | G2Point) -> Group:
    return _CURVE.g1 if isinstance(point, G1Point) else _CURVE.g2


def pairing_check(pairs: Sequence[tuple[G1Point, G2Point]]) -> bool:
    """Tell whether the product of the pairings is one."""
    return _CURVE.is_product_one(
        [left.native for left, _ in pairs], [right.native for _, right in pairs]
    )


def pair(left: G1Point, right: G2Point) -> bytes:
    """Compute a pairing, encoded so that many can be compared with many."""
    return _CURVE.pair(left.native, right.native)


def hash_to_curve(message: bytes, *, dst: bytes) -> G1Point:
    """Hash to G1 by BLS12381G1_XMD:SHA-256_SSWU_RO_ (RFC 9380)."""
    return G1Point(_CURVE.g1.hash(message, dst))


def encode_g1(point: G1Point) -> bytes:
    """Encode as the 128 bytes of EIP-2537."""
    raw = _CURVE.g1.encode(point.native)
    return _PADDING + raw[:48] + _PADDING + raw[48:]


def encode_g2(point: G2Point) -> bytes:
    """Encode as the 256 bytes of EIP-2537: x_c0, x_c1, y_c0, y_c1."""
    raw = _CURVE.g2.encode(point.native)
    return b"".join(_PADDING + raw[at : at + 48] for at in range(0, 192, 48))


def encode_point(point: G1Point | G2Point) -> bytes:
    """Encode a point of either group."""
    return encode_g1(point) if isinstance(point, G1Point) else encode_g2(point)


def decode_g1(raw: bytes, *, allow_infinity: bool = False) -> G1Point:
    """Decode 128 bytes into a checked point of G1.

    Raises EncodingError for another length, padding, a coordinate not below the
    field prime, a point off the curve or outside the subgroup, and infinity unless
    it is allowed.
    """
    return decode_all_g1([raw], allow_infinity=allow_infinity)[0]


def decode_all_g1(
    raws: Sequence[bytes], *, allow_infinity: bool = False
) -> list[G1Point]:
    """Decode points of G1 together, which costs less than each alone; see decode_g1.

    An error may not say which point is wrong.
    """
    points = [_read_g1(raw, allow_infinity=allow_infinity) for raw in raws]
    if not _CURVE.g1.are_members(points):
        raise EncodingError("g1 point", "not in the prime-order subgroup")
    return list(map(G1Point, points))


def _read_g1(raw: bytes, *, allow_infinity: bool) -> Any:
    """Read a point of the curve, whose group is not looked for."""
    coordinates = _strip_padding(raw, size=G1_BYTES, subject="g1 point")
    try:
        point = _CURVE.g1.decode(coordinates)
    except ValueError as error:
        raise EncodingError("g1 point", "not on the curve") from error
    if not allow_infinity and point == _G1_INFINITY:
        raise EncodingError("g1 point", "infinity")
    return point


def decode_g2(raw: bytes, *, allow_infinity: bool = False) -> G2Point:
    """Decode 256 bytes into a checked point of G2; raises as decode_g1 does."""
    coordinates = _strip_padding(raw, size=G2_BYTES, subject="g2 point")
    try:
        point = _CURVE.g2.decode(coordinates)
    except ValueError as error:
        raise EncodingError("g2 point", "not on the curve") from error
    if not _CURVE.g2.is_member(point):
        raise EncodingError("g2 point", "not in the prime-order subgroup")
    if not allow_infinity and point == _G2_INFINITY:
        raise EncodingError("g2 point", "infinity")
    return G2Point(point)


def _strip_padding(raw: bytes, *, size: int, subject: str) -> bytes:
    if len(raw) != size:
        raise EncodingError(subject, f"{len(raw)} bytes instead of {size}")
    coordinates = []
    for at in range(0, size, _COORDINATE):
        if raw[at : at + 16] != _PADDING:
            raise EncodingError(subject, "padding is not zero")
        coordinate = raw[at + 16 : at + _COORDINATE]
        if coordinate >= PRIME:
            raise EncodingError(subject, "coordinate not below the field prime")
        coordinates.append(coordinate)
    return b"".join(coordinates)


_G1_INFINITY: Final = _CURVE.g1.decode(bytes(96))
_G2_INFINITY: Final = _CURVE.g2.decode(bytes(192))

G: Final = G1Point(_CURVE.g1.generator)
"""The standard generator of G1."""

G2: Final = G2Point(_CURVE.g2.generator)
"""The standard generator of G2."""

G1_INFINITY: Final = G1Point(_G1_INFINITY)
G2_INFINITY: Final = G2Point(_G2_INFINITY)

K: Final = hash_to_curve(
    b"VECHE1/generator/K", dst=b"VECHE1-GEN-BLS12381G1_XMD:SHA-256_SSWU_RO_"
)
"""The second generator of G1; whoever knew log_G K could read every ballot, so
every program computes it anew from its name and never takes it as an argument."""
