"""The precompile of EIP-4844: what a committed polynomial is at a point.

py-evm reads the trusted setup from its file at each call, and takes a file that cannot
be read for a proof that is wrong: a node out of descriptors, or one whose program is
being replaced, would disagree with all others.
"""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any, Final

from ckzg import (  # type: ignore[import-not-found]  # C, without types
    load_trusted_setup,
    verify_kzg_proof,
)
from eth.precompiles.point_evaluation import TRUSTED_SETUP_PATH

from node.errors import PrecompileError

GAS: Final = 50_000
_LENGTH: Final = 192
_VERSION: Final = b"\x01"
_MODULUS: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
_ELEMENTS: Final = 4_096
_ANSWER: Final = _ELEMENTS.to_bytes(32, "big") + _MODULUS.to_bytes(32, "big")


@cache
def _setup() -> Any:
    """Read the trusted setup, once. Raises: RuntimeError; then no block is made."""
    return load_trusted_setup(TRUSTED_SETUP_PATH, 0)


def evaluate(payload: bytes) -> bytes:
    """Check versioned hash, z, y, commitment and proof. Raises: PrecompileError."""
    if len(payload) != _LENGTH:
        raise PrecompileError("point evaluation: input is not 192 bytes")
    versioned, z, y = payload[:32], payload[32:64], payload[64:96]
    commitment, proof = payload[96:144], payload[144:]
    if _VERSION + sha256(commitment).digest()[1:] != versioned:
        raise PrecompileError("point evaluation: the hash is of another commitment")
    setup = _setup()  # not below: what fails here says nothing of the proof
    try:
        is_right = verify_kzg_proof(commitment, z, y, proof, setup)
    except RuntimeError as error:
        raise PrecompileError("point evaluation: no proof at all") from error
    if not is_right:
        raise PrecompileError("point evaluation: the proof is wrong")
    return _ANSWER
