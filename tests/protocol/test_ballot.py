"""A ballot enters only as its voter made it, once, in its own contest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.elgamal import encrypt
from election.crypto.group import G, G1Point
from election.crypto.proofs.unit_vector import (
    UnitVectorMasks,
    UnitVectorStatement,
    derive_challenges,
)
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar
from election.crypto.signature import SECP256K1_ORDER, Signature, SigningKey, sign_hash
from election.crypto.transcript import ZERO_HASH, Address, Hash
from election.errors import BallotError, ChoiceError
from election.protocol import ballot as protocol_ballot
from election.protocol.ballot import (
    NO_MEMO,
    accept_ballot,
    accept_batch,
    accept_each,
    accept_unsolicited,
    derive_ballot_hash,
    derive_memo,
    make_ballot,
    prepare_choice,
    read_tracking_code,
    verify_audit,
)
from election.protocol.encoding import BallotRecord, decode_record, encode_record
from election.protocol.issuance import Credential
from tests import forger, honest, vector_files
from tests.reference import curve, low_order

SLOTS = len(honest.CANDIDATES)
SOURCE = SecretSource(b"\x05" * 64, b"")


def record() -> BallotRecord:
    return decode_record(honest.ballot(2, 1), slots=SLOTS)


def sign_again(changed: BallotRecord, *, key: SigningKey | None = None) -> bytes:
    """Sign a changed record with its voter's key, so that only the change is wrong."""
    box = honest.box()
    credential = changed.credential
    statement = UnitVectorStatement(
        box.ctx, box.election_keys, credential, changed.ciphertext
    )
    challenges = derive_challenges(statement, changed.proof.commitments)
    digest = derive_ballot_hash(
        challenges, changed.proof, memo=changed.memo, seq=changed.seq
    )
    key = key or honest.issue(1, ctx_box=box).ballot_key
    return encode_record(replace(changed, signature=sign_hash(digest, key)))


@pytest.mark.parametrize("vector", vector_files.BALLOTS)
def test_hashes_are_those_of_the_vectors(vector: vector_files.Vector) -> None:
    statement = vector_files.ballot_statement(vector)
    proof = vector_files.ballot_proof(vector)
    challenges = derive_challenges(statement, proof.commitments)
    word = vector["control_word"]
    memo = derive_memo(statement.credential, word) if word else NO_MEMO
    assert memo.hex() == vector["memo"]
    digest = derive_ballot_hash(challenges, proof, memo=memo, seq=vector["seq"])
    assert digest.hex() == vector["h_b"]


@given(st.integers(1, SLOTS), st.integers(1, 5))
@settings(max_examples=5)
def test_honest_ballot_is_accepted(choice: int, number: int) -> None:
    raw = honest.ballot(choice, number)
    ballot = accept_ballot(raw, honest.box())
    assert encode_record(ballot.record) == raw


def test_tracking_code_is_the_one_shown_before_casting() -> None:
    box = honest.box()
    prepared = prepare_choice(1, box, source=SOURCE)
    raw = make_ballot(
        prepared,
        box,
        credential=honest.issue(1, ctx_box=box),
        memo=NO_MEMO,
        source=SOURCE,
    )
    assert accept_ballot(raw, box).tracking_code == prepared.tracking_code
    assert read_tracking_code(raw, box) == prepared.tracking_code
    assert read_tracking_code(raw, honest.box(2)) != prepared.tracking_code


def test_audit_shows_what_was_encrypted() -> None:
    box = honest.box()
    prepared = prepare_choice(1, box, source=SOURCE)
    code, nonce = prepared.tracking_code, prepared.nonce
    assert verify_audit(code, 1, nonce=nonce, box=box)
    assert not verify_audit(code, 2, nonce=nonce, box=box)
    assert not verify_audit(code, 1, nonce=Scalar(nonce + 1), box=box)
    assert not verify_audit(code, 1, nonce=nonce, box=honest.box(2))


@pytest.mark.parametrize("choice", [0, SLOTS + 1])
def test_choice_is_refused_when_nobody_stands_in_its_slot(choice: int) -> None:
    with pytest.raises(ChoiceError):
        prepare_choice(choice, honest.box(), source=SOURCE)


def test_prepared_choice_shows_neither_choice_nor_nonce() -> None:
    prepared = prepare_choice(1, honest.box(), source=SOURCE)
    assert "choice" not in repr(prepared).replace("PreparedChoice", "")
    assert str(prepared.nonce) not in repr(prepared)


def test_masks_differ_when_the_same_choice_is_cast_by_another_credential() -> None:
    """With the same masks, two challenges would give away the nonce."""
    box = honest.box()
    prepared = prepare_choice(1, box, source=SOURCE)
    raws = [
        make_ballot(
            prepared,
            box,
            credential=honest.issue(number, ctx_box=box),
            memo=NO_MEMO,
            source=SOURCE,
        )
        for number in (1, 2)
    ]
    first, second = (decode_record(raw, slots=SLOTS).proof for raw in raws)
    assert first.commitments.ephemeral != second.commitments.ephemeral


def test_ballot_is_refused_in_another_contest() -> None:
    with pytest.raises(BallotError, match="for another election or contest"):
        accept_ballot(honest.ballot(2, 1), honest.box(2))


@pytest.mark.parametrize("word", range(26 + 9 * SLOTS))
def test_ballot_is_refused_when_a_word_is_changed(word: int) -> None:
    raw = bytearray(honest.ballot(2, 1))
    raw[32 * word + 31] ^= 1
    with pytest.raises(BallotError):
        accept_ballot(bytes(raw), honest.box())


def shift_point(name: str) -> BallotRecord:
    old = record()
    cipher, commitments = old.ciphertext, old.proof.commitments

    def shift_first(slots: tuple[G1Point, ...]) -> tuple[G1Point, ...]:
        return (slots[0] + G, *slots[1:])

    if name == "A":
        cipher = replace(cipher, ephemeral=cipher.ephemeral + G)
    elif name == "B":
        cipher = replace(cipher, slots=shift_first(cipher.slots))
    elif name == "C":
        commitments = replace(commitments, linear=commitments.linear + G)
    elif name == "A'":
        commitments = replace(commitments, ephemeral=commitments.ephemeral + G)
    elif name == "B'":
        commitments = replace(commitments, slots=shift_first(commitments.slots))
    else:
        commitments = replace(commitments, constant=commitments.constant + G)
    proof = replace(old.proof, commitments=commitments)
    return replace(old, ciphertext=cipher, proof=proof)


@pytest.mark.parametrize("name", ["A", "B", "C", "A'", "B'", "D"])
def test_ballot_is_refused_when_its_own_voter_changed_a_point(name: str) -> None:
    raw = sign_again(shift_point(name))
    with pytest.raises(BallotError, match="proof does not verify"):
        accept_ballot(raw, honest.box())


@pytest.mark.parametrize(
    "messages", [(0, 0, 0), (2, 0, -1), (1, 1, -1), (1, 1, 0), (0, 0, 2)]
)
def test_ballot_is_refused_when_it_holds_no_single_choice(
    messages: tuple[int, ...],
) -> None:
    box, nonce = honest.box(), Scalar(77)
    ciphertext = forger.encrypt_vector(messages, box.election_keys, nonce=nonce)
    statement = UnitVectorStatement(
        box.ctx, box.election_keys, record().credential, ciphertext
    )
    masks = UnitVectorMasks(Scalar(5), (Scalar(6), Scalar(7)))
    proof = forger.prove_vector(statement, messages, nonce=nonce, masks=masks)
    raw = sign_again(replace(record(), ciphertext=ciphertext, proof=proof))
    with pytest.raises(BallotError, match="proof does not verify"):
        accept_ballot(raw, box)


def test_ballot_is_refused_when_it_is_copied_under_another_credential() -> None:
    copier = honest.issue(2, ctx_box=honest.box())
    copied = replace(record(), credential=copier.address, sigma=copier.sigma)
    raw = sign_again(copied, key=copier.ballot_key)
    with pytest.raises(BallotError, match="proof does not verify"):
        accept_ballot(raw, honest.box())


def test_ballot_is_refused_when_it_is_a_rerandomised_copy() -> None:
    box, copier = honest.box(), honest.issue(2, ctx_box=honest.box())
    zero = forger.encrypt_vector((0, 0, 0), box.election_keys, nonce=Scalar(9))
    copied = replace(
        record(),
        credential=copier.address,
        sigma=copier.sigma,
        ciphertext=record().ciphertext + zero,
    )
    raw = sign_again(copied, key=copier.ballot_key)
    with pytest.raises(BallotError, match="proof does not verify"):
        accept_ballot(raw, box)


def test_ballot_is_refused_when_its_credential_was_stolen() -> None:
    """A sigma is public once cast; it holds for one ballot key only."""
    thief = SigningKey(12345)
    sigma = honest.issue(1, ctx_box=honest.box()).sigma
    raw = make_ballot(
        prepare_choice(1, honest.box(), source=SOURCE),
        honest.box(),
        credential=Credential(thief, sigma),
        memo=NO_MEMO,
        source=SOURCE,
    )
    with pytest.raises(BallotError, match="credential does not verify"):
        accept_ballot(raw, honest.box())


def test_ballot_is_refused_when_its_credential_is_of_another_contest() -> None:
    home, foreign = honest.box(), honest.box(2)
    raw = make_ballot(
        prepare_choice(1, home, source=SOURCE),
        home,
        credential=honest.issue(1, ctx_box=foreign),
        memo=NO_MEMO,
        source=SOURCE,
    )
    with pytest.raises(BallotError, match="credential does not verify"):
        accept_ballot(raw, home)


def test_ballot_is_refused_when_its_memo_is_changed() -> None:
    changed = replace(record(), memo=Hash(b"\x01" * 32))
    with pytest.raises(BallotError, match="or by another key"):
        accept_ballot(encode_record(changed), honest.box())


def test_ballot_is_refused_when_seq_is_not_zero() -> None:
    with pytest.raises(BallotError, match="seq is not zero"):
        accept_ballot(sign_again(replace(record(), seq=1)), honest.box())


def test_ballot_is_refused_when_its_signature_is_malleated() -> None:
    old = record().signature
    twin = Signature(v=55 - old.v, r=old.r, s=SECP256K1_ORDER - old.s)
    with pytest.raises(BallotError, match="s is zero or high"):
        accept_ballot(encode_record(replace(record(), signature=twin)), honest.box())


def test_batch_is_accepted_in_order() -> None:
    raws = [
        honest.ballot(choice, number) for choice, number in ((1, 1), (2, 2), (3, 3))
    ]
    ballots = accept_batch(raws, honest.box())
    assert [encode_record(ballot.record) for ballot in ballots] == raws


def test_empty_batch_is_accepted() -> None:
    assert accept_batch((), honest.box()) == ()


@pytest.mark.parametrize("position", [0, 1, 2])
def test_batch_names_the_ballot_whose_proof_is_wrong(position: int) -> None:
    raws = [honest.ballot(1, number) for number in (2, 3, 4)]
    wrong = sign_again(shift_point("C"))
    raws[position] = wrong
    with pytest.raises(BallotError, match=wrong[12:32].hex()):
        accept_batch(raws, honest.box())


@pytest.mark.parametrize("position", [0, 1])
def test_batch_names_the_ballot_whose_credential_is_wrong(position: int) -> None:
    sigma = honest.issue(2, ctx_box=honest.box()).sigma
    raws = [honest.ballot(1, 3), honest.ballot(1, 4)]
    wrong = encode_record(replace(record(), sigma=sigma))
    raws[position] = wrong
    with pytest.raises(BallotError, match=wrong[12:32].hex()) as caught:
        accept_batch(raws, honest.box())
    assert caught.value.fact == "credential does not verify"


def _with_stranger(raw: bytes, *, at: int) -> bytes:
    """Add a point of order 3 to a ballot's point."""
    point = curve.add(curve.decode_g1(raw[at : at + 128]), low_order.low_order_point(3))
    return raw[:at] + curve.encode_g1(point) + raw[at + 128 :]


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("point", [0, 1, SLOTS + 1, -1], ids=["A", "B", "C", "sigma"])
def test_batch_names_the_ballot_with_a_point_outside_the_subgroup(
    position: int, point: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("curve.blst.group.WORTHWHILE", 2)
    raws = [honest.ballot(1, number) for number in (1, 2, 3)]
    at = 32 + 128 * point if point >= 0 else len(raws[0]) - 128
    raws[position] = _with_stranger(raws[position], at=at)
    with pytest.raises(BallotError, match="not in the prime-order subgroup") as refusal:
        accept_batch(raws, honest.box())
    assert raws[position][12:32].hex() in str(refusal.value)
    found = accept_each(raws, honest.box())
    assert [isinstance(each, BallotError) for each in found] == [
        at == position for at in range(3)
    ]


def test_each_wrong_ballot_of_a_batch_is_told_its_own_fault() -> None:
    raws = [honest.ballot(1, number) for number in (1, 2, 3, 4, 5)]
    raws[0] = raws[0][:-1]
    raws[1] = raws[1][: 32 * 44] + bytes([1] * 32) + raws[1][32 * 45 :]
    raws[2] = sign_again(shift_point("D"))
    raws[4] = raws[4][:-128] + raws[3][-128:]
    alone: list[object] = []
    for raw in raws:
        try:
            alone.append(accept_ballot(raw, honest.box()))
        except BallotError as error:
            alone.append(error)
    found = accept_each(raws, honest.box())
    assert [str(each) for each in found] == [str(each) for each in alone]
    assert [isinstance(each, BallotError) for each in found] == [1, 1, 1, 0, 1]


def test_two_ballots_with_swapped_credentials_are_refused() -> None:
    """Their sum is right, so only weights that bind sigma refuse them."""
    first, second = (
        decode_record(honest.ballot(1, number), slots=SLOTS) for number in (1, 2)
    )
    raws = [
        encode_record(replace(first, sigma=second.sigma)),
        encode_record(replace(second, sigma=first.sigma)),
    ]
    with pytest.raises(BallotError, match="credential does not verify"):
        accept_batch(raws, honest.box())


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(garbage: bytes) -> None:
    with pytest.raises(BallotError):
        accept_ballot(garbage, honest.box())


def test_memo_binds_credential_and_word() -> None:
    credential = Address(b"\x01" * 20)
    memo = derive_memo(credential, "control word")
    assert memo != derive_memo(credential, "other word")
    assert memo != derive_memo(Address(b"\x02" * 20), "control word")
    assert memo != ZERO_HASH


def test_two_voters_share_no_nonce_when_their_devices_draw_the_same() -> None:
    """Equal A in two ballots would show whether they hold the same choice."""
    drawn = bytes(64)
    keys = (b"\x01" * 16, b"\x02" * 16)
    first, second = (
        prepare_choice(1, honest.box(), source=SecretSource(drawn, key)) for key in keys
    )
    assert first.ciphertext.ephemeral != second.ciphertext.ephemeral


def test_voter_who_is_shown_anothers_ballot_finds_another_memo() -> None:
    """Two voters who chose alike may be shown one tracking code: not one memo."""
    box, word = honest.box(), "the same control word"
    shown = honest.issue(1, ctx_box=box)
    raw = make_ballot(
        prepare_choice(1, box, source=SOURCE),
        box,
        credential=shown,
        memo=derive_memo(shown.address, word),
        source=SOURCE,
    )
    memo = accept_ballot(raw, box).record.memo
    assert memo == derive_memo(shown.address, word)
    assert memo != derive_memo(honest.issue(2, ctx_box=box).address, word)


def test_nonce_is_not_reused_between_contests() -> None:
    first = prepare_choice(1, honest.box(), source=SOURCE)
    second = prepare_choice(1, honest.box(2), source=SOURCE)
    assert first.nonce != second.nonce
    assert encrypt(1, honest.box().election_keys, nonce=first.nonce) == first.ciphertext


def test_unsolicited_ballot_is_accepted_as_any_other() -> None:
    raw = honest.ballot(2, 1)
    assert accept_unsolicited(raw, honest.box()) == accept_ballot(raw, honest.box())


def test_credential_that_nobody_issued_is_refused_before_the_proof_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else whoever signs with a key of his own has a relay verify for nothing."""

    def refuse(*_: object) -> bool:
        pytest.fail("the proof was looked at")

    monkeypatch.setattr(protocol_ballot, "verify_unit_vector_batch", refuse)
    raw = sign_again(replace(record(), sigma=G))
    with pytest.raises(BallotError, match="credential does not verify"):
        accept_unsolicited(raw, honest.box())


def test_unsigned_ballot_is_refused_before_its_credential_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> bool:
        pytest.fail("the credential was looked at")

    monkeypatch.setattr(protocol_ballot, "verify_credential", refuse)
    raw = sign_again(record(), key=SigningKey(9))
    with pytest.raises(BallotError, match="by another key"):
        accept_unsolicited(raw, honest.box())


def test_unsolicited_ballot_with_a_wrong_proof_is_refused() -> None:
    honest_record = record()
    wrong = replace(honest_record.proof, nonce_response=Scalar(5))
    with pytest.raises(BallotError, match="proof does not verify"):
        accept_unsolicited(
            sign_again(replace(honest_record, proof=wrong)), honest.box()
        )
