"""Points of the curve outside the prime-order subgroup, as an attacker makes them."""

from __future__ import annotations

from functools import cache
from itertools import count
from typing import Final

from tests.reference import curve

_FACTORS: Final = {3: 1, 11: 2, 10177: 2, 859267: 2, 52437899: 2}
_COFACTOR: Final = 0x396C8C005555E1568C00AAAB0000AAAB

ORDERS: Final = tuple(_FACTORS)
"""The prime factors of the cofactor of G1."""


@cache
def low_order_point(order: int) -> curve.Point:
    """Make a point of the curve whose order is this factor of the cofactor."""
    part = curve.ORDER * _COFACTOR // order ** _FACTORS[order]
    for x in count(1):
        found = curve.find_point(x)
        if found is None:
            continue
        point = curve.multiply(found, part)
        multiple = curve.multiply(point, order)
        if not curve.is_infinity(multiple):
            return multiple
        if not curve.is_infinity(point):
            return point
    raise AssertionError


def low_order_bytes(order: int) -> bytes:
    """Encode a point of this small order."""
    return curve.encode_g1(low_order_point(order))


def shifted_generator_bytes(order: int) -> bytes:
    """Encode the generator plus a point of this small order."""
    return curve.encode_g1(curve.add(curve.G, low_order_point(order)))


def twist_point_bytes() -> bytes:
    """Encode a point of the twist outside the subgroup; hardly any lies in it."""
    for x in count(1):
        point = curve.find_twist_point(x)
        if point is not None:
            return curve.encode_g2(point)
    raise AssertionError
