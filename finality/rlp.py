"""Read and write RLP, in its one canonical form.

Source: Yellow Paper, appendix B.
"""

from __future__ import annotations

from finality.errors import ProofRefusedError

Item = bytes | list["Item"]
_DEEPEST = 8  # lists within lists: a receipt has four


def encode(item: Item) -> bytes:
    """Encode bytes or a list."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < 0x80:
            return item
        return _header(0x80, len(item)) + item
    body = b"".join(map(encode, item))
    return _header(0xC0, len(body)) + body


def encode_number(number: int) -> bytes:
    """Return a number as RLP has it: big-endian, zero is empty."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def decode(encoded: bytes) -> Item:
    """Decode one item and nothing behind it. Raises: ProofRefusedError."""
    item, end = _decode(encoded, 0, _DEEPEST)
    if end != len(encoded):
        raise ProofRefusedError("rlp", "something stands behind an item")
    return item


def decode_list(encoded: bytes) -> list[Item]:
    """Decode a list. Raises: ProofRefusedError."""
    item = decode(encoded)
    if isinstance(item, bytes):
        raise ProofRefusedError("rlp", "bytes stand where a list should")
    return item


def text_of(item: Item) -> bytes:
    """Return an item that is bytes. Raises: ProofRefusedError."""
    if not isinstance(item, bytes):
        raise ProofRefusedError("rlp", "a list stands where bytes should")
    return item


def _header(offset: int, length: int) -> bytes:
    if length < 56:
        return bytes([offset + length])
    size = encode_number(length)
    return bytes([offset + 55 + len(size)]) + size


def _decode(encoded: bytes, at: int, depth: int) -> tuple[Item, int]:
    first, begin, end = _bounds(encoded, at)
    if first < 0xC0:
        value = encoded[begin:end]
        if begin > at and len(value) == 1 and value[0] < 0x80:
            raise ProofRefusedError("rlp", "a byte is written too long")
        return value, end
    if depth == 0:
        raise ProofRefusedError("rlp", "lists are nested too deep")
    items: list[Item] = []
    while begin < end:
        item, begin = _decode(encoded, begin, depth - 1)
        items.append(item)
    if begin != end:
        raise ProofRefusedError("rlp", "an item is longer than its list")
    return items, end


def _bounds(encoded: bytes, at: int) -> tuple[int, int, int]:
    """Return an item's first byte, and where its content begins and ends."""
    if at >= len(encoded):
        raise ProofRefusedError("rlp", "ends in the middle of an item")
    first = encoded[at]
    if first < 0x80:
        return first, at, at + 1
    short = (first - 0x80) & 0x3F
    if short < 56:
        begin, length = at + 1, short
    else:
        begin = at + 1 + short - 55
        if begin > len(encoded):
            raise ProofRefusedError("rlp", "ends in the middle of an item")
        length = int.from_bytes(encoded[at + 1 : begin], "big")
        if length < 56 or not encoded[at + 1]:
            raise ProofRefusedError("rlp", "a length is written too long")
    if begin + length > len(encoded):
        raise ProofRefusedError("rlp", "ends in the middle of an item")
    return first, begin, begin + length
