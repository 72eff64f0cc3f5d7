"""The operations by BLST, whose C functions the wheel of ckzg exports.

docs/adr/0031-blst-by-its-symbols.md says why, and what if they are there no longer.
What each operation promises stands in curve/operations.py; curve/libraries.py asks this
one for known answers before it is used. To be read in this order:

    library.py   the C functions, as the header has them, and how memory is laid out
    group.py     one group: decode, encode, map, hash, add, multiply
    sums.py      sums of products, with scalars made short by an endomorphism
    members.py   many points looked at together (curve/combinations.py: why it is sound)

and the pairing, here. Example: `Blst().g1.decode(xy)` of 96 bytes big-endian is the 96
bytes that BLST keeps; `add` and the others take and give such bytes; `encode` gives
them back as xy.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any, Final

import ckzg  # type: ignore[import-not-found]  # C, without types

from curve.blst.group import Group
from curve.blst.library import PLACE, POINT, ROW, SIZE, Functions, Library, in_a_row
from curve.operations import COORDINATE

_Target = ctypes.c_char * (12 * COORDINATE)  # fp12, an element of the pairing's target


class Blst:
    """BLS12-381 in C and assembly; AttributeError where the wheel exports it not."""

    name: Final = "blst"

    def __init__(self) -> None:
        library = Library(ckzg.__file__)
        self.g1: Final = Group(Functions(library, 1), 1)
        self.g2: Final = Group(Functions(library, 2), 2)
        # void miller_loop_n(fp12 *ret, p2_affine *Qs[], p1_affine *Ps[], size_t n);
        self._pair = library.long("miller_loop_n", POINT, ROW, ROW, SIZE)
        # void final_exp(fp12 *ret, fp12 *f);
        self._finish = library.long("final_exp", POINT, POINT)
        # const fp12 *fp12_one(void);
        self._one = library.brief("fp12_one", gives=PLACE)
        # void bendian_from_fp12(byte out[48*12], fp12 *a);
        self._write = library.brief("bendian_from_fp12", POINT, POINT)
        # bool fp12_is_one(fp12 *a);
        self._is_one = library.brief("fp12_is_one", POINT, gives=ctypes.c_bool)

    def pair(self, left: bytes, right: bytes) -> bytes:
        """Compute a pairing of members; equal values have equal bytes here."""
        written = _Target()
        self._write(written, self._product([(left, right)]))
        return written.raw

    def is_product_one(self, left: Sequence[bytes], right: Sequence[bytes]) -> bool:
        """Tell whether the product of the pairings of members is one."""
        return bool(self._is_one(self._product(list(zip(left, right, strict=True)))))

    def _product(self, pairs: Sequence[tuple[bytes, bytes]]) -> Any:
        """Multiply pairings; one with infinity, all zeros, is one and left out."""
        product = _Target()
        kept = [pair for pair in pairs if all(map(any, pair))]
        if not kept:
            ctypes.memmove(product, self._one(), len(product))
            return product
        g1, g2 = (in_a_row(each) for each in zip(*kept, strict=True))
        self._pair(product, g2, g1, len(kept))
        self._finish(product, product)
        return product
