"""Hash with keccak-256, on the fastest backend installed.

eth-hash picks pycryptodome when it is installed, whatever else there is, and the
EVM hashes every trie node: safe-pysha3 is five times faster on such short inputs.
The one hasher that py-evm, rlp and eth-utils share is therefore set here.
"""

from __future__ import annotations

from eth_hash.auto import keccak as _shared
from eth_hash.backends import pysha3
from eth_typing import Hash32
from sha3 import keccak_256  # type: ignore[import-untyped]

# The parameter's name differs.
_shared.hasher = pysha3.backend.keccak256  # type: ignore[assignment]


def keccak(data: bytes | bytearray) -> Hash32:
    """Return the keccak-256 digest, 32 bytes."""
    digest: Hash32 = keccak_256(data).digest()
    return digest
