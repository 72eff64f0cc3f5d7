"""Which sums of points are looked at instead of every point, to find a stranger.

The cofactor of G1 is 3 * 11^2 * 10177^2 * 859267^2 * 52437899^2, and that of G2 begins
with 13^2. Whatever part outside the subgroup a point has, the order of that part is 3
at least, so -1, 0 and 1 times it are three different things. Draw each point's
coefficient from them: whatever the other coefficients are, at most one of the three
hides this point. One sum misses it with chance at most 1/3, and 81 independent ones
with 3^-81 < 2^-128. One sum with coefficients of any length would not do: of a part of
order 3 it misses one in three.

Coefficients are a hash of all the points, so that everybody finds the same, and nobody
knows them before the last point is fixed: whoever tries out points needs 2^128 hashes.

Points go by twos: a digit from 0 to 8 says both coefficients.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import shake_256
from typing import Final

SUMS: Final = 81
WORTHWHILE: Final = 150  # points; with fewer, that many sums cost more than they save
_DOMAIN: Final = b"members of a subgroup, by 81 sums\0"
_FAIR: Final = 252  # 28 * 9: a byte below it is as likely each digit
_DIGITS: Final = bytes(byte % 9 for byte in range(256))
_UNFAIR: Final = bytes(range(_FAIR, 256))


def draw_digits(points: bytes, pairs: int) -> Iterator[bytes]:
    """Draw a digit in 0..8 for each pair of points, for one sum after another.

    points: all of them, each by its one writing.
    """
    drawn = shake_256(_DOMAIN + points)
    wanted = SUMS * pairs
    size, digits = wanted, b""
    while len(digits) < wanted:
        size += size // 32 + 64
        digits = drawn.digest(size).translate(_DIGITS, _UNFAIR)
    return (digits[at : at + pairs] for at in range(0, wanted, pairs))
