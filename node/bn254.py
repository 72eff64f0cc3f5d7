"""Serve the BN254 precompiles, EIP-196 and EIP-197, with the gas of EIP-1108.

py-evm's own are pure Python: a pairing takes 0.3 s, a hundred times what its gas should
buy. Multiplying and pairing are left to revm, whose precompiles are functions on bytes;
an addition is too short for that way, and is done here.
"""

from __future__ import annotations

from typing import Final

from gmpy2 import invert, mpz  # type: ignore[import-untyped]
from pyrevm import EVM

from node.errors import PrecompileError

_FIELD: Final = mpz(
    21888242871839275222246405745257275088696311157297823662689037894645226208583
)
_CURVE_B: Final = 3
_POINT = 64  # bytes
_PAIR = 192
_NOBODY = "0x" + "00" * 20
_PLENTY = 2**40  # gas: what it costs is charged before, by our rules

ADD_GAS: Final = 150
MULTIPLY_GAS: Final = 6_000
_PAIRING_GAS = 45_000
_PAIRING_PAIR_GAS = 34_000


def pairing_gas(payload: bytes) -> int:
    """Return the gas of a check of pairings."""
    return _PAIRING_GAS + _PAIRING_PAIR_GAS * (len(payload) // _PAIR)


def add(payload: bytes) -> bytes:
    """Add two points; input is continued by zeros, and (0, 0) is infinity."""
    padded = payload[: 2 * _POINT].ljust(2 * _POINT, b"\0")
    x1, y1 = _decode(padded[:_POINT])
    x2, y2 = _decode(padded[_POINT:])
    if not (x1 or y1):
        return padded[_POINT:]
    if not (x2 or y2):
        return padded[:_POINT]
    if x1 == x2:
        if y1 != y2 or not y1:
            return bytes(_POINT)
        slope = 3 * x1 * x1 * invert(2 * y1, _FIELD) % _FIELD
    else:
        slope = (y2 - y1) * invert(x2 - x1, _FIELD) % _FIELD
    x3 = (slope * slope - x1 - x2) % _FIELD
    y3 = (slope * (x1 - x3) - y1) % _FIELD
    return int(x3).to_bytes(32, "big") + int(y3).to_bytes(32, "big")


def _decode(encoded: bytes) -> tuple[mpz, mpz]:
    x = mpz(int.from_bytes(encoded[:32], "big"))
    y = mpz(int.from_bytes(encoded[32:], "big"))
    if x >= _FIELD or y >= _FIELD:
        raise PrecompileError("bn254 point: out of range")
    if (x or y) and (y * y - x * x * x - _CURVE_B) % _FIELD:
        raise PrecompileError("bn254 point: not on the curve")
    return x, y


def multiply(payload: bytes) -> bytes:
    """Multiply a point by any 256 bits; input is continued by zeros."""
    return _ask_revm(7, payload)


def pairing(payload: bytes) -> bytes:
    """Return 1 as 32 bytes if the product of the pairings is one, else 0."""
    return _ask_revm(8, payload)


def _ask_revm(number: int, payload: bytes) -> bytes:
    address = "0x" + number.to_bytes(20, "big").hex()
    try:
        return bytes(
            EVM().message_call(_NOBODY, address, calldata=payload, gas=_PLENTY)
        )
    except RuntimeError as error:
        raise PrecompileError("bn254: not points of the curve") from error
