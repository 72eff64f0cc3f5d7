"""Serve the EIP-2537 precompiles on a native library.

py-evm's own are pure Python: a pairing takes 0.9 s, far too slow for its gas. These
take bytes and return bytes with the gas and the errors of EIP-2537 as final in Prague.
The library checks field range and curve equation whenever it decodes a point; padding,
lengths and subgroups are checked here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from py_arkworks_bls12381 import GT, G1Point, G2Point, Scalar

from node.errors import PrecompileError
from node.msm_discounts import discounted_gas
from node.remembered import Remembered

_FIELD = 64  # bytes of an encoded field element, the first 16 of them zero
_PADDING = bytes(16)
_G1 = 2 * _FIELD
_G2 = 4 * _FIELD
_SCALAR = 32
_G1_PAIR = _G1 + _SCALAR
_G2_PAIR = _G2 + _SCALAR
_PAIRING_PAIR = _G1 + _G2
# Decoding a point costs 1 us, its subgroup check 75 us, and a point is often seen
# again: when gas is estimated, when the transaction runs, when sums are updated.
_CHECKED_POINTS = 16_384
# As many as some hundred ballots ask for: what one block and the next one hold.
_REMEMBERED = 16_384

_G1_ADD_GAS = 375
_G2_ADD_GAS = 600
_PAIRING_GAS = 37_700
_PAIRING_PAIR_GAS = 32_600
_MAP_G1_GAS = 5_500
_MAP_G2_GAS = 23_800


@dataclass(frozen=True, slots=True)
class Precompile:
    """Pair a gas rule with the function it pays for.

    gas: from the input; run: from input to output, raises PrecompileError.
    """

    gas: Callable[[bytes], int]
    run: Callable[[bytes], bytes]


def _coordinates(encoded: bytes) -> bytes:
    """Strip the padding of each field element."""
    parts = []
    for start in range(0, len(encoded), _FIELD):
        if encoded[start : start + 16] != _PADDING:
            raise PrecompileError("field element: padding is not zero")
        parts.append(encoded[start + 16 : start + _FIELD])
    return b"".join(parts)


def _padded(coordinates: bytes) -> bytes:
    return b"".join(
        _PADDING + coordinates[start : start + 48]
        for start in range(0, len(coordinates), 48)
    )


def _decode_g1(encoded: bytes) -> G1Point:
    try:
        return G1Point.from_xy_bytes_unchecked_be(_coordinates(encoded))
    except ValueError as error:
        raise PrecompileError("g1 point: not on the curve") from error


def _decode_g2(encoded: bytes) -> G2Point:
    try:
        return G2Point.from_xy_bytes_unchecked_be(_coordinates(encoded))
    except ValueError as error:
        raise PrecompileError("g2 point: not on the curve") from error


@lru_cache(_CHECKED_POINTS)
def _decode_g1_member(encoded: bytes) -> G1Point:
    point = _decode_g1(encoded)
    if not point.is_in_subgroup():
        raise PrecompileError("g1 point: not in the subgroup")
    return point


@lru_cache(_CHECKED_POINTS)
def _decode_g2_member(encoded: bytes) -> G2Point:
    point = _decode_g2(encoded)
    if not point.is_in_subgroup():
        raise PrecompileError("g2 point: not in the subgroup")
    return point


def _require_length(payload: bytes, length: int) -> None:
    if len(payload) != length:
        raise PrecompileError("input: wrong length")


def _require_multiple(payload: bytes, length: int) -> None:
    if not payload or len(payload) % length:
        raise PrecompileError("input: wrong length")


def g1_add(payload: bytes) -> bytes:
    """Add two points of the curve, members of the subgroup or not."""
    _require_length(payload, 2 * _G1)
    total = _decode_g1(payload[:_G1]) + _decode_g1(payload[_G1:])
    return _padded(total.to_xy_bytes_be())


def g2_add(payload: bytes) -> bytes:
    """Add two points of the twist, members of the subgroup or not."""
    _require_length(payload, 2 * _G2)
    total = _decode_g2(payload[:_G2]) + _decode_g2(payload[_G2:])
    return _padded(total.to_xy_bytes_be())


def g1_msm(payload: bytes) -> bytes:
    """Sum scalar multiples of G1 members; zero scalars excuse no check."""
    _require_multiple(payload, _G1_PAIR)
    points, scalars = [], []
    for start in range(0, len(payload), _G1_PAIR):
        middle = start + _G1
        points.append(_decode_g1_member(payload[start:middle]))
        scalar = payload[middle : middle + _SCALAR]
        scalars.append(Scalar.from_be_bytes_mod_order(scalar))
    return _padded(G1Point.multiexp_unchecked(points, scalars).to_xy_bytes_be())


def g2_msm(payload: bytes) -> bytes:
    """Sum scalar multiples of G2 members; zero scalars excuse no check."""
    _require_multiple(payload, _G2_PAIR)
    points, scalars = [], []
    for start in range(0, len(payload), _G2_PAIR):
        middle = start + _G2
        points.append(_decode_g2_member(payload[start:middle]))
        scalar = payload[middle : middle + _SCALAR]
        scalars.append(Scalar.from_be_bytes_mod_order(scalar))
    return _padded(G2Point.multiexp_unchecked(points, scalars).to_xy_bytes_be())


def pairing(payload: bytes) -> bytes:
    """Return 1 as 32 bytes if the product of the pairings is one, else 0."""
    _require_multiple(payload, _PAIRING_PAIR)
    left, right = [], []
    for start in range(0, len(payload), _PAIRING_PAIR):
        middle = start + _G1
        left.append(_decode_g1_member(payload[start:middle]))
        right.append(_decode_g2_member(payload[middle : middle + _G2]))
    return int(GT.pairing_check(left, right)).to_bytes(32, "big")


def map_to_g1(payload: bytes) -> bytes:
    """Map a field element to a member of G1."""
    _require_length(payload, _FIELD)
    try:
        return _padded(G1Point.map_from_fp_be(_coordinates(payload)).to_xy_bytes_be())
    except ValueError as error:
        raise PrecompileError("field element: out of range") from error


def map_to_g2(payload: bytes) -> bytes:
    """Map an element of the quadratic extension field to a member of G2."""
    _require_length(payload, 2 * _FIELD)
    try:
        return _padded(G2Point.map_from_fp2_be(_coordinates(payload)).to_xy_bytes_be())
    except ValueError as error:
        raise PrecompileError("field element: out of range") from error


def _constant(gas: int) -> Callable[[bytes], int]:
    return lambda _payload: gas


# Keyed by address.
BLS_PRECOMPILES: dict[int, Precompile] = {
    0x0B: Precompile(_constant(_G1_ADD_GAS), g1_add),
    0x0C: Precompile(
        lambda payload: discounted_gas("g1", len(payload) // _G1_PAIR),
        Remembered(g1_msm, most=_REMEMBERED),
    ),
    0x0D: Precompile(_constant(_G2_ADD_GAS), g2_add),
    0x0E: Precompile(
        lambda payload: discounted_gas("g2", len(payload) // _G2_PAIR),
        Remembered(g2_msm, most=_REMEMBERED),
    ),
    0x0F: Precompile(
        lambda payload: (
            _PAIRING_GAS + _PAIRING_PAIR_GAS * (len(payload) // _PAIRING_PAIR)
        ),
        Remembered(pairing, most=_REMEMBERED),
    ),
    0x10: Precompile(_constant(_MAP_G1_GAS), Remembered(map_to_g1, most=_REMEMBERED)),
    0x11: Precompile(_constant(_MAP_G2_GAS), Remembered(map_to_g2, most=_REMEMBERED)),
}
