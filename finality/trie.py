"""Look a key up in a Merkle Patricia trie of which only the way to it is given.

Source: Yellow Paper, appendix D.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from Crypto.Hash import keccak as _keccak

from finality.errors import ProofRefusedError
from finality.rlp import Item, decode_list, text_of

_SUBJECT = "trie"


def keccak(message: bytes) -> bytes:
    """Return the Keccak-256 hash, 32 bytes."""
    return _keccak.new(data=message, digest_bits=256).digest()


_EMPTY = keccak(b"\x80")  # the root of a trie without a key


def look_up(root: bytes, key: bytes, proof: Sequence[bytes]) -> bytes | None:
    """Return the value of a key, None if the proof shows that it has none.

    proof: encoded nodes from the root down. Raises: ProofRefusedError.
    """
    if root == _EMPTY:  # of which there is no node to show
        return None
    return _walk(root, key, iter(proof))


def _walk(root: bytes, key: bytes, nodes: Iterator[bytes]) -> bytes | None:
    path = [digit for byte in key for digit in (byte >> 4, byte & 15)]
    node = _open(root, nodes)
    while True:
        if len(node) == 17:
            if not path:
                return text_of(node[16]) or None
            child = node[path.pop(0)]
        elif len(node) == 2:
            is_leaf, digits = _path_of(text_of(node[0]))
            if path[: len(digits)] != digits or (is_leaf and path != digits):
                return None
            if is_leaf:
                return text_of(node[1])
            path = path[len(digits) :]
            child = node[1]
        else:
            raise ProofRefusedError(_SUBJECT, "a node is none")
        if child == b"":
            return None
        node = child if isinstance(child, list) else _open(child, nodes)


def _open(digest: bytes, nodes: Iterator[bytes]) -> list[Item]:
    encoded = next(nodes, None)
    if encoded is None or keccak(encoded) != digest:
        raise ProofRefusedError(_SUBJECT, "a node is not the one that is named")
    return decode_list(encoded)


def _path_of(encoded: bytes) -> tuple[bool, list[int]]:
    """Return whether a short node is a leaf, and its digits."""
    digits = [digit for byte in encoded for digit in (byte >> 4, byte & 15)]
    if not digits or digits[0] > 3 or (digits[0] in (0, 2) and digits[1]):
        raise ProofRefusedError(_SUBJECT, "a path is none")
    return digits[0] >= 2, digits[1 if digits[0] & 1 else 2 :]
