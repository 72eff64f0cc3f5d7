"""What a library of BLS12-381 must do, over bytes.

Coordinates are 48 bytes big-endian each, without padding: x and y for G1; x.c0, x.c1,
y.c0 and y.c1 for G2, as EIP-2537 orders them. Infinity is all zeros. A decoded point is
a value of the library's own, which nobody else looks into.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

COORDINATE = 48  # bytes
PRIME = bytes.fromhex(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf"
    "6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab"
)
ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001


class Group(Protocol):
    """G1 or G2, or rather the curve that it is a subgroup of."""

    def decode(self, coordinates: bytes) -> Any:
        """Decode a point; ValueError if it is out of range or off the curve."""

    def encode(self, point: Any) -> bytes:
        """Encode a point."""

    def is_member(self, point: Any) -> bool:
        """Tell whether a point is in the subgroup of prime order."""

    def are_members(self, points: Sequence[Any]) -> bool:
        """Tell whether all points are members; a no may not say which is none.

        Points of the curve. A yes is wrong with chance at most 3^-81.
        """

    @property
    def generator(self) -> Any:
        """The standard generator, a member."""

    def negate(self, point: Any) -> Any:
        """Give a point's opposite."""

    def multiply(self, point: Any, scalar: bytes) -> Any:
        """Multiply a member by 32 bytes, reduced here: one product, for secrets too."""

    def add(self, left: Any, right: Any) -> Any:
        """Add two points of the curve."""

    def sum_products(self, points: Sequence[Any], scalars: Sequence[bytes]) -> Any:
        """Sum members times scalars; these are 32 bytes, reduced here."""

    def map(self, element: bytes) -> Any:
        """Map a field element to a member; ValueError if it is out of range."""

    def hash(self, message: bytes, dst: bytes) -> Any:
        """Hash to a member by the suite XMD:SHA-256_SSWU_RO_ (RFC 9380)."""


class Curve(Protocol):
    """Both groups, and what pairs them."""

    @property
    def name(self) -> str:
        """The library's name."""

    @property
    def g1(self) -> Group:
        """The first group, over the prime field."""

    @property
    def g2(self) -> Group:
        """The second group, over the quadratic extension."""

    def pair(self, left: Any, right: Any) -> bytes:
        """Compute a pairing of members; equal values have equal bytes here."""

    def is_product_one(self, left: Sequence[Any], right: Sequence[Any]) -> bool:
        """Tell whether the product of the pairings of members is one."""
