"""The operations by BLST, whose C functions the wheel of ckzg exports.

docs/adr/0031-blst-by-its-symbols.md says why, and what if they are there no longer.
A point is its affine coordinates as BLST keeps them: 96 or 192 bytes, one writing for
each point, infinity all zeros. Formulas that do not promise to take infinity never see
it. What takes long runs without the interpreter's lock; what is short keeps it, since
to get it back from a busy thread may take thousands of times as long.
"""

from __future__ import annotations

import ctypes
from array import array
from collections.abc import Sequence
from itertools import chain
from operator import getitem
from typing import Any, Final

import ckzg  # type: ignore[import-not-found]  # C, without types

from curve.combinations import WORTHWHILE, draw_digits
from curve.operations import COORDINATE, ORDER, PRIME

_ON_THE_CURVE: Final = (0, 3)  # BLST_SUCCESS; BLST_POINT_NOT_IN_GROUP: x is zero
_FLAGS: Final = 0x20  # the least first byte that holds one; that of PRIME is less
_SHORT: Final = 128  # bits
_MOST_SHORT: Final = 2**_SHORT - 1
_ALL: Final = 255  # bits
_Z: Final = 0xD201000000010000  # the curve's parameter, without its sign
_EIGENVALUE: Final = _Z**2 - 1  # of (x, y) -> (root of unity * x, y) on G1
_POINT = ctypes.c_char_p  # bytes, or memory to write to
_PLACE = ctypes.c_void_p  # or the address of memory
_ADDRESS: Final = ctypes.sizeof(_PLACE)
_Number = ctypes.c_char * COORDINATE
_Target = ctypes.c_char * (12 * COORDINATE)  # an element of the field of degree twelve


class _Library:
    """The functions, by name; AttributeError if one is missing."""

    def __init__(self, path: str) -> None:
        self._keeping, self._releasing = ctypes.PyDLL(path), ctypes.CDLL(path)

    def brief(self, name: str, *takes: Any, gives: Any = None) -> Any:
        """Find a function that keeps the interpreter's lock."""
        return _declare(self._keeping, name, takes, gives)

    def long(self, name: str, *takes: Any) -> Any:
        """Find a function that runs without the interpreter's lock."""
        return _declare(self._releasing, name, takes, None)


def _declare(library: ctypes.CDLL, name: str, takes: Sequence[Any], gives: Any) -> Any:
    function = library[f"blst_{name}"]  # its own object, which nobody else changes
    function.argtypes, function.restype = list(takes), gives
    return function


class _Group:
    """One of both groups, over a field of this degree."""

    def __init__(self, library: _Library, number: int, degree: int) -> None:
        point, brief = f"p{number}", library.brief
        self._infinity = bytes(2 * degree * COORDINATE)
        self._affine = ctypes.c_char * len(self._infinity)
        self._jacobian = ctypes.c_char * (3 * degree * COORDINATE)
        self._read = brief(f"{point}_deserialize", *2 * [_POINT], gives=ctypes.c_int)
        self._write = brief(f"{point}_affine_serialize", *2 * [_POINT])
        self._to_affine = brief(f"{point}_to_affine", *2 * [_POINT])
        self._from_affine = brief(f"{point}_from_affine", *2 * [_PLACE])
        self._is_inf = brief(f"{point}_is_inf", _PLACE, gives=ctypes.c_bool)
        self._add = brief(f"{point}_add_or_double_affine", *3 * [_PLACE])
        self._is_in = brief(f"{point}_affine_in_g{number}", _POINT, gives=ctypes.c_bool)
        self._multiply = brief(f"{point}_mult", *3 * [_POINT], ctypes.c_size_t)
        made = brief(f"{point}_affine_generator", gives=ctypes.c_void_p)
        self.generator: Final = ctypes.string_at(made(), len(self._infinity))
        self._map = brief(f"map_to_g{number}", *3 * [_POINT])
        self._read_number = brief("fp_from_bendian", *2 * [_POINT])
        self._cneg = brief("fp_cneg", _PLACE, _PLACE, ctypes.c_bool)
        self._room = brief(
            f"{point}s_mult_pippenger_scratch_sizeof",
            ctypes.c_size_t,
            gives=ctypes.c_size_t,
        )
        row, size = ctypes.POINTER(_POINT), ctypes.c_size_t
        text = (_POINT, size)
        self._hash = brief(f"hash_to_g{number}", _POINT, *text, *text, *text)
        self._sum = library.long(
            f"{point}s_mult_pippenger", _POINT, row, size, row, size, _POINT
        )
        self._add_up = library.long(f"{point}s_add", _POINT, _PLACE, size)
        self._all_to_affine = library.long(f"{point}s_to_affine", _POINT, row, size)
        self._times = brief("fp_mul", *3 * [_PLACE])
        self._root: bytes | None = self._find_root() if degree == 1 else None

    def decode(self, coordinates: bytes) -> bytes:
        if coordinates == self._infinity:
            return self._infinity
        written, point = _swap(coordinates), self._affine()
        if written[0] >= _FLAGS:  # BLST reads some as other writings, others not at all
            raise ValueError("out of range")
        if self._read(point, written) not in _ON_THE_CURVE:
            raise ValueError("out of range, or off the curve")
        return point.raw

    def encode(self, point: bytes) -> bytes:
        if point == self._infinity:
            return self._infinity
        written = self._affine()
        self._write(written, point)
        return _swap(written.raw)

    def is_member(self, point: bytes) -> bool:
        return point == self._infinity or bool(self._is_in(point))

    def are_members(self, points: Sequence[bytes]) -> bool:
        finite = [point for point in points if point != self._infinity]
        if len(finite) < WORTHWHILE:
            return all(map(self._is_in, finite))
        if len(finite) % 2:
            finite.append(self.generator)
        tables, rows = self._tabulate(finite)
        for digits in draw_digits(b"".join(finite), len(rows)):
            chosen = b"".join(map(getitem, rows, digits))
            if chosen and not self._is_sum_member(chosen):
                return False
        del tables  # until here its addresses were in use
        return True

    def _is_sum_member(self, addresses: bytes) -> bool:
        total = self._jacobian()
        self._add_up(total, addresses, len(addresses) // _ADDRESS)
        return self.is_member(self._settle(total))

    def _tabulate(self, points: Sequence[bytes]) -> tuple[Any, list[tuple[bytes, ...]]]:
        """Lay out P, Q, P + Q, P - Q, -P, -Q, -P - Q and Q - P for each two points.

        Gives the memory that holds them, and for each two the nine addresses of 0 and
        these, as machine words; that of infinity is empty.
        """
        count = len(points)
        ones = self._put_beside_opposites(b"".join(points))
        sums, vanished = self._add_pairs(ones, count)
        twos = self._put_beside_opposites(sums)
        one, two = self._list_addresses(ones), self._list_addresses(twos)
        for at in vanished:
            two[at] = two[count + at] = b""
        columns = one, two, one[count:], two[count:]
        rows = [
            tuple(chain((b"",), *(each[at : at + 2] for each in columns)))
            for at in range(0, count, 2)
        ]
        return (ones, twos), rows

    def _put_beside_opposites(self, points: bytes) -> Any:
        """Lay out points, and behind them their opposites in the same order."""
        size, step = len(points), len(self._infinity)
        memory = ctypes.create_string_buffer(2 * points, 2 * size)
        start = ctypes.addressof(memory) + size
        for place in range(start, start + size, step):
            self._oppose(place)
        return memory

    def _list_addresses(self, points: Any) -> list[bytes]:
        base = ctypes.addressof(points)
        words = array("Q", range(base, base + len(points), len(self._infinity)))
        raw = words.tobytes()
        return [raw[at : at + _ADDRESS] for at in range(0, len(raw), _ADDRESS)]

    def _add_pairs(self, points: Any, count: int) -> tuple[bytes, list[int]]:
        """Give sum and difference of each two points, and which are infinity.

        points: so many, and their opposites.
        """
        size, step, vanished = len(self._infinity), len(self._jacobian()), []
        row = (ctypes.c_char * (step * count))()
        first, total = ctypes.addressof(points), ctypes.addressof(row)
        for at in range(count):
            one = first + size * (at - at % 2)
            other = one + size * (1 + at % 2 * count)
            self._from_affine(total, one)
            self._add(total, total, other)
            if self._is_inf(total):
                vanished.append(at)
                # all are divided by their product: zero may spoil the others
                self._from_affine(total, one)
            total += step
        affine = (ctypes.c_char * (size * count))()
        self._all_to_affine(affine, _row_of(row), count)
        return affine.raw, vanished

    def negate(self, point: bytes) -> bytes:
        half = len(point) // 2
        opposite = point[:half]
        for at in range(half, len(point), COORDINATE):
            number = _Number()
            self._cneg(number, point[at : at + COORDINATE], True)
            opposite += number.raw
        return opposite

    def multiply(self, point: bytes, scalar: bytes) -> bytes:
        if point == self._infinity:
            return self._infinity
        factor = int.from_bytes(scalar, "big") % ORDER
        product = self._jacobian()
        self._from_affine(product, point)
        self._multiply(product, product, factor.to_bytes(32, "little"), _ALL)
        return self._settle(product)

    def add(self, left: bytes, right: bytes) -> bytes:
        if left == self._infinity:
            return right
        if right == self._infinity:
            return left
        total = self._jacobian()
        self._from_affine(total, left)
        self._add(total, total, right)
        return self._settle(total)

    def sum_products(self, points: Sequence[bytes], scalars: Sequence[bytes]) -> bytes:
        short, long = _Terms(_SHORT), _Terms(_ALL)
        for point, scalar in zip(points, scalars, strict=True):
            factor = int.from_bytes(scalar, "big") % ORDER
            if not factor or point == self._infinity:
                continue
            if factor <= _MOST_SHORT:
                short.take(point, factor)
            elif factor >= ORDER - _MOST_SHORT:  # -P times q - s is the same
                short.opposite.append(len(short.points))
                short.take(point, ORDER - factor)
            elif self._root is None:
                long.take(point, factor)
            else:
                high, low = divmod(factor, _EIGENVALUE)
                short.take(point, low)
                short.turned.append(len(short.points))
                short.take(point, high)
        return self.add(self._sum_up(short), self._sum_up(long))

    def _turn(self, point: bytes) -> bytes:
        """Multiply a member of G1 by the eigenvalue: x times the root of unity, y."""
        number = _Number()
        self._times(number, point[:COORDINATE], self._root)
        return number.raw + point[COORDINATE:]

    def _find_root(self) -> bytes:
        """Find the root of unity that turns points; ValueError if none does."""
        wanted = self.multiply(self.generator, _EIGENVALUE.to_bytes(32, "big"))
        prime = int.from_bytes(PRIME, "big")
        root = pow(2, (prime - 1) // 3, prime)
        for power in (root, root * root % prime):
            self._root = self._number(power.to_bytes(COORDINATE, "big"))
            if self._turn(self.generator) == wanted:
                return self._root
        raise ValueError("no root of unity")

    def map(self, element: bytes) -> bytes:
        _check_range(element)
        mapped = self._jacobian()
        self._map(mapped, b"".join(map(self._number, _cut(element))), None)
        return self._settle(mapped)

    def hash(self, message: bytes, dst: bytes) -> bytes:
        point = self._jacobian()
        self._hash(point, message, len(message), dst, len(dst), None, 0)
        return self._settle(point)

    def _sum_up(self, terms: _Terms) -> bytes:
        count = len(terms.points)
        if not count:
            return self._infinity
        points = b"".join(terms.points)
        memory = ctypes.create_string_buffer(points, len(points))
        step, start = len(self._infinity), ctypes.addressof(memory)
        for at in terms.opposite:
            self._oppose(start + step * at)
        for at in terms.turned:
            self._times(start + step * at, start + step * at, self._root)
        total, scratch = self._jacobian(), (ctypes.c_char * self._room(count))()
        scalars = _in_a_row(terms.scalars)
        self._sum(total, _row_of(memory), count, scalars, terms.bits, scratch)
        return self._settle(total)

    def _oppose(self, place: int) -> None:
        """Put a point's opposite in its place."""
        half = len(self._infinity) // 2
        for number in range(place + half, place + 2 * half, COORDINATE):
            self._cneg(number, number, True)

    def _settle(self, point: Any) -> bytes:
        affine = self._affine()
        self._to_affine(affine, point)  # infinity becomes all zeros there, too
        return affine.raw

    def _number(self, written: bytes) -> bytes:
        number = _Number()
        self._read_number(number, written)
        return number.raw


class _Terms:
    """Points and scalars of at most so many bits, as BLST takes them.

    opposite, turned: which points are the opposites of what is meant, and which have to
    be turned: by place.
    """

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.opposite: list[int] = []
        self.turned: list[int] = []
        self.points: list[bytes] = []
        self.scalars: list[bytes] = []
        self._size = -(-bits // 8)  # bytes

    def take(self, point: bytes, scalar: int) -> None:
        self.points.append(point)
        self.scalars.append(scalar.to_bytes(self._size, "little"))


class Blst:
    """BLS12-381 in C and assembly; AttributeError where the wheel exports it not."""

    name: Final = "blst"

    def __init__(self) -> None:
        library = _Library(ckzg.__file__)
        self.g1: Final = _Group(library, 1, 1)
        self.g2: Final = _Group(library, 2, 2)
        row, size = ctypes.POINTER(_POINT), ctypes.c_size_t
        self._pair = library.long("miller_loop_n", _POINT, row, row, size)
        self._one = library.brief("fp12_one", gives=ctypes.c_void_p)
        self._finish = library.long("final_exp", _POINT, _POINT)
        self._write = library.brief("bendian_from_fp12", *2 * [_POINT])
        self._is_one = library.brief("fp12_is_one", _POINT, gives=ctypes.c_bool)

    def pair(self, left: bytes, right: bytes) -> bytes:
        """Compute a pairing of members; equal values have equal bytes here."""
        written = _Target()
        self._write(written, self._product([(left, right)]))
        return written.raw

    def is_product_one(self, left: Sequence[bytes], right: Sequence[bytes]) -> bool:
        """Tell whether the product of the pairings of members is one."""
        return bool(self._is_one(self._product(list(zip(left, right, strict=True)))))

    def _product(self, pairs: Sequence[tuple[bytes, bytes]]) -> Any:
        """Multiply pairings; one with infinity is one."""
        product = _Target()
        kept = [pair for pair in pairs if all(map(any, pair))]
        if not kept:
            ctypes.memmove(product, self._one(), len(product))
            return product
        g1, g2 = (_in_a_row(each) for each in zip(*kept, strict=True))
        self._pair(product, g2, g1, len(kept))
        self._finish(product, product)
        return product


def _check_range(coordinates: bytes) -> None:
    for at in range(0, len(coordinates), COORDINATE):
        if coordinates[at : at + COORDINATE] >= PRIME:
            raise ValueError("out of range")


def _cut(coordinates: bytes) -> list[bytes]:
    return [
        coordinates[at : at + COORDINATE]
        for at in range(0, len(coordinates), COORDINATE)
    ]


def _swap(coordinates: bytes) -> bytes:
    """Turn EIP-2537's order of a pair of numbers into BLST's, and back."""
    if len(coordinates) == 2 * COORDINATE:
        return coordinates
    first, second, third, fourth = _cut(coordinates)
    return second + first + fourth + third


def _in_a_row(values: Sequence[bytes]) -> Any:
    """Give values that lie one behind the other, as BLST's lists may be."""
    return (_POINT * 2)(b"".join(values), None)


def _row_of(memory: Any) -> Any:
    """Give what lies one behind the other in memory that is kept meanwhile."""
    return (_POINT * 2)(ctypes.cast(memory, _POINT), None)
