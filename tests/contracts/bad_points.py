"""Bytes that are no point of the groups, each refused by another check."""

from __future__ import annotations

from typing import Final

from election.crypto.group import G2, G, encode_g1, encode_g2
from tests.reference import curve
from tests.reference.low_order import (
    ORDERS,
    low_order_bytes,
    shifted_generator_bytes,
    twist_point_bytes,
)

_G1: Final = encode_g1(G)
_G2: Final = encode_g2(G2)


def flip(raw: bytes, at: int = -1) -> bytes:
    """Flip the lowest bit of a byte, the last one unless told."""
    changed = bytearray(raw)
    changed[at] ^= 1
    return bytes(changed)


def _unreduced(raw: bytes, at: int) -> bytes:
    """Add the field prime to the coordinate that begins there."""
    coordinate = int.from_bytes(raw[at : at + 64], "big") + curve.PRIME
    return raw[:at] + coordinate.to_bytes(64, "big") + raw[at + 64 :]


BAD_G1: Final[dict[str, bytes]] = {
    "off the curve": flip(_G1),
    "x not below the prime": _unreduced(_G1, 0),
    "y not below the prime": _unreduced(_G1, 64),
    "padding of x": flip(_G1, 0),
    "padding of y": flip(_G1, 64),
    **{f"order {order}": low_order_bytes(order) for order in ORDERS[:3]},
    "shifted by order 11": shifted_generator_bytes(11),
}
BAD_G2: Final[dict[str, bytes]] = {
    "off the curve": flip(_G2),
    "x not below the prime": _unreduced(_G2, 0),
    "y not below the prime": _unreduced(_G2, 192),
    "padding of x": flip(_G2, 0),
    "padding of y": flip(_G2, 192),
    "outside the subgroup": twist_point_bytes(),
}
