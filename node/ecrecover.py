"""Recover who signed a digest: the precompile at address 1, on libsecp256k1.

py-evm's has the same library below, with a message, a stack and a memory around each
call, and objects for signature and key. Source: Yellow Paper, appendix E.
"""

from __future__ import annotations

from typing import Final

from coincurve import PublicKey

from node.hashing import keccak

GAS: Final = 3_000
_SIZE: Final = 128  # bytes: digest, v, r, s; zeros continue a shorter input
_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def recover(payload: bytes) -> bytes:
    """Return the signer's address as a word; nothing if nobody signed."""
    padded = payload[:_SIZE].ljust(_SIZE, b"\0")
    parity = int.from_bytes(padded[32:64], "big") - 27
    r, s = padded[64:96], padded[96:]
    if parity not in (0, 1) or not all(_is_scalar(each) for each in (r, s)):
        return b""
    signature = r + s + bytes([parity])
    try:
        key = PublicKey.from_signature_and_message(signature, padded[:32], hasher=None)
    except Exception:  # noqa: BLE001  # coincurve raises bare Exception
        return b""
    return bytes(12) + keccak(key.format(compressed=False)[1:])[-20:]


def _is_scalar(encoded: bytes) -> bool:
    return 0 < int.from_bytes(encoded, "big") < _ORDER
