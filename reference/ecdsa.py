"""Who signed a hash, docs/protocol.md §1: secp256k1 in pure Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from eth_keys.backends.native.main import NativeECCBackend
from eth_keys.datatypes import Signature
from eth_keys.exceptions import BadSignature

from reference.errors import claim, refute

_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_PURE_PYTHON: Final = NativeECCBackend()


def recover_signer(digest: bytes, signature: Mapping[str, int]) -> bytes:
    """Give the address that signed a hash; raises RefutedError."""
    v, r, s = signature["v"], signature["r"], signature["s"]
    is_canonical = v in {27, 28} and 0 < r < _ORDER and 0 < s <= _ORDER // 2
    claim(is_canonical, "signature is out of range")
    try:
        key = _PURE_PYTHON.ecdsa_recover(digest, Signature(vrs=(v - 27, r, s)))
    except BadSignature:
        return refute("signature is of nobody")
    return bytes(key.to_canonical_address())


def claim_authority(
    digest: bytes,
    rules: Mapping[str, Any],
    *,
    commission: Mapping[str, int],
    observers: Sequence[Mapping[str, int]],
) -> None:
    """Check that the commission and a quorum of observers signed; raises RefutedError.

    The observers' addresses increase, so that none counts twice.
    """
    signer = recover_signer(digest, commission)
    claim(signer == rules["commission"], "is not signed by the commission")
    claim(len(observers) >= rules["quorum"], "has no quorum of observers")
    previous = bytes(20)
    for signature in observers:
        signer = recover_signer(digest, signature)
        claim(signer in rules["observers"], "is signed by no observer")
        claim(signer > previous, "has observers out of order or twice")
        previous = signer
