"""Encode the few fields of protobuf that headers and votes are hashed and signed in.

A field that is zero or empty is left out, as proto3 says, unless it is `always` there.
"""

from __future__ import annotations

_VARINT, _FIXED64, _BYTES = 0, 1, 2


def varint(number: int) -> bytes:
    """Encode a number from 0, below 2^64."""
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def number_field(field: int, number: int) -> bytes:
    """Encode an unsigned or non-negative field."""
    return _key(field, _VARINT) + varint(number) if number else b""


def fixed_field(field: int, number: int) -> bytes:
    """Encode an sfixed64."""
    if not number:
        return b""
    return _key(field, _FIXED64) + number.to_bytes(8, "little", signed=True)


def bytes_field(field: int, value: bytes, *, always: bool = False) -> bytes:
    """Encode bytes, text or a message."""
    if not value and not always:
        return b""
    return _key(field, _BYTES) + varint(len(value)) + value


def _key(field: int, wire: int) -> bytes:
    return varint(field << 3 | wire)
