"""The operations by py_arkworks_bls12381, which has a promised interface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar


@dataclass(frozen=True, slots=True)
class _Group:
    """A group whose points are those of the library."""

    point: Any
    mapping: str

    def decode(self, coordinates: bytes) -> Any:
        return self.point.from_xy_bytes_unchecked_be(coordinates)

    def encode(self, point: Any) -> bytes:
        raw: bytes = point.to_xy_bytes_be()
        return raw

    def is_member(self, point: Any) -> bool:
        return bool(point.is_in_subgroup())

    def are_members(self, points: Sequence[Any]) -> bool:
        return all(map(self.is_member, points))

    @property
    def generator(self) -> Any:
        return self.point()

    def negate(self, point: Any) -> Any:
        return -point

    def multiply(self, point: Any, scalar: bytes) -> Any:
        return point * Scalar.from_be_bytes_mod_order(scalar)

    def add(self, left: Any, right: Any) -> Any:
        return left + right

    def sum_products(self, points: Sequence[Any], scalars: Sequence[bytes]) -> Any:
        factors = [Scalar.from_be_bytes_mod_order(each) for each in scalars]
        return self.point.multiexp_unchecked(list(points), factors)

    def map(self, element: bytes) -> Any:
        return getattr(self.point, self.mapping)(element)

    def hash(self, message: bytes, dst: bytes) -> Any:
        return self.point.hash_to_curve(message, dst)


class Arkworks:
    """BLS12-381 in Rust."""

    name: Final = "arkworks"
    g1: Final = _Group(G1Point, "map_from_fp_be")
    g2: Final = _Group(G2Point, "map_from_fp2_be")

    def pair(self, left: Any, right: Any) -> bytes:
        """Compute a pairing of members; equal values have equal bytes here."""
        return bytes.fromhex(str(GT.pairing(left, right)))

    def is_product_one(self, left: Sequence[Any], right: Sequence[Any]) -> bool:
        """Tell whether the product of the pairings of members is one."""
        return bool(GT.pairing_check(list(left), list(right)))
