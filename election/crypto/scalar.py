"""Numbers modulo the group order q, parsed strictly.

docs/protocol.md §1: a scalar is 32 bytes big-endian and always below q.
"""

from __future__ import annotations

from typing import Final, NewType

from election.errors import EncodingError

ORDER: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""q, the prime order of the BLS12-381 groups."""

Scalar = NewType("Scalar", int)
"""An integer in [0, q)."""

SCALAR_BYTES: Final = 32


def reduce_scalar(value: int) -> Scalar:
    """Reduce our own arithmetic modulo q; never use it on foreign bytes."""
    return Scalar(value % ORDER)


def invert_scalar(scalar: Scalar) -> Scalar:
    """Invert modulo q; the argument is not zero."""
    return Scalar(pow(scalar, -1, ORDER))


def encode_scalar(scalar: Scalar) -> bytes:
    """Encode as 32 bytes big-endian."""
    return scalar.to_bytes(SCALAR_BYTES, "big")


def decode_scalar(raw: bytes) -> Scalar:
    """Decode 32 bytes big-endian.

    Raises EncodingError for another length or a value that is not below q: a
    verifier that reduced it would accept two encodings of one proof.
    """
    if len(raw) != SCALAR_BYTES:
        raise EncodingError("scalar", f"{len(raw)} bytes instead of {SCALAR_BYTES}")
    return accept_scalar(int.from_bytes(raw, "big"))


def accept_scalar(value: int) -> Scalar:
    """Take a foreign number; raises EncodingError unless it is in [0, q)."""
    if not 0 <= value < ORDER:
        raise EncodingError("scalar", "not below the group order")
    return Scalar(value)
