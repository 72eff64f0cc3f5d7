"""BLST's C functions, found by their names in the wheel of ckzg.

Each is declared as `bindings/blst.h` of github.com/supranational/blst has it: the lines
above the names are its lines, without `blst_` and most `const`, and for G1. In G2 p1 is
p2, and the `fp` of map_to_g2 is `fp2`.

Memory, as there: `fp` is a number below PRIME in 48 bytes, in Montgomery's form, which
only BLST reads. `p1_affine` is x and y, 96 bytes, zeros for infinity; `p1` is x, y and
z (Jacobian), 144 bytes. A number of `fp2` is two of `fp`, so points of G2 are twice as
long. Such memory is `bytes` where BLST only reads, else a buffer of ctypes.

A list of points or scalars is a row of addresses: BLST takes `*points ? *points++ :
point + 1`, so that after a NULL the next one lies right behind the one before. That is
in its source alone (src/bulk_addition.c, src/multi_scalar.c), as is that scalars in
such a row are as many bytes apart as their bits need. What is in tests/curve and
tests/node/test_precompiles.py compares all sums with two other libraries.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, Final

from curve.operations import COORDINATE

POINT: Final = ctypes.c_char_p  # bytes that are read, or a buffer
PLACE: Final = ctypes.c_void_p  # the address of memory, or a buffer
SIZE: Final = ctypes.c_size_t
ROW: Final = ctypes.POINTER(POINT)

# typedef enum { BLST_SUCCESS = 0, BLST_BAD_ENCODING, BLST_POINT_NOT_ON_CURVE,
#                BLST_POINT_NOT_IN_GROUP, ... } BLST_ERROR;
SUCCESS: Final = 0
POINT_NOT_IN_GROUP: Final = 3


class Library:
    """Finds the functions; AttributeError if one is missing.

    What takes long runs without the interpreter's lock; what is short keeps it, since
    to get it back from a busy thread may take thousands of times as long.
    """

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


class Functions:
    """The functions of G1 (number 1) or G2 (2), and memory for its points."""

    def __init__(self, library: Library, number: int) -> None:
        point, brief, long = f"p{number}", library.brief, library.long
        self.affine_size: Final = 2 * number * COORDINATE
        self.jacobian_size: Final = 3 * number * COORDINATE
        self.infinity: Final = bytes(self.affine_size)
        self.new_affine: Final = ctypes.c_char * self.affine_size
        self.new_jacobian: Final = ctypes.c_char * self.jacobian_size
        # BLST_ERROR p1_deserialize(p1_affine *out, byte in[96]);
        self.deserialize = brief(
            f"{point}_deserialize", POINT, POINT, gives=ctypes.c_int
        )
        # void p1_affine_serialize(byte out[96], p1_affine *in);
        self.serialize = brief(f"{point}_affine_serialize", POINT, POINT)
        # void p1_to_affine(p1_affine *out, p1 *in);
        self.to_affine = brief(f"{point}_to_affine", POINT, POINT)
        # void p1_from_affine(p1 *out, p1_affine *in);
        self.from_affine = brief(f"{point}_from_affine", PLACE, PLACE)
        # bool p1_is_inf(p1 *a);
        self.is_infinity = brief(f"{point}_is_inf", PLACE, gives=ctypes.c_bool)
        # void p1_add_or_double_affine(p1 *out, p1 *a, p1_affine *b);
        self.add = brief(f"{point}_add_or_double_affine", PLACE, PLACE, PLACE)
        # bool p1_affine_in_g1(p1_affine *p);
        in_group = f"{point}_affine_in_g{number}"
        self.is_in_group = brief(in_group, POINT, gives=ctypes.c_bool)
        # void p1_mult(p1 *out, p1 *p, byte *scalar, size_t nbits);
        self.multiply = brief(f"{point}_mult", POINT, POINT, POINT, SIZE)
        # const p1_affine *p1_affine_generator(void);
        self.generator = brief(f"{point}_affine_generator", gives=PLACE)
        # void map_to_g1(p1 *out, fp *u, fp *v DEFNULL);
        self.map = brief(f"map_to_g{number}", POINT, POINT, POINT)
        # void hash_to_g1(p1 *out, byte *msg, size_t msg_len, byte *DST, size_t DST_len,
        #                 byte *aug, size_t aug_len);
        texts = 3 * (POINT, SIZE)
        self.hash = brief(f"hash_to_g{number}", POINT, *texts)
        # void fp_from_bendian(fp *ret, byte a[48]);
        self.read_number = brief("fp_from_bendian", POINT, POINT)
        # void fp_cneg(fp *ret, fp *a, bool flag);
        self.negate_number = brief("fp_cneg", PLACE, PLACE, ctypes.c_bool)
        # void fp_mul(fp *ret, fp *a, fp *b);
        self.multiply_numbers = brief("fp_mul", PLACE, PLACE, PLACE)
        # size_t p1s_mult_pippenger_scratch_sizeof(size_t npoints);
        scratch = f"{point}s_mult_pippenger_scratch_sizeof"
        self.scratch_size = brief(scratch, SIZE, gives=SIZE)
        # void p1s_mult_pippenger(p1 *ret, p1_affine *points[], size_t npoints,
        #                         byte *scalars[], size_t nbits, limb_t *scratch);
        pippenger = f"{point}s_mult_pippenger"
        self.sum_products = long(pippenger, POINT, ROW, SIZE, ROW, SIZE, POINT)
        # void p1s_add(p1 *ret, p1_affine *points[], size_t npoints);
        self.add_up = long(f"{point}s_add", POINT, PLACE, SIZE)
        # void p1s_to_affine(p1_affine dst[], p1 *points[], size_t npoints);
        self.all_to_affine = long(f"{point}s_to_affine", POINT, ROW, SIZE)

    def settle(self, point: Any) -> bytes:
        """Give a Jacobian point as affine bytes; infinity becomes all zeros."""
        affine = self.new_affine()
        self.to_affine(affine, point)
        return affine.raw

    def oppose(self, place: int) -> None:
        """Put a point's opposite, (x, -y), in its place in memory."""
        half = self.affine_size // 2
        for number in range(place + half, place + 2 * half, COORDINATE):
            self.negate_number(number, number, True)


def in_a_row(values: Sequence[bytes]) -> Any:
    """Give values that lie one behind the other, as BLST's lists may be."""
    return (POINT * 2)(b"".join(values), None)


def row_of(memory: Any) -> Any:
    """Give what lies one behind the other in memory that is kept meanwhile."""
    return (POINT * 2)(ctypes.cast(memory, POINT), None)
