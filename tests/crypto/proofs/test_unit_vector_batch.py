"""The merged equation accepts a batch exactly if every ballot of it is good."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.elgamal import encrypt
from election.crypto.group import G, G1Point
from election.crypto.proofs import unit_vector_batch
from election.crypto.proofs.unit_vector import (
    UnitVectorCommitments,
    UnitVectorMasks,
    UnitVectorStatement,
    complete_responses,
    derive_challenges,
    prove_unit_vector,
    verify_unit_vector,
)
from election.crypto.proofs.unit_vector_batch import (
    BatchEntry,
    derive_ballot_weights,
    derive_batch_seed,
    verify_unit_vector_batch,
)
from election.crypto.scalar import Scalar
from election.crypto.transcript import Address, Hash
from tests import forger, vector_files

BATCH = vector_files.VECHE1["batch"]
CTX = Hash(b"\x01" * 32)
KEYS = tuple(G * Scalar(secret) for secret in (101, 102, 103))
MASKS = UnitVectorMasks(Scalar(31), (Scalar(32), Scalar(33)))


def vector_entries() -> list[BatchEntry]:
    return [
        BatchEntry(
            vector_files.ballot_statement(vector),
            vector_files.ballot_proof(vector),
            vector_files.digest(vector["h_b"]),
        )
        for vector in vector_files.BATCH_BALLOTS
    ]


def make_entry(
    messages: tuple[int, ...], *, number: int, offset: G1Point
) -> BatchEntry:
    """Forge an entry whose equation E_A is wrong by an offset."""
    nonce = Scalar(1000 + number)
    ciphertext = forger.encrypt_vector(messages, KEYS, nonce=nonce)
    credential = Address(bytes([number]) * 20)
    statement = UnitVectorStatement(CTX, KEYS, credential, ciphertext)

    def shift(commitments: UnitVectorCommitments) -> UnitVectorCommitments:
        return replace(commitments, ephemeral=commitments.ephemeral + offset)

    proof = forger.prove_vector(
        statement, messages, nonce=nonce, masks=MASKS, shift=shift
    )
    return BatchEntry(statement, proof, Hash(bytes([number]) * 32))


def test_seed_and_weights_are_those_of_the_vectors() -> None:
    hashes = [entry.ballot_hash for entry in vector_entries()]
    seed = derive_batch_seed(vector_files.digest(BATCH["ctx"]), hashes)
    assert seed.hex() == BATCH["seed"]
    for index, expected in enumerate(BATCH["delta_A_Q_1_to_L"]):
        weights = derive_ballot_weights(seed, index, slots=5)
        assert weights == tuple(map(vector_files.scalar, expected))


def test_batch_of_the_vectors_verifies() -> None:
    assert verify_unit_vector_batch(vector_entries())


def test_empty_batch_verifies() -> None:
    assert verify_unit_vector_batch([])


@given(
    st.lists(
        st.sampled_from([(1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0), (2, 0, -1)]),
        min_size=1,
        max_size=4,
    )
)
@settings(max_examples=15)
def test_batch_verifies_exactly_if_every_ballot_does(
    vectors: list[tuple[int, ...]],
) -> None:
    infinity = G - G
    entries = [
        make_entry(messages, number=number, offset=infinity)
        for number, messages in enumerate(vectors, 1)
    ]
    each = [verify_unit_vector(entry.statement, entry.proof) for entry in entries]
    assert verify_unit_vector_batch(entries) == all(each)


def cancelling_pair() -> list[BatchEntry]:
    return [
        make_entry((1, 0, 0), number=1, offset=G),
        make_entry((0, 1, 0), number=2, offset=-G),
    ]


def test_two_errors_do_not_cancel() -> None:
    assert not verify_unit_vector_batch(cancelling_pair())


def test_verifier_is_broken_when_its_weights_are_constant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The pair above is a real attack: it passes a verifier with weights 1."""

    def constant(_seed: Hash, _index: int, *, slots: int) -> tuple[Scalar, ...]:
        return (Scalar(1),) * (slots + 2)

    monkeypatch.setattr(unit_vector_batch, "derive_ballot_weights", constant)
    assert verify_unit_vector_batch(cancelling_pair())


@pytest.mark.parametrize("position", [0, 1, 2])
def test_batch_is_refused_when_one_entry_has_another_contest(position: int) -> None:
    entries = vector_entries()
    entry = entries[position]
    foreign = replace(entry.statement, ctx=Hash(b"\x09" * 32))
    entries[position] = replace(entry, statement=foreign)
    assert not verify_unit_vector_batch(entries)


def enter(choice: int, *, ctx: Hash, keys: tuple[G1Point, ...]) -> BatchEntry:
    nonce, masks = Scalar(5), UnitVectorMasks(Scalar(6), (Scalar(7),) * (len(keys) - 1))
    ciphertext = encrypt(choice, keys, nonce=nonce)
    statement = UnitVectorStatement(ctx, keys, Address(b"\x01" * 20), ciphertext)
    proof = prove_unit_vector(statement, choice, nonce=nonce, masks=masks)
    return BatchEntry(statement, proof, Hash(b"\x01" * 32))


@pytest.mark.parametrize(
    "foreign",
    [
        enter(1, ctx=Hash(b"\x09" * 32), keys=KEYS),
        enter(1, ctx=CTX, keys=KEYS[:2]),
        enter(1, ctx=CTX, keys=KEYS[::-1]),
    ],
)
def test_batch_is_refused_when_it_mixes_good_ballots_of_two_contests(
    foreign: BatchEntry,
) -> None:
    assert verify_unit_vector_batch([foreign])
    assert not verify_unit_vector_batch([enter(1, ctx=CTX, keys=KEYS), foreign])


def test_batch_is_refused_when_a_proof_spells_out_the_last_response() -> None:
    """Otherwise one proof would have two forms that both hold."""
    entry = enter(1, ctx=CTX, keys=KEYS)
    challenges = derive_challenges(entry.statement, entry.proof.commitments)
    responses, _ = complete_responses(entry.proof, challenges)
    longer = replace(entry, proof=replace(entry.proof, slot_responses=responses))
    assert not verify_unit_vector_batch([longer])


def test_batch_is_refused_when_a_list_has_another_length() -> None:
    entries = vector_entries()
    proof = replace(
        entries[1].proof, slot_responses=entries[1].proof.slot_responses[1:]
    )
    entries[1] = replace(entries[1], proof=proof)
    assert not verify_unit_vector_batch(entries)


def test_batch_is_refused_when_a_nonce_is_zero() -> None:
    ciphertext = encrypt(1, KEYS, nonce=Scalar(0))
    statement = UnitVectorStatement(CTX, KEYS, Address(b"\x01" * 20), ciphertext)
    proof = prove_unit_vector(statement, 1, nonce=Scalar(0), masks=MASKS)
    entry = BatchEntry(statement, proof, Hash(b"\x01" * 32))
    assert not verify_unit_vector_batch([entry])


def test_every_weight_hashes_every_ballot() -> None:
    hashes = [Hash(bytes([number]) * 32) for number in range(3)]
    weights = derive_ballot_weights(derive_batch_seed(CTX, hashes), 0, slots=3)
    for position in range(3):
        changed = list(hashes)
        changed[position] = Hash(b"\xff" * 32)
        other = derive_ballot_weights(derive_batch_seed(CTX, changed), 0, slots=3)
        assert not set(weights) & set(other)
