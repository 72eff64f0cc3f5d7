"""Hash a list into one root, as RFC 6962 does, with SHA-256.

Source: RFC 6962 §2.1, which CometBFT follows for headers and sets of validators.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root, 32 bytes; of nothing it is the hash of nothing."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1  # largest power of two below
    left, right = merkle_root(leaves[:split]), merkle_root(leaves[split:])
    return sha256(b"\x01" + left + right).digest()
