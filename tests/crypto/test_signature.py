"""Signatures have one form, and anybody can see whose they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_keys.datatypes import PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.signature import (
    SECP256K1_ORDER,
    Signature,
    SigningKey,
    decode_signature,
    derive_address,
    encode_signature,
    recover_signer,
    sign_hash,
)
from election.crypto.transcript import Hash
from election.errors import EncodingError, SignatureError
from tests.strategies import hashes

DIGEST = Hash(b"\x01" * 32)
KEY = SigningKey(0xC0FFEE)

keys = st.integers(1, SECP256K1_ORDER - 1).map(SigningKey)


@given(keys, hashes)
def test_signer_is_recovered(key: SigningKey, digest: Hash) -> None:
    assert recover_signer(digest, sign_hash(digest, key)) == derive_address(key)


@given(keys, hashes)
def test_signature_is_low_and_in_range(key: SigningKey, digest: Hash) -> None:
    signature = sign_hash(digest, key)
    assert signature.v in {27, 28}
    assert 0 < signature.s <= SECP256K1_ORDER // 2


@given(keys)
@settings(max_examples=5)
def test_address_agrees_with_eth_keys(key: SigningKey) -> None:
    other = PrivateKey(key.secret.to_bytes(32, "big")).public_key
    assert derive_address(key) == other.to_canonical_address()


def test_signature_over_another_hash_has_another_signer() -> None:
    signature = sign_hash(DIGEST, KEY)
    assert recover_signer(Hash(b"\x02" * 32), signature) != derive_address(KEY)


def test_malleated_signature_is_refused() -> None:
    """(r, n - s) with the other v recovers the same signer, so it must not pass."""
    old = sign_hash(DIGEST, KEY)
    twin = Signature(v=55 - old.v, r=old.r, s=SECP256K1_ORDER - old.s)
    with pytest.raises(SignatureError, match="s is zero or high"):
        recover_signer(DIGEST, twin)


@pytest.mark.parametrize("v", [0, 1, 26, 29, 2**255])
def test_signature_is_refused_when_v_is_not_27_or_28(v: int) -> None:
    with pytest.raises(SignatureError, match="v is neither 27 nor 28"):
        recover_signer(DIGEST, replace(sign_hash(DIGEST, KEY), v=v))


@pytest.mark.parametrize("r", [0, SECP256K1_ORDER, 2**256 - 1])
def test_signature_is_refused_when_r_is_out_of_range(r: int) -> None:
    with pytest.raises(SignatureError, match="r is out of range"):
        recover_signer(DIGEST, replace(sign_hash(DIGEST, KEY), r=r))


@pytest.mark.parametrize("s", [0, SECP256K1_ORDER // 2 + 1, SECP256K1_ORDER])
def test_signature_is_refused_when_s_is_zero_or_high(s: int) -> None:
    with pytest.raises(SignatureError, match="s is zero or high"):
        recover_signer(DIGEST, replace(sign_hash(DIGEST, KEY), s=s))


def test_signature_is_refused_when_no_key_made_it() -> None:
    """No point of secp256k1 has the x-coordinate 5."""
    with pytest.raises(SignatureError, match="no key made it"):
        recover_signer(DIGEST, Signature(v=27, r=5, s=1))


@given(keys, hashes)
def test_signature_survives_a_round_trip(key: SigningKey, digest: Hash) -> None:
    signature = sign_hash(digest, key)
    assert decode_signature(encode_signature(signature)) == signature


@pytest.mark.parametrize("length", [0, 65, 95, 97])
def test_signature_is_refused_when_its_length_is_wrong(length: int) -> None:
    with pytest.raises(EncodingError, match="bytes instead of 96"):
        decode_signature(bytes(length))


def test_key_does_not_show_in_a_representation() -> None:
    assert repr(KEY) == "SigningKey()"
