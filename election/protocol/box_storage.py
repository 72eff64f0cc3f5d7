"""Where a ballot box keeps in its storage that a credential has voted.

The slots are the compiler's, of contracts/BallotBox.vy in both of its builds; a test
compares them with its layout.
"""

from __future__ import annotations

from typing import Final

from election.crypto.transcript import (
    Address,
    Hash,
    address_word,
    hash_bytes,
    uint_word,
)

MOST_SMALL: Final = 6
"""Candidates of a contest whose box is of the small build."""

USED_SMALL: Final = 24
USED_LARGE: Final = 54
"""Slots of the map `_used`, from credentials to whether a ballot is stored."""


def find_used_slot(credential: Address, *, candidates: int) -> Hash:
    """Find the slot that is 1 once a ballot of a credential is stored, else 0."""
    base = USED_SMALL if candidates <= MOST_SMALL else USED_LARGE
    return hash_bytes(uint_word(base) + address_word(credential))
