"""The ballot proof accepts exactly one choice, bound to its ballot and contest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.elgamal import Ciphertext, encrypt
from election.crypto.group import G1_INFINITY, G, K, encode_g1
from election.crypto.proofs import unit_vector
from election.crypto.proofs.unit_vector import (
    UnitVectorCommitments,
    UnitVectorMasks,
    UnitVectorProof,
    UnitVectorStatement,
    complete_responses,
    derive_challenges,
    prove_unit_vector,
    slot_powers,
    verify_unit_vector,
)
from election.crypto.scalar import Scalar, invert_scalar, reduce_scalar
from election.crypto.transcript import Address, Hash
from tests import forger, vector_files
from tests.reference import unit_vector as reference
from tests.strategies import nonzero_scalars, scalars

CTX = Hash(b"\x01" * 32)
CREDENTIAL = Address(b"\x02" * 20)
KEYS = tuple(G * Scalar(secret) for secret in (101, 102, 103, 104, 105))
NONCE = Scalar(777)
MASKS = UnitVectorMasks(Scalar(31), tuple(map(Scalar, (32, 33, 34, 35))))


def honest(choice: int = 2) -> tuple[UnitVectorStatement, UnitVectorProof]:
    ciphertext = encrypt(choice, KEYS, nonce=NONCE)
    statement = UnitVectorStatement(CTX, KEYS, CREDENTIAL, ciphertext)
    proof = prove_unit_vector(statement, choice, nonce=NONCE, masks=MASKS)
    return statement, proof


def to_reference(
    statement: UnitVectorStatement, proof: UnitVectorProof
) -> reference.RawProof:
    commitments = proof.commitments
    return reference.RawProof(
        statement.ctx,
        tuple(map(encode_g1, statement.keys)),
        statement.credential,
        encode_g1(statement.ciphertext.ephemeral),
        tuple(map(encode_g1, statement.ciphertext.slots)),
        encode_g1(commitments.linear),
        encode_g1(commitments.ephemeral),
        tuple(map(encode_g1, commitments.slots)),
        encode_g1(commitments.constant),
        proof.nonce_response,
        proof.slot_responses,
    )


@pytest.mark.parametrize("vector", vector_files.BALLOTS)
def test_proof_is_that_of_the_vectors(vector: vector_files.Vector) -> None:
    statement = vector_files.ballot_statement(vector)
    proof = prove_unit_vector(
        statement,
        vector["choice_1_based"],
        nonce=vector_files.scalar(vector["r"]),
        masks=vector_files.ballot_masks(vector),
    )
    assert proof == vector_files.ballot_proof(vector)


@pytest.mark.parametrize("vector", vector_files.BALLOTS)
def test_challenges_are_those_of_the_vectors(vector: vector_files.Vector) -> None:
    statement = vector_files.ballot_statement(vector)
    proof = vector_files.ballot_proof(vector)
    challenges = derive_challenges(statement, proof.commitments)
    assert challenges.tracking_code.hex() == vector["h_ct"]
    assert challenges.beta == vector_files.scalar(vector["beta"])
    assert challenges.digest.hex() == vector["h_x"]
    assert challenges.x == vector_files.scalar(vector["x"])
    assert (challenges.x != int(vector["h_x"], 16)) == vector["h_x_at_least_q"]
    _, quadratic = complete_responses(proof, challenges)
    assert quadratic == vector_files.scalar(vector["Q"])


@pytest.mark.parametrize("vector", vector_files.BALLOTS)
def test_vectors_verify_here_and_in_the_reference(
    vector: vector_files.Vector,
) -> None:
    statement = vector_files.ballot_statement(vector)
    proof = vector_files.ballot_proof(vector)
    assert verify_unit_vector(statement, proof)
    raw = to_reference(statement, proof)
    assert reference.verify(raw)
    memo = bytes.fromhex(vector["memo"])
    assert reference.ballot_hash(raw, memo, vector["seq"]).hex() == vector["h_b"]


@st.composite
def statements(
    draw: st.DrawFn,
) -> tuple[UnitVectorStatement, int, Scalar, UnitVectorMasks]:
    keys = tuple(
        G * secret for secret in draw(st.lists(nonzero_scalars, min_size=2, max_size=6))
    )
    choice, nonce = draw(st.integers(1, len(keys))), draw(nonzero_scalars)
    size = len(keys) - 1
    slots = tuple(draw(st.lists(scalars, min_size=size, max_size=size)))
    ciphertext = encrypt(choice, keys, nonce=nonce)
    statement = UnitVectorStatement(CTX, keys, CREDENTIAL, ciphertext)
    return statement, choice, nonce, UnitVectorMasks(draw(scalars), slots)


@given(statements())
@settings(max_examples=15)
def test_honest_proof_verifies(
    case: tuple[UnitVectorStatement, int, Scalar, UnitVectorMasks],
) -> None:
    statement, choice, nonce, masks = case
    proof = prove_unit_vector(statement, choice, nonce=nonce, masks=masks)
    assert verify_unit_vector(statement, proof)


@given(st.lists(st.integers(-3, 3), min_size=5, max_size=5), nonzero_scalars)
@settings(max_examples=5)
def test_library_and_reference_agree_on_any_vector(
    messages: list[int], nonce: Scalar
) -> None:
    ciphertext = forger.encrypt_vector(messages, KEYS, nonce=nonce)
    statement = UnitVectorStatement(CTX, KEYS, CREDENTIAL, ciphertext)
    proof = forger.prove_vector(statement, messages, nonce=nonce, masks=MASKS)
    verdict = verify_unit_vector(statement, proof)
    assert verdict == reference.verify(to_reference(statement, proof))
    assert verdict == (sorted(messages) == [0, 0, 0, 0, 1])


@pytest.mark.parametrize(
    "messages",
    [
        (0, 0, 0, 0, 0),
        (2, 0, 0, 0, -1),
        (1, 1, -1, 0, 0),
        (1, 1, 0, 0, 0),
        (100, 0, 0, 0, -99),
        (0, 0, 0, 0, 2),
    ],
)
def test_vector_is_refused_when_it_is_not_one_choice(messages: tuple[int, ...]) -> None:
    ciphertext = forger.encrypt_vector(messages, KEYS, nonce=NONCE)
    statement = UnitVectorStatement(CTX, KEYS, CREDENTIAL, ciphertext)
    proof = forger.prove_vector(statement, messages, nonce=NONCE, masks=MASKS)
    assert not verify_unit_vector(statement, proof)


def shifted_commitments() -> list[UnitVectorProof]:
    _, proof = honest()
    old = proof.commitments
    changed = [
        replace(old, linear=old.linear + G),
        replace(old, ephemeral=old.ephemeral + G),
        replace(old, constant=old.constant + G),
    ]
    for slot in range(len(KEYS)):
        slots = list(old.slots)
        slots[slot] += G
        changed.append(replace(old, slots=tuple(slots)))
    return [replace(proof, commitments=commitments) for commitments in changed]


def shifted_responses() -> list[UnitVectorProof]:
    _, proof = honest()
    changed = [
        replace(proof, nonce_response=reduce_scalar(proof.nonce_response + 1)),
        replace(proof, slot_responses=proof.slot_responses[::-1]),
        replace(proof, slot_responses=proof.slot_responses[:-1]),
        replace(proof, slot_responses=(*proof.slot_responses, Scalar(0))),
    ]
    for slot in range(len(KEYS) - 1):
        responses = list(proof.slot_responses)
        responses[slot] = reduce_scalar(responses[slot] + 1)
        changed.append(replace(proof, slot_responses=tuple(responses)))
    return changed


@pytest.mark.parametrize("proof", shifted_commitments() + shifted_responses())
def test_proof_is_refused_when_a_field_is_changed(proof: UnitVectorProof) -> None:
    statement, _ = honest()
    assert not verify_unit_vector(statement, proof)


def shift_one(name: str) -> Callable[[UnitVectorCommitments], UnitVectorCommitments]:
    def shift(old: UnitVectorCommitments) -> UnitVectorCommitments:
        if name == "C":
            return replace(old, linear=old.linear + G)
        if name == "A'":
            return replace(old, ephemeral=old.ephemeral + G)
        if name == "D":
            return replace(old, constant=old.constant + G)
        slots = list(old.slots)
        slots[int(name)] += G
        return replace(old, slots=tuple(slots))

    return shift


@pytest.mark.parametrize("name", ["C", "A'", "0", "1", "2", "3", "4", "D"])
def test_every_equation_is_checked(name: str) -> None:
    """The prover commits to one wrong point, so one equation alone is wrong."""
    statement, _ = honest()
    proof = forger.prove_vector(
        statement, (0, 1, 0, 0, 0), nonce=NONCE, masks=MASKS, shift=shift_one(name)
    )
    assert not verify_unit_vector(statement, proof)


def test_proof_is_refused_when_it_spells_out_the_last_response() -> None:
    """With f_L sent as well, and 0 for what is left, all L equations still hold."""
    statement, proof = honest()
    challenges = derive_challenges(statement, proof.commitments)
    responses, _ = complete_responses(proof, challenges)
    assert not verify_unit_vector(statement, replace(proof, slot_responses=responses))


def test_proof_is_refused_when_it_commits_to_one_slot_more() -> None:
    statement, _ = honest()

    def extend(old: UnitVectorCommitments) -> UnitVectorCommitments:
        return replace(old, slots=(*old.slots, G))

    proof = forger.prove_vector(
        statement, (0, 1, 0, 0, 0), nonce=NONCE, masks=MASKS, shift=extend
    )
    assert not verify_unit_vector(statement, proof)


def changed_statements() -> list[UnitVectorStatement]:
    statement, _ = honest()
    cipher = statement.ciphertext
    swapped = (KEYS[1], KEYS[0], *KEYS[2:])
    changed = [
        replace(statement, ctx=Hash(b"\x09" * 32)),
        replace(statement, credential=Address(b"\x09" * 20)),
        replace(statement, keys=swapped),
        replace(statement, keys=KEYS[:-1]),
        replace(statement, ciphertext=Ciphertext(G1_INFINITY, cipher.slots)),
        replace(statement, ciphertext=replace(cipher, slots=cipher.slots[:-1])),
        replace(statement, ciphertext=replace(cipher, ephemeral=cipher.ephemeral + G)),
        replace(statement, ciphertext=cipher + encrypt(1, KEYS, nonce=Scalar(5))),
    ]
    for slot in range(len(KEYS)):
        slots = list(cipher.slots)
        slots[slot] += G
        ciphertext = replace(cipher, slots=tuple(slots))
        changed.append(replace(statement, ciphertext=ciphertext))
    return changed


@pytest.mark.parametrize("statement", changed_statements())
def test_proof_is_refused_when_it_is_about_something_else(
    statement: UnitVectorStatement,
) -> None:
    _, proof = honest()
    assert not verify_unit_vector(statement, proof)


def test_ballot_is_refused_when_its_nonce_is_zero() -> None:
    """A = O would show the choice to everybody; all equations still hold."""
    zero = Scalar(0)
    ciphertext = encrypt(2, KEYS, nonce=zero)
    statement = UnitVectorStatement(CTX, KEYS, CREDENTIAL, ciphertext)
    proof = prove_unit_vector(statement, 2, nonce=zero, masks=MASKS)
    assert reference.verify(to_reference(statement, proof))
    assert not verify_unit_vector(statement, proof)


def forge_last_commitment() -> tuple[UnitVectorStatement, UnitVectorProof]:
    """Choose D after the challenge, for a ballot of two votes and minus one."""
    messages = (2, -1, 0, 0, 0)
    ciphertext = forger.encrypt_vector(messages, KEYS, nonce=NONCE)
    statement = UnitVectorStatement(CTX, KEYS, CREDENTIAL, ciphertext)
    commitments = forger.commit_vector(statement, messages, nonce=NONCE, masks=MASKS)
    challenges = unit_vector.derive_challenges(statement, commitments)
    z, responses = forger.answer(challenges.x, messages, nonce=NONCE, masks=MASKS)
    draft = UnitVectorProof(commitments, z, responses)
    _, quadratic = complete_responses(draft, challenges)
    constant = K * z + G * quadratic - commitments.linear * challenges.x
    return statement, replace(
        draft, commitments=replace(commitments, constant=constant)
    )


def test_verifier_is_broken_when_the_challenge_omits_a_commitment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The forgery is real: it passes a verifier with weak Fiat-Shamir."""
    assert not verify_unit_vector(*forge_last_commitment())

    def derive_weakly(
        statement: UnitVectorStatement, commitments: UnitVectorCommitments
    ) -> unit_vector.UnitVectorChallenges:
        return derive_challenges(statement, replace(commitments, constant=G))

    monkeypatch.setattr(unit_vector, "derive_challenges", derive_weakly)
    assert verify_unit_vector(*forge_last_commitment())


def omit_ciphertext(
    statement: UnitVectorStatement, commitments: UnitVectorCommitments
) -> unit_vector.UnitVectorChallenges:
    fixed = encrypt(1, KEYS, nonce=Scalar(1))
    return derive_challenges(replace(statement, ciphertext=fixed), commitments)


def forge_ciphertext() -> tuple[UnitVectorStatement, UnitVectorProof]:
    """Choose the ciphertext after the challenge, by the other root of E_Q.

    With f_1 + f_L held fixed, E_Q is quadratic in f_1, and the honest f_1 is one root.
    """
    statement, _ = honest()
    fixed = replace(statement, ciphertext=encrypt(1, KEYS, nonce=Scalar(1)))
    choice = (0, 1, 0, 0, 0)
    commitments = forger.commit_vector(fixed, choice, nonce=NONCE, masks=MASKS)
    challenges = derive_challenges(fixed, commitments)
    x = challenges.x
    z, (first, *others) = forger.answer(x, choice, nonce=NONCE, masks=MASKS)
    one, *_, beta = slot_powers(challenges.beta, len(KEYS))
    both = x - sum(others)
    roots = one * x + beta * (2 * both - x)
    roots *= invert_scalar(reduce_scalar(one + beta))
    proof = UnitVectorProof(commitments, z, (reduce_scalar(roots - first), *others))
    responses, _ = complete_responses(proof, challenges)
    slots = tuple(
        (key * z + G * f - commitment) * invert_scalar(x)
        for key, f, commitment in zip(KEYS, responses, commitments.slots, strict=True)
    )
    return replace(statement, ciphertext=Ciphertext(G * NONCE, slots)), proof


def test_verifier_is_broken_when_the_challenges_omit_the_ciphertext(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What then passes holds no choice at all, and no tally could be opened."""
    statement, proof = forge_ciphertext()
    assert statement.ciphertext.slots[0] - KEYS[0] * NONCE not in (G1_INFINITY, G)
    assert not verify_unit_vector(statement, proof)
    monkeypatch.setattr(unit_vector, "derive_challenges", omit_ciphertext)
    assert verify_unit_vector(statement, proof)


def test_secrets_do_not_show_in_a_representation() -> None:
    assert "31" not in repr(MASKS)
    assert "32" not in repr(MASKS)
