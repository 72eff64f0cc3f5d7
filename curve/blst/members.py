"""Whether many points are all in the subgroup, by 81 sums of them.

curve/combinations.py says which sums, and why a stranger is found. Each point gets a
coefficient of -1, 0 or 1 in each sum, and points go by twos: for P and Q all nine
values are laid out in memory once, and each of the 81 sums is a list of addresses, one
for each two points, which BLST adds up.

In: points of the curve, none infinity. Out: whether all sums are members. Example: with
digits 3 and 0 a sum of P, Q, R, S is the value at place 3 of the first row, P + Q, and
nothing of R and S.

The rows are, in the order of the digits 0 to 8:

    nothing, P, Q, P + Q, P - Q, -P, -Q, -P - Q, Q - P
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from itertools import chain
from operator import getitem
from typing import Any, Final

from curve.blst.library import Functions, row_of
from curve.combinations import draw_digits

_ADDRESS: Final = ctypes.sizeof(ctypes.c_void_p)
_NOTHING: Final = b""  # in place of an address


def are_sums_members(functions: Functions, points: Sequence[bytes]) -> bool:
    """Look at 81 sums of an even number of points."""
    tables, rows = _tabulate(functions, points)
    for digits in draw_digits(b"".join(points), len(rows)):
        addresses = b"".join(map(getitem, rows, digits))
        if addresses and not _is_sum_member(functions, addresses):
            return False
    del tables  # until here its addresses were in use
    return True


def _is_sum_member(functions: Functions, addresses: bytes) -> bool:
    total = functions.new_jacobian()
    functions.add_up(total, addresses, len(addresses) // _ADDRESS)
    settled = functions.settle(total)
    return settled == functions.infinity or bool(functions.is_in_group(settled))


def _tabulate(
    functions: Functions, points: Sequence[bytes]
) -> tuple[Any, list[tuple[bytes, ...]]]:
    """Lay out all nine values for each two points.

    Gives the memory that holds them, and a row for each two: the addresses of the nine,
    as machine words; in place of infinity's there is nothing.
    """
    count = len(points)
    ones = _put_beside_opposites(functions, b"".join(points))
    sums, vanished = _add_pairs(functions, ones, count)
    twos = _put_beside_opposites(functions, sums)
    one, two = (_list_addresses(each, functions.affine_size) for each in (ones, twos))
    for at in vanished:
        two[at] = two[count + at] = _NOTHING
    columns = one, two, one[count:], two[count:]
    rows = [
        tuple(chain((_NOTHING,), *(each[at : at + 2] for each in columns)))
        for at in range(0, count, 2)
    ]
    return (ones, twos), rows


def _put_beside_opposites(functions: Functions, points: bytes) -> Any:
    """Lay out points, and behind them their opposites in the same order."""
    size, step = len(points), functions.affine_size
    memory = ctypes.create_string_buffer(2 * points, 2 * size)
    start = ctypes.addressof(memory) + size
    for place in range(start, start + size, step):
        functions.oppose(place)
    return memory


def _list_addresses(points: Any, step: int) -> list[bytes]:
    base = ctypes.addressof(points)
    words = array("Q", range(base, base + len(points), step))
    raw = words.tobytes()
    return [raw[at : at + _ADDRESS] for at in range(0, len(raw), _ADDRESS)]


def _add_pairs(
    functions: Functions, points: Any, count: int
) -> tuple[bytes, list[int]]:
    """Give P + Q and P - Q for each two points, and the places of those at infinity.

    points: so many, and behind them their opposites.
    """
    size, step, vanished = functions.affine_size, functions.jacobian_size, []
    row = (ctypes.c_char * (step * count))()
    first, total = ctypes.addressof(points), ctypes.addressof(row)
    for at in range(count):
        is_difference = at % 2
        one = first + size * (at - is_difference)
        # Q, or -Q, which lies as many points further on as there are
        other = one + size * (1 + is_difference * count)
        functions.from_affine(total, one)
        functions.add(total, total, other)
        if functions.is_infinity(total):
            vanished.append(at)
            # BLST inverts the z of all by one product: a z of 0 may spoil the others
            functions.from_affine(total, one)
        total += step
    affine = (ctypes.c_char * (size * count))()
    functions.all_to_affine(affine, row_of(row), count)
    return affine.raw, vanished
