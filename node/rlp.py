"""Encode and decode RLP, the serialisation of Ethereum.

Only canonical encodings decode: `encode(decode(x)) == x`, any other bytes raise.
Source: Yellow Paper, appendix B.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from node.errors import RlpError

Item: TypeAlias = bytes | Sequence["Item"]
Decoded: TypeAlias = bytes | list["Decoded"]

_MAX_DEPTH = 8  # lists in lists; a transaction needs 4
_STRING, _LIST = 0x80, 0xC0
_SHORT = 55  # bytes; longer payloads say how long their length is


def encode_integer(value: int) -> bytes:
    """Return an integer as an item: big-endian, no leading zero, zero is empty."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def encode(item: Item) -> bytes:
    """Encode bytes or a list."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < _STRING:
            return item
        return _head(_STRING, len(item)) + item
    return join([encode(inner) for inner in item])


def join(encoded: Iterable[bytes]) -> bytes:
    """Encode a list whose items are encoded already."""
    payload = b"".join(encoded)
    return _head(_LIST, len(payload)) + payload


def _head(offset: int, length: int) -> bytes:
    if length <= _SHORT:
        return bytes([offset + length])
    size = encode_integer(length)
    return bytes([offset + _SHORT + len(size)]) + size


def decode(encoded: bytes) -> Decoded:
    """Decode exactly one item. Raises: RlpError."""
    item, end = _decode_at(encoded, 0, depth=0)
    if end != len(encoded):
        raise RlpError("bytes after the end")
    return item


def _decode_at(encoded: bytes, start: int, *, depth: int) -> tuple[Decoded, int]:
    is_list, start, end = span(encoded, start)
    if not is_list:
        return encoded[start:end], end
    if depth == _MAX_DEPTH:
        raise RlpError("lists are nested too deeply")
    items: list[Decoded] = []
    while start < end:
        item, start = _decode_at(encoded, start, depth=depth + 1)
        items.append(item)
    if start != end:
        raise RlpError("an item exceeds its list")
    return items, end


def span(encoded: bytes, start: int) -> tuple[bool, int, int]:
    """Return whether a list begins here, and where its payload starts and ends.

    Raises: RlpError.
    """
    is_list, payload, end = _measure(encoded, start)
    if end > len(encoded):
        raise RlpError("bytes end early")
    prefixed_byte = not is_list and payload > start and end - payload == 1
    if prefixed_byte and encoded[payload] < _STRING:
        raise RlpError("a small byte has a length")
    return is_list, payload, end


def measure_item(head: bytes) -> int:
    """Return the length of an item, in bytes, from its first nine bytes or fewer.

    Raises: RlpError.
    """
    return _measure(head, 0)[2]


def _measure(encoded: bytes, start: int) -> tuple[bool, int, int]:
    """Return what `span` does, of an item whose end may be missing."""
    if start >= len(encoded):
        raise RlpError("bytes end early")
    first = encoded[start]
    if first < _STRING:
        return False, start, start + 1
    is_list = first >= _LIST
    length = first - (_LIST if is_list else _STRING)
    payload = start + 1
    if length > _SHORT:
        size = length - _SHORT
        payload += size
        length = _long_length(encoded[start + 1 : payload], size)
    return is_list, payload, payload + length


def _long_length(digits: bytes, size: int) -> int:
    length = int.from_bytes(digits, "big")
    if len(digits) < size or digits[0] == 0 or length <= _SHORT:
        raise RlpError("a length is not minimal")
    return length
