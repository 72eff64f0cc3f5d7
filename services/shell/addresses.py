"""Whose address it is: bounds are for a subscriber, not for each of 2^64 addresses."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Final

_V6_PREFIX: Final = 64  # bits of an address that one subscriber has


def group_address(address: str) -> str:
    """Take the addresses of one subscriber for one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return f"{int(parsed) >> (128 - _V6_PREFIX):x}"
