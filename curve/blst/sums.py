"""Sums of products of points and scalars: every scalar made short, if it can be.

BLST's Pippenger takes a time that grows with the bits of the scalars, and of all alike:
128 bits take little more than half of what 255 take (`python -m bench.curve`). So what
can be written with scalars of 128 bits is, and goes into a sum of its own:

- s below 2^128, as the weights of batches are: as it stands;
- s above q - 2^128: q - s, times -P, for q - s of 128 bits; contracts hand over q -
  delta for weights delta;
- any other s, in G1: two terms, by the endomorphism.

Example, in G1: a sum of P times 7, Q times q - 7 and R times s is that of P times 7, -Q
times 7, R times l and phi(R) times h, all of them short.

*The endomorphism* of G1 is phi: (x, y) -> (beta x, y), beta a cube root of one modulo
p. On the subgroup of order q it is a multiplication, by lambda = z^2 - 1 of 128 bits,
where z is the curve's parameter: q = z^4 - z^2 + 1 = lambda^2 + lambda + 1, so lambda
is a cube root of one modulo q. There are two such beta; the one for which the generator
comes out right is taken. Outside the subgroup phi is no multiplication by lambda:
whoever calls hands over members, as `Group.sum_products` in curve/operations.py
demands.

*The split* is s = h lambda + l by plain division: l < lambda < 2^128, and from s < q
follows h <= q / lambda, which is lambda + 1 and a rest. No lattice has to be reduced
for that, as in the general way of R. Gallant, R. Lambert, S. Vanstone, Faster Point
Multiplication on Elliptic Curves with Efficient Endomorphisms, CRYPTO 2001. phi is the
sigma of S. Bowe, Faster Subgroup Checks for BLS12-381, eprint 2019/814: beta is
0x1a01...aaac. In EIP-2537 (fast_subgroup_checks.md, after M. Scott, eprint 2021/1130,
section 4) it is the other one, 0x5f19...fffe: its phi is this one done twice, so a
multiplication by lambda^2 = -z^2, which modulo q has 255 bits.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Final

from curve.blst.library import Functions, in_a_row, row_of
from curve.operations import COORDINATE, ORDER, PRIME

_SHORT: Final = 128  # bits
_LONG: Final = 255  # bits of ORDER
_MAX_SHORT: Final = 2**_SHORT - 1
_Z: Final = 0xD201000000010000  # the curve's parameter, without its sign
_LAMBDA: Final = _Z**2 - 1


class Terms:
    """Points and scalars of at most so many bits, as BLST takes them.

    opposite, turned: the places of the points whose opposites are meant, or what phi
    makes of them. Both are done to all points at once, in memory.
    """

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.opposite: list[int] = []
        self.turned: list[int] = []
        self.points: list[bytes] = []
        self.scalars: list[bytes] = []
        self._size = -(-bits // 8)  # bytes

    def take(self, point: bytes, scalar: int) -> None:
        """Add a term; the point is not infinity."""
        self.points.append(point)
        self.scalars.append(scalar.to_bytes(self._size, "little"))

    def take_opposite(self, point: bytes, scalar: int) -> None:
        """Add a term of a point's opposite."""
        self.opposite.append(len(self.points))
        self.take(point, scalar)

    def take_turned(self, point: bytes, scalar: int) -> None:
        """Add a term of what phi makes of a member of G1."""
        self.turned.append(len(self.points))
        self.take(point, scalar)


def sort_terms(
    points: Sequence[bytes],
    scalars: Sequence[bytes],
    *,
    infinity: bytes,
    is_turned: bool,
) -> tuple[Terms, Terms]:
    """Return the short terms and the long ones; members times 32 bytes, reduced here.

    is_turned: whether phi can be used, which it can in G1. Infinity is left out: BLST's
    formulas do not promise to take it.
    """
    short, long = Terms(_SHORT), Terms(_LONG)
    for point, scalar in zip(points, scalars, strict=True):
        factor = int.from_bytes(scalar, "big") % ORDER
        if not factor or point == infinity:
            continue
        if factor <= _MAX_SHORT:
            short.take(point, factor)
        elif factor >= ORDER - _MAX_SHORT:
            short.take_opposite(point, ORDER - factor)
        elif is_turned:
            high, low = divmod(factor, _LAMBDA)
            short.take(point, low)
            short.take_turned(point, high)
        else:
            long.take(point, factor)
    return short, long


def sum_terms(functions: Functions, terms: Terms, beta: bytes | None) -> bytes:
    """Sum products by Pippenger's method. beta: as BLST keeps it, if any are turned."""
    count = len(terms.points)
    if not count:
        return functions.infinity
    points = b"".join(terms.points)
    memory = ctypes.create_string_buffer(points, len(points))
    step, start = functions.affine_size, ctypes.addressof(memory)
    for at in terms.opposite:
        functions.oppose(start + step * at)
    for at in terms.turned:  # x, which comes first, times beta
        functions.multiply_numbers(start + step * at, start + step * at, beta)
    total = functions.new_jacobian()
    scratch = (ctypes.c_char * functions.scratch_size(count))()
    scalars = in_a_row(terms.scalars)
    functions.sum_products(total, row_of(memory), count, scalars, terms.bits, scratch)
    return functions.settle(total)


def find_beta(functions: Functions, turned_generator: bytes) -> bytes:
    """Find the cube root of one that phi multiplies x by, as BLST keeps numbers.

    turned_generator: the generator times lambda. Raises: ValueError if none is right.
    """
    prime = int.from_bytes(PRIME, "big")
    # 2 is no cube modulo PRIME, or both would be 1 and be refused below
    root = pow(2, (prime - 1) // 3, prime)
    made, number = functions.generator(), ctypes.create_string_buffer(COORDINATE)
    generator = ctypes.string_at(made, functions.affine_size)
    for candidate in (root, root * root % prime):
        functions.read_number(number, candidate.to_bytes(COORDINATE, "big"))
        beta = number.raw
        x = ctypes.create_string_buffer(COORDINATE)
        functions.multiply_numbers(x, generator[:COORDINATE], beta)
        if x.raw + generator[COORDINATE:] == turned_generator:
            return beta
    raise ValueError("no root of unity")


LAMBDA: Final = _LAMBDA.to_bytes(32, "big")
"""The scalar that phi multiplies members by."""
