"""Which digits of a hash somebody mistyped: two hashes do not differ in a few."""

from __future__ import annotations

from typing import Final

_MOST: Final = 8  # digits of 64; two random hashes differ in about 60


def find_slip(given: str, known: str) -> str | None:
    """Name the digits, from 1, in which a hash differs from a known one, if few."""
    pairs = enumerate(zip(given, known, strict=True), 1)
    wrong = [str(place) for place, (one, other) in pairs if one != other]
    return ", ".join(wrong) if len(wrong) <= _MOST else None
