"""One group of the curve: points as bytes in, points as bytes out.

A point is its affine coordinates as BLST keeps them: 96 or 192 bytes, one writing for
each point, infinity all zeros. Formulas that do not promise to take infinity never see
it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Final

from curve.blst.library import POINT_NOT_IN_GROUP, SUCCESS, Functions
from curve.blst.members import are_sums_members
from curve.blst.sums import LAMBDA, find_beta, sort_terms, sum_terms
from curve.combinations import WORTHWHILE
from curve.operations import COORDINATE, ORDER, PRIME

_ON_THE_CURVE: Final = (SUCCESS, POINT_NOT_IN_GROUP)
"""What `deserialize` tells of points of the curve. It does not look for the subgroup,
but of x = 0, which no member has, it tells at once."""
_FIRST_FLAG: Final = 0x20
"""Zcash's form, which `deserialize` reads, has three flags in the first byte: 0x80 for
compressed, 0x40 for infinity, 0x20 for the sign. PRIME begins with 0x1a, below all."""
_BITS: Final = 255  # of ORDER


class Group:
    """G1 (number 1), over the prime field, or G2 (2), over its extension."""

    def __init__(self, functions: Functions, number: int) -> None:
        self._functions = functions
        self._infinity = functions.infinity
        made = functions.generator()
        self.generator: Final = ctypes.string_at(made, functions.affine_size)
        self._beta: bytes | None = None
        if number == 1:
            turned = self.multiply(self.generator, LAMBDA)
            self._beta = find_beta(functions, turned)

    # Points and bytes

    def decode(self, coordinates: bytes) -> bytes:
        """Decode a point: 96 or 192 bytes; ValueError if it is off the curve."""
        if coordinates == self._infinity:
            return self._infinity
        written, point = _swap(coordinates), self._functions.new_affine()
        if written[0] >= _FIRST_FLAG:  # else BLST would read another form
            raise ValueError("out of range")
        if self._functions.deserialize(point, written) not in _ON_THE_CURVE:
            raise ValueError("out of range, or off the curve")
        return point.raw

    def encode(self, point: bytes) -> bytes:
        """Encode a point as it is decoded."""
        if point == self._infinity:
            return self._infinity
        written = self._functions.new_affine()
        self._functions.serialize(written, point)
        return _swap(written.raw)

    def map(self, element: bytes) -> bytes:
        """Map a field element to a member; ValueError if it is out of range."""
        numbers = _cut(element)
        if any(number >= PRIME for number in numbers):
            raise ValueError("out of range")
        mapped = self._functions.new_jacobian()
        self._functions.map(mapped, b"".join(map(self._read_number, numbers)), None)
        return self._functions.settle(mapped)

    def hash(self, message: bytes, dst: bytes) -> bytes:
        """Hash to a member (RFC 9380)."""
        point = self._functions.new_jacobian()
        no_augmentation = None, 0
        texts = message, len(message), dst, len(dst), *no_augmentation
        self._functions.hash(point, *texts)
        return self._functions.settle(point)

    def _read_number(self, written: bytes) -> bytes:
        number = ctypes.create_string_buffer(COORDINATE)
        self._functions.read_number(number, written)
        return number.raw

    # Members

    def is_member(self, point: bytes) -> bool:
        """Tell whether a point is in the subgroup."""
        return point == self._infinity or bool(self._functions.is_in_group(point))

    def are_members(self, points: Sequence[bytes]) -> bool:
        """Tell whether all points are: fewer than 150 one by one, more by sums."""
        finite = [point for point in points if point != self._infinity]
        if len(finite) < WORTHWHILE:
            return all(map(self._functions.is_in_group, finite))
        if len(finite) % 2:
            finite.append(self.generator)
        return are_sums_members(self._functions, finite)

    # Sums

    def negate(self, point: bytes) -> bytes:
        """Give a point's opposite."""
        memory = ctypes.create_string_buffer(point, len(point))
        self._functions.oppose(ctypes.addressof(memory))
        return memory.raw

    def add(self, left: bytes, right: bytes) -> bytes:
        """Add two points of the curve."""
        if left == self._infinity:
            return right
        if right == self._infinity:
            return left
        total = self._functions.new_jacobian()
        self._functions.from_affine(total, left)
        self._functions.add(total, total, right)
        return self._functions.settle(total)

    def multiply(self, point: bytes, scalar: bytes) -> bytes:
        """Multiply a member; BLST's steps do not depend on the scalar."""
        if point == self._infinity:
            return self._infinity
        factor = int.from_bytes(scalar, "big") % ORDER
        product = self._functions.new_jacobian()
        self._functions.from_affine(product, point)
        written = factor.to_bytes(32, "little")
        self._functions.multiply(product, product, written, _BITS)
        return self._functions.settle(product)

    def sum_products(self, points: Sequence[bytes], scalars: Sequence[bytes]) -> bytes:
        """Sum members times scalars of 32 bytes."""
        short, long = sort_terms(
            points,
            scalars,
            infinity=self._infinity,
            is_turned=self._beta is not None,
        )
        return self.add(
            sum_terms(self._functions, short, self._beta),
            sum_terms(self._functions, long, None),
        )


def _swap(coordinates: bytes) -> bytes:
    """Turn EIP-2537's order of a number's parts, c0 c1, into Zcash's, and back."""
    if len(coordinates) == 2 * COORDINATE:
        return coordinates
    first, second, third, fourth = _cut(coordinates)
    return second + first + fourth + third


def _cut(coordinates: bytes) -> list[bytes]:
    return [
        coordinates[at : at + COORDINATE]
        for at in range(0, len(coordinates), COORDINATE)
    ]
