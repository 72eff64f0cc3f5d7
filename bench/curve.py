"""Measure both libraries of the curve beside each other: `python -m bench.curve`.

Processor time of this thread; each figure is the least of several, since a machine that
others use only adds to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from hashlib import sha512
from typing import Any, Final

from bench.stopping import run_stoppable
from curve.arkworks import Arkworks
from curve.blst import Blst
from curve.operations import COORDINATE, Curve, Group

_ROUNDS: Final = 7
_TERMS: Final = 144  # of one sum in the contract that verifies ballots


def measure(act: Callable[[], Any], count: int = 1) -> float:
    """Give the least microseconds that one of `count` things in an act took."""
    act()
    least = float("inf")
    for _ in range(_ROUNDS):
        begun = time.thread_time()
        act()
        least = min(least, time.thread_time() - begun)
    return least / count * 1e6


def measure_curve(curve: Curve) -> Iterator[tuple[str, float]]:
    """Measure what voters, auditors and precompiles ask for, in microseconds."""
    for name, group, degree in (("G1", curve.g1, 1), ("G2", curve.g2, 2)):
        yield from measure_group(name, group, degree)
    left, right = (list(_draw(each, degree)) for each, degree in _sides(curve))
    pairs = left[:2], right[:2]
    yield "product of two pairings", measure(lambda: curve.is_product_one(*pairs))


def measure_group(name: str, group: Group, degree: int) -> Iterator[tuple[str, float]]:
    """Measure one group."""
    points = list(_draw(group, degree))
    one, other, element = points[0], points[1], _element(0, degree)
    written = group.encode(one)
    for bits in (255, 128):
        scalars = [_number(at, bits) for at in range(_TERMS)]
        least = measure(lambda: group.sum_products(points, scalars), _TERMS)  # noqa: B023
        yield f"{name} term of a sum of {_TERMS}, {bits} bits", least
    yield f"{name} product", measure(lambda: group.multiply(one, _number(1, 255)))
    yield f"{name} sum, encoded", measure(lambda: group.encode(group.add(one, other)))
    yield f"{name} decode", measure(lambda: group.decode(written))
    yield f"{name} look for the subgroup", measure(lambda: group.is_member(one))
    yield f"{name} map, encoded", measure(lambda: group.encode(group.map(element)))


def _sides(curve: Curve) -> tuple[tuple[Group, int], ...]:
    return (curve.g1, 1), (curve.g2, 2)


def _draw(group: Group, degree: int) -> Iterator[Any]:
    for at in range(_TERMS):
        yield group.map(_element(at, degree))


def _element(at: int, degree: int) -> bytes:
    parts = [sha512(bytes([at, each])).digest() for each in range(degree)]
    numbers: list[bytes] = [bytes(1) + part[: COORDINATE - 1] for part in parts]
    return b"".join(numbers)


def _number(at: int, bits: int) -> bytes:
    drawn = int.from_bytes(sha512(bytes([at])).digest(), "big")
    return (drawn % (1 << bits)).to_bytes(32, "big")


def main() -> None:
    """Print a table of both."""
    blst, arkworks = (dict(measure_curve(each)) for each in (Blst(), Arkworks()))
    print(f"{'microseconds':34}{'BLST':>9}{'arkworks':>10}{'times':>7}")
    for name, least in blst.items():
        other = arkworks[name]
        print(f"{name:34}{least:9.1f}{other:10.1f}{other / least:7.2f}")


if __name__ == "__main__":
    run_stoppable(main)
