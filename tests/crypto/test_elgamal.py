"""Ciphertexts hold one count per slot and add up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.elgamal import (
    Ciphertext,
    combine_ciphertexts,
    derive_tracking_code,
    encrypt,
)
from election.crypto.group import G, G1Point
from election.crypto.scalar import Scalar, reduce_scalar
from election.errors import ChoiceError
from tests import vector_files
from tests.strategies import nonzero_scalars

SECRETS = (Scalar(11), Scalar(12), Scalar(13))
KEYS = tuple(G * secret for secret in SECRETS)


def open_slots(ciphertext: Ciphertext) -> tuple[G1Point, ...]:
    pairs = zip(ciphertext.slots, SECRETS, strict=True)
    return tuple(slot - ciphertext.ephemeral * secret for slot, secret in pairs)


@pytest.mark.parametrize("vector", vector_files.BALLOTS)
def test_ciphertext_is_that_of_the_vectors(vector: vector_files.Vector) -> None:
    secrets = vector["election_secrets"]
    keys = tuple(G * vector_files.scalar(secret) for secret in secrets)
    nonce = vector_files.scalar(vector["r"])
    expected = vector_files.ballot_statement(vector)
    assert keys == expected.keys
    ciphertext = encrypt(vector["choice_1_based"], keys, nonce=nonce)
    assert ciphertext == expected.ciphertext
    assert derive_tracking_code(expected.ctx, ciphertext).hex() == vector["h_ct"]


@given(
    st.lists(st.tuples(st.integers(1, 3), nonzero_scalars), max_size=6),
)
@settings(max_examples=20)
def test_combined_ciphertext_holds_the_counts(
    votes: list[tuple[int, Scalar]],
) -> None:
    ciphertexts = [encrypt(choice, KEYS, nonce=nonce) for choice, nonce in votes]
    total = combine_ciphertexts(ciphertexts, slots=3)
    counts = [sum(choice == slot for choice, _ in votes) for slot in (1, 2, 3)]
    assert open_slots(total) == tuple(G * Scalar(count) for count in counts)


def test_ciphertexts_of_one_nonce_show_who_chose_alike() -> None:
    """Why no nonce is used twice: B_j - B'_j is then m_j - m'_j, for all to see."""
    ours, alike, other = (encrypt(c, KEYS, nonce=Scalar(5)) for c in (1, 1, 2))
    pairs = zip(ours.slots, other.slots, strict=True)
    assert ours.slots == alike.slots
    assert [a - b for a, b in pairs] == [G, -G, G - G]


@pytest.mark.parametrize("choice", [-1, 0, 4])
def test_choice_is_refused_when_nobody_stands_in_its_slot(choice: int) -> None:
    with pytest.raises(ChoiceError, match=r"not in 1\.\.3"):
        encrypt(choice, KEYS, nonce=Scalar(5))


@given(nonzero_scalars)
@settings(max_examples=10)
def test_rerandomised_ciphertext_has_another_tracking_code(nonce: Scalar) -> None:
    ctx = vector_files.digest("11" * 32)
    first = encrypt(1, KEYS, nonce=nonce)
    second = encrypt(1, KEYS, nonce=reduce_scalar(nonce + 1))
    codes = {derive_tracking_code(ctx, ciphertext) for ciphertext in (first, second)}
    assert len(codes) == 2
