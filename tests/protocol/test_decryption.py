"""Shares carry their proof, and counts are what was decrypted, slot by slot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from election.crypto.discrete_log import build_table
from election.crypto.elgamal import Ciphertext
from election.crypto.group import G1_BYTES, G1_INFINITY, G, encode_g1
from election.crypto.scalar import ORDER, Scalar
from election.crypto.sharing import combine_shares
from election.crypto.transcript import (
    Tag,
    hash_fields,
    hash_word,
    point_words,
    uint_word,
)
from election.errors import CountError, FaultyTrusteeError
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.decryption import (
    DecryptionShare,
    Result,
    ShareMessage,
    accept_decryption_share,
    accept_result,
    derive_share_weights,
    find_result,
    make_share,
)
from election.protocol.tally import EncryptedTally
from tests import forger, honest, vector_files
from tests.reference import low_order

VECTOR = vector_files.VECHE1["decryption_share"]
COUNTS = (3, 1, 6)
TABLE = build_table()


def tally(nonce: int = 4321) -> EncryptedTally:
    totals = forger.encrypt_vector(
        COUNTS, honest.box().election_keys, nonce=Scalar(nonce)
    )
    return EncryptedTally(honest.box().ctx, sum(COUNTS), totals)


def message(trustee: int, of: EncryptedTally) -> ShareMessage:
    key_share = honest.keys().trustees[trustee - 1]
    return make_share(of, key_share, source=honest.source(trustee))


def accept(sent: ShareMessage, trustee: int, of: EncryptedTally) -> DecryptionShare:
    keys = honest.keys().election.verification_keys[trustee - 1]
    return accept_decryption_share(sent, of, trustee=trustee, verification_keys=keys)


def shares(*trustees: int) -> list[DecryptionShare]:
    return [accept(message(m, tally()), m, tally()) for m in trustees]


def vector_tally() -> EncryptedTally:
    slots = (G,) * len(VECTOR["V"])
    totals = Ciphertext(vector_files.point(VECTOR["A_sum"]), slots)
    return EncryptedTally(vector_files.digest(VECTOR["ctx"]), 1, totals)


def test_share_of_the_vectors_is_accepted() -> None:
    sent = ShareMessage(
        bytes.fromhex("".join(VECTOR["D"])),
        bytes.fromhex(VECTOR["T1"]),
        bytes.fromhex(VECTOR["T2"]),
        int(VECTOR["s"], 16),
    )
    keys = vector_files.all_points(VECTOR["V"])
    share = accept_decryption_share(
        sent, vector_tally(), trustee=VECTOR["m"], verification_keys=keys
    )
    assert share.points == vector_files.all_points(VECTOR["D"])


def test_hash_and_weights_are_those_of_the_vectors() -> None:
    digest = hash_fields(
        Tag.DECRYPTION,
        hash_word(vector_files.digest(VECTOR["ctx"])),
        uint_word(VECTOR["m"]),
        point_words(vector_files.point(VECTOR["A_sum"])),
        point_words(*vector_files.all_points(VECTOR["V"])),
        point_words(*vector_files.all_points(VECTOR["D"])),
    )
    assert digest.hex() == VECTOR["h_d"]
    weights = derive_share_weights(digest, slots=len(VECTOR["D"]))
    assert weights == tuple(map(vector_files.scalar, VECTOR["alpha"]))


def test_share_made_with_the_key_of_the_vectors_is_theirs() -> None:
    secrets = tuple(map(vector_files.scalar, VECTOR["x"]))
    key_share = KeyShare(VECTOR["m"], secrets)
    sent = make_share(vector_tally(), key_share, source=honest.source(1))
    assert sent.decryption.hex() == "".join(VECTOR["D"])


def test_honest_share_is_accepted() -> None:
    assert accept(message(2, tally()), 2, tally()).trustee == 2


@pytest.mark.parametrize("slot", [0, 1, 2])
def test_share_is_refused_when_one_slot_is_wrong(slot: int) -> None:
    sent = message(2, tally())
    at = slot * G1_BYTES
    wrong = sent.decryption[:at] + encode_g1(G) + sent.decryption[at + G1_BYTES :]
    with pytest.raises(FaultyTrusteeError, match="share does not verify") as caught:
        accept(replace(sent, decryption=wrong), 2, tally())
    assert caught.value.trustee == 2


@pytest.mark.parametrize("name", ["t1", "t2"])
def test_share_is_refused_when_a_commitment_is_changed(name: str) -> None:
    sent = message(2, tally())
    changed = {"t1": sent.t1, "t2": sent.t2} | {name: encode_g1(G)}
    with pytest.raises(FaultyTrusteeError, match="share does not verify"):
        accept(replace(sent, t1=changed["t1"], t2=changed["t2"]), 2, tally())


def test_share_is_refused_when_its_response_is_changed() -> None:
    sent = message(2, tally())
    with pytest.raises(FaultyTrusteeError, match="share does not verify"):
        accept(replace(sent, s=(sent.s + 1) % ORDER), 2, tally())


@pytest.mark.parametrize("shift", [ORDER, -ORDER])
def test_share_is_refused_when_its_response_is_not_reduced(shift: int) -> None:
    sent = message(2, tally())
    with pytest.raises(FaultyTrusteeError, match="not below the group order"):
        accept(replace(sent, s=sent.s + shift), 2, tally())


@pytest.mark.parametrize("order", low_order.ORDERS[:3])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_share_is_refused_when_a_point_is_outside_the_subgroup(
    at: int, order: int
) -> None:
    sent = message(2, tally())
    bad = low_order.shifted_generator_bytes(order)
    points = sent.decryption[: at * 128] + bad + sent.decryption[(at + 1) * 128 :]
    with pytest.raises(FaultyTrusteeError, match="not in the prime-order subgroup"):
        accept(replace(sent, decryption=points), 2, tally())


@pytest.mark.parametrize("order", low_order.ORDERS[:3])
@pytest.mark.parametrize("name", ["t1", "t2"])
def test_share_is_refused_when_a_commitment_is_outside_the_subgroup(
    name: str, order: int
) -> None:
    sent, bad = message(2, tally()), low_order.shifted_generator_bytes(order)
    changed = replace(sent, t1=bad) if name == "t1" else replace(sent, t2=bad)
    with pytest.raises(FaultyTrusteeError, match="not in the prime-order subgroup"):
        accept(changed, 2, tally())


@pytest.mark.parametrize("size", [0, 128, 256, 383, 512])
def test_share_is_refused_when_it_has_another_number_of_points(size: int) -> None:
    sent = message(2, tally())
    padded = (sent.decryption + sent.decryption)[:size]
    with pytest.raises(FaultyTrusteeError):
        accept(replace(sent, decryption=padded), 2, tally())


def test_share_is_refused_for_another_trustee() -> None:
    with pytest.raises(FaultyTrusteeError, match="trustee 3: share does not verify"):
        accept(message(2, tally()), 3, tally())


def test_share_is_refused_for_another_total() -> None:
    with pytest.raises(FaultyTrusteeError, match="share does not verify"):
        accept(message(2, tally()), 2, tally(nonce=4322))


def test_share_is_refused_in_another_contest() -> None:
    other = replace(tally(), ctx=honest.box(2).ctx)
    with pytest.raises(FaultyTrusteeError, match="share does not verify"):
        accept(message(2, tally()), 2, other)


def test_nonce_is_never_used_for_two_totals() -> None:
    assert message(2, tally()).t1 != message(2, tally(nonce=4322)).t1
    assert message(2, tally()) == message(2, tally())


def test_counts_are_found() -> None:
    result = find_result(shares(5, 1, 3), tally(), table=TABLE)
    assert result == Result((1, 3, 5), COUNTS)


@given(st.permutations(COUNTS))
@settings(max_examples=6)
def test_permuted_counts_are_refused(counts: tuple[int, ...]) -> None:
    """Their sum is right, so an equation merged over the slots would pass them."""
    result = Result((1, 2, 3), tuple(counts))
    if tuple(counts) == COUNTS:
        assert accept_result(result, shares(1, 2, 3), tally=tally()) == result
        return
    with pytest.raises(CountError, match="is not what was decrypted"):
        accept_result(result, shares(1, 2, 3), tally=tally())


def test_merged_equation_would_pass_permuted_counts() -> None:
    """Why every slot has an equation of its own: added up, the slots hide it."""
    chosen = shares(1, 2, 3)
    residue = G1_INFINITY
    for slot, count in enumerate((6, 3, 1)):
        masks = combine_shares({each.trustee: each.points[slot] for each in chosen})
        residue += masks + G * Scalar(count) - tally().totals.slots[slot]
    assert residue.is_infinity


@pytest.mark.parametrize(
    ("counts", "fact"),
    [
        ((3, 1, 7), "do not add up"),
        ((3, 1), "another number of counts"),
        ((3, 1, 6, 0), "another number of counts"),
        ((11, -7, 6), "out of range"),
        ((10, 3, -3), "out of range"),
        ((3 + ORDER, 1 - ORDER, 6), "out of range"),
        ((4, 0, 6), "count 1: is not what was decrypted"),
        ((3, 2, 5), "count 2: is not what was decrypted"),
    ],
)
def test_counts_are_refused_when_they_are_wrong(
    counts: tuple[int, ...], fact: str
) -> None:
    with pytest.raises(CountError, match=fact):
        accept_result(Result((1, 2, 3), counts), shares(1, 2, 3), tally=tally())


def test_result_is_refused_when_it_names_other_trustees() -> None:
    with pytest.raises(CountError, match="names other trustees"):
        accept_result(Result((1, 2, 4), COUNTS), shares(1, 2, 3), tally=tally())


def test_key_share_does_not_show_its_secrets() -> None:
    assert repr(KeyShare(1, (Scalar(5),))) == "KeyShare(member=1)"


def test_result_without_any_share_is_refused() -> None:
    tally = EncryptedTally(honest.box().ctx, 0, Ciphertext(G1_INFINITY, (G1_INFINITY,)))
    with pytest.raises(CountError, match="has no shares behind it"):
        accept_result(Result((), (0,)), (), tally=tally)
