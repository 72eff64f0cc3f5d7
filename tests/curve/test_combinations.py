"""Many points are found to be members, or not, by 81 sums of them."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from curve import combinations
from curve.arkworks import Arkworks
from curve.blst import Blst
from curve.blst.members import _tabulate
from curve.combinations import SUMS, draw_digits
from tests.reference import low_order

BLST = Blst()
COUNT = combinations.WORTHWHILE + 1
ORDERS = (3, 11, 10177)


def members(count: int, *, first: int = 0, curve: Any = BLST) -> list[Any]:
    """Make different members."""
    return [curve.g1.map(at.to_bytes(48, "big")) for at in range(first, first + count)]


def stranger(order: int, curve: Any = BLST) -> Any:
    """Make a point of a small order."""
    raw = low_order.low_order_bytes(order)
    return curve.g1.decode(raw[16:64] + raw[80:])


@pytest.fixture
def no_point_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have even two points go by their sums."""
    monkeypatch.setattr("curve.blst.group.WORTHWHILE", 2)


@pytest.mark.parametrize("curve", [BLST, Arkworks()], ids=["blst", "arkworks"])
@pytest.mark.parametrize("order", low_order.ORDERS)
def test_one_stranger_among_many_is_found(order: int, curve: Any) -> None:
    points = members(COUNT, curve=curve)
    assert curve.g1.are_members(points)
    for at in (0, 1, COUNT - 1):
        mixed = points[at]
        changed = curve.g1.add(mixed, stranger(order, curve))
        assert not curve.g1.are_members([*points[:at], changed, *points[at + 1 :]])


@pytest.mark.parametrize("order", ORDERS)
def test_strangers_whose_parts_cancel_are_found(order: int) -> None:
    part, points = stranger(order), members(COUNT)
    for other in (1, 2, COUNT - 1):
        changed = list(points)
        changed[0] = BLST.g1.add(points[0], part)
        changed[other] = BLST.g1.add(points[other], BLST.g1.negate(part))
        assert not BLST.g1.are_members(changed)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.usefixtures("no_point_is_looked_at")
def test_one_sum_alone_misses_a_stranger(
    order: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why there are 81: a third of all sums leave a point out, whatever its order."""
    lists = [[stranger(order), *members(3, first=at)] for at in range(30)]
    assert not any(map(BLST.g1.are_members, lists))
    monkeypatch.setattr(combinations, "SUMS", 1)
    assert any(map(BLST.g1.are_members, lists))


@pytest.mark.usefixtures("no_point_is_looked_at")
def test_sums_that_vanish_hide_nobody() -> None:
    one, part, infinity = members(1)[0], stranger(3), bytes(96)
    minus, opposite = BLST.g1.negate(one), BLST.g1.negate(part)
    for points in ([one, one], [one, minus], [infinity, one, one, minus, infinity]):
        assert BLST.g1.are_members(points)
        for strange in ([part], [part, part], [part, opposite], [part, part, opposite]):
            assert not BLST.g1.are_members([*points, *strange])
            assert not BLST.g1.are_members([*strange, *points])
    assert BLST.g1.are_members([infinity] * COUNT)
    assert BLST.g1.are_members([])


@pytest.mark.usefixtures("no_point_is_looked_at")
def test_points_of_the_second_group_are_looked_at_as_well() -> None:
    raw = low_order.twist_point_bytes()
    strange = BLST.g2.decode(
        b"".join(raw[at + 16 : at + 64] for at in (0, 64, 128, 192))
    )
    points = [BLST.g2.map(at.to_bytes(96, "big")) for at in range(5)]
    assert BLST.g2.are_members(points)
    assert not BLST.g2.are_members([*points, strange])


@pytest.mark.parametrize(
    "pair",
    [(7, 8), (7, 7), (7, -7)],
    ids=["two points", "one point twice", "a point and its opposite"],
)
def test_each_digit_stands_for_what_it_says(pair: tuple[int, int]) -> None:
    group = BLST.g1
    one, other = (_signed(each) for each in pair)
    vanishing = 2 * members(1)  # its difference must not spoil what stands beside it
    functions = group._functions
    tables, rows = _tabulate(functions, [*vanishing, one, other])
    places = (int.from_bytes(each, sys.byteorder) for each in rows[1])
    found = [ctypes.string_at(each, 96) if each else bytes(96) for each in places]
    both, less = group.add(one, other), group.add(one, group.negate(other))
    plain = [one, other, both, less]
    assert found == [bytes(96), *plain, *map(group.negate, plain)]
    assert len(tables) > 0


def test_no_sum_that_vanished_is_inverted_with_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """This BLST leaves it out by itself; not all versions did."""
    functions, size = BLST.g1._functions, 144
    invert, seen = functions.all_to_affine, list[bool]()

    def look(target: Any, row: Any, count: int) -> None:
        start = ctypes.cast(row, ctypes.POINTER(ctypes.c_void_p))[0] or 0
        points = range(start, start + size * count, size)
        found = (ctypes.string_at(each, size) for each in points)
        seen.extend(map(functions.is_infinity, found))
        invert(target, row, count)

    monkeypatch.setattr(functions, "all_to_affine", look)
    _tabulate(functions, [*2 * members(1), *members(2)])
    assert seen == [False] * 4


def _signed(number: int) -> bytes:
    (point,) = members(1, first=abs(number))
    return point if number > 0 else BLST.g1.negate(point)


def test_each_digit_is_drawn_as_often_as_any_other() -> None:
    taken = bytes(range(256)).translate(combinations._DIGITS, combinations._UNFAIR)
    assert {digit: taken.count(digit) for digit in taken} == dict.fromkeys(range(9), 28)


@pytest.mark.parametrize("pairs", [1, 75, 3000])
def test_81_rows_of_digits_are_drawn(pairs: int) -> None:
    rows = list(draw_digits(b"points", pairs))
    assert len(rows) == SUMS
    assert {len(row) for row in rows} == {pairs}
    assert len({*rows}) > 1


def test_digits_depend_on_every_point() -> None:
    """Whoever knew the digits before the last point could choose it by them."""
    drawn = {_first(b"ab"), _first(b"ac"), _first(b"bb"), _first(b"ba")}
    assert len(drawn) == 4
    assert _first(b"ab") == _first(b"ab")


def _first(points: bytes) -> bytes:
    rows: Iterator[bytes] = draw_digits(points, 64)
    return b"".join(islice(rows, 1))
