"""Hash with keccak-256, on the fastest backend installed.

eth-hash picks pycryptodome when it is installed, whatever else there is, and the
EVM hashes every trie node: safe-pysha3 is five times faster on such short inputs.
The one hasher that py-evm, rlp and eth-utils share is therefore set here.
"""

from __future__ import annotations

from eth_hash.auto import keccak as _shared
from eth_hash.backends import pysha3
from eth_typing import Hash32

_digest = pysha3.backend.keccak256
_shared.hasher = _digest  # type: ignore[assignment]  # the parameter's name differs


def keccak(data: bytes) -> Hash32:
    """Return the keccak-256 digest, 32 bytes."""
    return Hash32(_digest(data))
