"""Which library the curve is computed by: BLST where it answers rightly, else arkworks.

The symbols of BLST are no promised interface of the wheel that has them. So they are
asked for known answers first, one for each operation; what is missing or answers
otherwise is left alone, and the chain is the same, only slower.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from curve.arkworks import Arkworks
from curve.combinations import WORTHWHILE
from curve.operations import COORDINATE, ORDER, Curve, Group

_ORDER_THREE: Final = bytes(2 * COORDINATE - 1) + b"\x02"  # (0, 2): on the curve
_ELEMENT: Final = bytes(range(COORDINATE))
_SCALARS: Final = (3, 2**128 - 1, ORDER - 1, 2**200 + 7, 0, ORDER - 2**127)


def choose_curve() -> Curve:
    """Give BLST if it is there and computes what arkworks does, else arkworks."""
    arkworks = Arkworks()
    right = answer_known(arkworks)
    try:
        from curve.blst import Blst

        blst = Blst()
        return blst if answer_known(blst) == right else arkworks
    except (ImportError, OSError, AttributeError, ValueError):
        return arkworks


def answer_known(curve: Curve) -> tuple[Any, ...]:
    """Run every operation on known input; give what comes out."""
    three = curve.g1.decode(_ORDER_THREE)
    pair = [curve.g1.map(_ELEMENT)], [curve.g2.map(2 * _ELEMENT)]
    minus = curve.g1.sum_products(pair[0], [(ORDER - 1).to_bytes(32, "big")])
    return (
        *_answer_group(curve.g1, _ELEMENT),
        *_answer_group(curve.g2, 2 * _ELEMENT),
        curve.g1.is_member(three),
        curve.g1.encode(curve.g1.add(three, three)),
        curve.g1.are_members(WORTHWHILE // 2 * [pair[0][0], minus]),
        curve.g1.are_members([three, *WORTHWHILE * pair[0]]),
        curve.pair(*pair[0], *pair[1]) == curve.pair(*pair[0], *pair[1]),
        curve.pair(minus, *pair[1]) == curve.pair(*pair[0], *pair[1]),
        curve.is_product_one(*pair),
        curve.is_product_one([*pair[0], minus], [*pair[1], *pair[1]]),
    )


def _answer_group(group: Group, element: bytes) -> tuple[Any, ...]:
    one, other = group.map(element), group.map(bytes(len(element)))
    double = group.add(one, one)
    points = [one, other, double, one, other, double]
    scalars = [each.to_bytes(32, "big") for each in _SCALARS]
    infinity = group.decode(bytes(len(group.encode(one))))
    values = (
        one,
        double,
        group.decode(group.encode(other)),
        group.add(one, infinity),
        group.negate(one),
        group.negate(infinity),
        group.generator,
        group.hash(element, b"dst"),
        group.multiply(one, scalars[1]),
        group.sum_products(points, scalars),
        group.sum_products([one, infinity], scalars[:2]),
    )
    refused = (
        _is_refused(group.decode, group.encode(one)[:-1] + b"\x00"),
        _is_refused(group.map, b"\xff" * len(element)),
    )
    return (*map(group.encode, values), group.is_member(other), *refused)


def _is_refused(operation: Callable[[bytes], Any], given: bytes) -> bool:
    try:
        operation(given)
    except ValueError:
        return True
    return False
