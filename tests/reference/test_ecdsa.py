"""Which signatures are taken at all: the same as in the library."""

from __future__ import annotations

from itertools import product

import pytest

from election.crypto.signature import (
    SECP256K1_ORDER,
    Signature,
    SigningKey,
    derive_address,
    recover_signer,
    sign_hash,
)
from election.crypto.transcript import Hash
from election.errors import SignatureError
from reference import ecdsa
from reference.errors import RefutedError

DIGEST = Hash(b"\7" * 32)
KEY = SigningKey(0x5EED)
HONEST = sign_hash(DIGEST, KEY)
R = (0, HONEST.r, SECP256K1_ORDER, SECP256K1_ORDER + HONEST.r)
S = (0, 1, HONEST.s, SECP256K1_ORDER // 2, SECP256K1_ORDER // 2 + 1)


def recover(v: int, r: int, s: int) -> bytes | None:
    """Recover a signer as the library does; None if the signature is out of range."""
    try:
        return recover_signer(DIGEST, Signature(v, r, s))
    except SignatureError:
        return None


@pytest.mark.parametrize(("v", "r", "s"), [*product((26, 27, 28, 29), R, S)])
def test_signature_is_of_whom_the_library_says(v: int, r: int, s: int) -> None:
    signature = {"v": v, "r": r, "s": s}
    expected = recover(v, r, s)
    if expected is None:
        with pytest.raises(RefutedError, match="out of range"):
            ecdsa.recover_signer(DIGEST, signature)
    else:
        assert ecdsa.recover_signer(DIGEST, signature) == expected


def test_honest_signature_is_among_them() -> None:
    assert recover(HONEST.v, HONEST.r, HONEST.s) == derive_address(KEY)
