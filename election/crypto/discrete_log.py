"""Find a count n from nG by baby steps and giant steps (Shanks 1971)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from election.crypto.group import G1_INFINITY, G, G1Point, encode_g1
from election.crypto.scalar import Scalar
from election.errors import CountError

_STEPS: Final = 4096  # 500,000 is then 122 giant steps of about 11 us each


@dataclass(frozen=True, slots=True)
class DiscreteLogTable:
    """The encodings of 0G .. (size-1)G and their logarithms."""

    logarithms: Mapping[bytes, int]
    giant_step: G1Point


def build_table() -> DiscreteLogTable:
    """Build the table once for many counts."""
    logarithms = {}
    point = G1_INFINITY
    for logarithm in range(_STEPS):
        logarithms[encode_g1(point)] = logarithm
        point += G
    return DiscreteLogTable(logarithms, G * Scalar(_STEPS))


def find_count(point: G1Point, table: DiscreteLogTable, *, bound: int) -> int:
    """Find n in [0, bound] with nG equal to the point; raises CountError if none."""
    for giant in range(bound // len(table.logarithms) + 1):
        baby = table.logarithms.get(encode_g1(point))
        if baby is not None:
            count = giant * len(table.logarithms) + baby
            if count <= bound:
                return count
        point -= table.giant_step
    raise CountError("count", f"not in 0..{bound}")
