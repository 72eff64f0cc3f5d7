"""Secrets differ by source, and the source shows nothing."""

from __future__ import annotations

from dataclasses import replace

from Crypto.Hash import keccak

from election.crypto.randomness import SecretSource
from election.crypto.scalar import ORDER
from election.crypto.transcript import Hash

SOURCE = SecretSource(b"\x01" * 64, b"\x02" * 32)
CONTEXT = Hash(b"\x03" * 32)


def keccak256(raw: bytes) -> bytes:
    return keccak.new(digest_bits=256, data=raw).digest()


def test_secret_is_a_wide_reduction_of_tagged_hashes() -> None:
    prefix = b"VECHE1/secret".ljust(32, b"\0") + keccak256(b"\x01" * 64)
    prefix += keccak256(b"\x02" * 32) + b"\x03" * 32 + (7).to_bytes(32, "big")
    high, low = (keccak256(prefix + half.to_bytes(32, "big")) for half in (0, 1))
    expected = int.from_bytes(high + low, "big") % ORDER
    assert SOURCE.derive_scalar(CONTEXT, 7) == expected
    assert SOURCE.derive_word(CONTEXT, 7) == high


def test_every_ingredient_changes_the_secret() -> None:
    secrets = {
        SOURCE.derive_scalar(CONTEXT, 0),
        SOURCE.derive_scalar(CONTEXT, 1),
        SOURCE.derive_scalar(Hash(b"\x09" * 32), 0),
        replace(SOURCE, randomness=b"\x09" * 64).derive_scalar(CONTEXT, 0),
        replace(SOURCE, key=b"\x09" * 32).derive_scalar(CONTEXT, 0),
    }
    assert len(secrets) == 5


def test_secrets_do_not_show_in_a_representation() -> None:
    assert repr(SOURCE) == "SecretSource()"
