from __future__ import annotations

from Crypto.Hash import keccak as reference
from eth_hash.auto import keccak as shared
from hypothesis import given
from hypothesis import strategies as st

from node.hashing import keccak


@given(st.binary(max_size=300))
def test_digests_agree_with_another_library(data: bytes) -> None:
    expected = reference.new(digest_bits=256, data=data).digest()
    assert keccak(data) == shared(data) == expected


def test_the_hasher_that_py_evm_shares_is_the_fast_one() -> None:
    owner = getattr(shared.hasher, "__self__", None)
    assert type(owner).__module__ == "eth_hash.backends.pysha3"
