"""Hashes with tags, as docs/protocol.md §1 defines them."""

from __future__ import annotations

import unicodedata

from Crypto.Hash import keccak

from reference.curve import ORDER


def keccak256(raw: bytes) -> bytes:
    """Hash bytes as Ethereum does."""
    return keccak.new(digest_bits=256, data=raw).digest()


def tag_word(tag: str) -> bytes:
    """Write a tag as a word, padded on the right."""
    return f"VECHE1/{tag}".encode("ascii").ljust(32, b"\0")


def tagged_hash(tag: str, *fields: int | bytes) -> bytes:
    """Compute H(tag, fields): a number as a word, an address padded, bytes as they are.

    A string or bytes of any length enter as `hash_text` or `keccak256` of them.
    """
    return keccak256(tag_word(tag) + b"".join(map(_field, fields)))


def _field(field: int | bytes) -> bytes:
    if isinstance(field, int):
        return field.to_bytes(32, "big")
    return field.rjust(32, b"\0") if len(field) == 20 else field


def hash_text(text: str) -> bytes:
    """Hash a string, in NFC and UTF-8."""
    return keccak256(unicodedata.normalize("NFC", text).encode())


def challenge(digest: bytes) -> int:
    """Reduce a hash to a scalar."""
    return int.from_bytes(digest, "big") % ORDER


def weight(digest: bytes) -> int:
    """Take the low 128 bits of a hash."""
    return int.from_bytes(digest[16:], "big")
