"""Whoever dealt a wrong share, or complained about a right one, is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from election.crypto.group import G, encode_g1
from election.crypto.scalar import ORDER, encode_scalar
from election.crypto.sharing import evaluate_polynomial
from election.crypto.transcript import Hash
from election.errors import FaultyTrusteeError
from election.protocol.ceremony.dealing import (
    Complaint,
    Deal,
    Dealt,
    OpenedShares,
    accept_deal,
    complain,
    deal,
    judge_complaint,
    open_shares,
)
from election.protocol.ceremony.enrolment import derive_encryption_secret
from election.protocol.ceremony.polynomials import derive_polynomials
from tests import honest
from tests.reference import low_order
from tests.reference.unit_vector import tagged_hash

BOUND = honest.enroll_all(honest.trustee_attempt())
REVEALS = honest.reveal_all(BOUND)
DEALER, MEMBER = 2, 4
SLOTS = BOUND.attempt.slots
POSITION = 2 * SLOTS  # of member 4 among members 1, 3, 4, 5


def message() -> Deal:
    return deal(BOUND, DEALER, source=honest.source(DEALER))


def garble(slot: int, word: bytes = b"\x01" * 32) -> Dealt:
    """Deal as always, but one word for the member is something else."""
    words = list(message().ciphertexts)
    words[POSITION + slot] = Hash(word)
    return accept_deal(
        replace(message(), ciphertexts=tuple(words)), BOUND, member=DEALER
    )


def honest_deal() -> Dealt:
    return accept_deal(message(), BOUND, member=DEALER)


def opened(dealt: Dealt) -> OpenedShares:
    return open_shares(
        dealt,
        BOUND,
        dealer=DEALER,
        member=MEMBER,
        revealed=REVEALS[DEALER - 1],
        source=honest.source(MEMBER),
    )


def complaint(dealt: Dealt, member: int = MEMBER) -> Complaint:
    return complain(
        dealt, BOUND, dealer=DEALER, member=member, source=honest.source(member)
    )


def judged(sent: Complaint, dealt: Dealt) -> str:
    return str(
        judge_complaint(
            sent, BOUND, member=MEMBER, dealt=dealt, revealed=REVEALS[DEALER - 1]
        )
    )


def test_dealt_shares_are_the_dealers_polynomials() -> None:
    polynomials = derive_polynomials(BOUND, DEALER, source=honest.source(DEALER))
    expected = tuple(evaluate_polynomial(p, MEMBER) for p in polynomials.slots)
    assert opened(honest_deal()).secrets == expected


def test_pad_is_the_hash_of_its_fields_in_order() -> None:
    secret = derive_encryption_secret(
        BOUND.attempt, MEMBER, source=honest.source(MEMBER)
    )
    ephemeral = honest_deal().ephemeral
    for slot in range(1, SLOTS + 1):
        pad = tagged_hash(
            "dkg-pad",
            BOUND.cer,
            *(number.to_bytes(32, "big") for number in (DEALER, MEMBER, slot)),
            encode_g1(ephemeral),
            encode_g1(ephemeral * secret),
        )
        word = honest_deal().ciphertexts[MEMBER][slot - 1]
        share = encode_scalar(opened(honest_deal()).secrets[slot - 1])
        assert bytes(a ^ b for a, b in zip(pad, word, strict=True)) == share


def test_digest_is_the_hash_of_the_deal() -> None:
    expected = tagged_hash(
        "dkg-deal",
        BOUND.cer,
        DEALER.to_bytes(32, "big"),
        message().r,
        *message().ciphertexts,
    )
    assert honest_deal().digest == expected


@pytest.mark.parametrize("slot", range(SLOTS))
def test_dealer_is_blamed_when_a_share_is_wrong(slot: int) -> None:
    dealt = garble(slot)
    with pytest.raises(FaultyTrusteeError, match="dealt a wrong share") as caught:
        opened(dealt)
    assert caught.value.trustee == DEALER
    assert judged(complaint(dealt), dealt) == "trustee 2: dealt a wrong share"


def test_dealer_is_blamed_when_a_share_is_not_reduced() -> None:
    """Share plus q fits the commitments, and is still no scalar."""
    share = opened(honest_deal()).secrets[0]
    word = honest_deal().ciphertexts[MEMBER][0]
    pad = bytes(a ^ b for a, b in zip(word, encode_scalar(share), strict=True))
    raised = (share + ORDER).to_bytes(32, "big")
    dealt = garble(0, bytes(a ^ b for a, b in zip(pad, raised, strict=True)))
    assert judged(complaint(dealt), dealt) == "trustee 2: dealt a wrong share"


def test_complainer_is_blamed_when_the_shares_are_right() -> None:
    dealt = honest_deal()
    verdict = judged(complaint(dealt), dealt)
    assert verdict == "trustee 4: complained about a right share"


@pytest.mark.parametrize("name", ["z", "t1", "t2", "s"])
def test_complaint_is_refused_when_a_field_is_changed(name: str) -> None:
    """A wrong Z would decrypt a right share to garbage and frame the dealer."""
    dealt = honest_deal()
    sent, point = complaint(dealt), encode_g1(G)
    changed = {
        "z": replace(sent, z=point),
        "t1": replace(sent, t1=point),
        "t2": replace(sent, t2=point),
        "s": replace(sent, s=(sent.s + 1) % ORDER),
    }[name]
    with pytest.raises(FaultyTrusteeError, match="complaint does not verify") as caught:
        judged(changed, dealt)
    assert caught.value.trustee == MEMBER


def test_complaint_is_refused_when_another_member_made_it() -> None:
    dealt = garble(0)
    with pytest.raises(FaultyTrusteeError, match="complaint does not verify"):
        judged(complaint(dealt, member=5), dealt)


@pytest.mark.parametrize("order", low_order.ORDERS[:3])
@pytest.mark.parametrize("field", ["z", "t1", "t2"])
def test_complaint_is_refused_when_a_point_is_outside_the_subgroup(
    field: str, order: int
) -> None:
    dealt, bad = garble(0), low_order.shifted_generator_bytes(order)
    sent = complaint(dealt)
    changed = {
        "z": replace(sent, z=bad),
        "t1": replace(sent, t1=bad),
        "t2": replace(sent, t2=bad),
    }[field]
    with pytest.raises(FaultyTrusteeError, match=r"trustee 4: .*subgroup"):
        judged(changed, dealt)


def test_complaint_is_refused_when_its_response_is_not_reduced() -> None:
    dealt = garble(0)
    sent = complaint(dealt)
    with pytest.raises(FaultyTrusteeError, match="not below the group order"):
        judged(replace(sent, s=sent.s + ORDER), dealt)


@pytest.mark.parametrize(
    ("changed", "fact"),
    [
        (replace(message(), r=bytes(128)), "infinity"),
        *(
            (replace(message(), r=low_order.shifted_generator_bytes(order)), "subgroup")
            for order in low_order.ORDERS[:3]
        ),
        (replace(message(), r=b""), "0 bytes"),
        (replace(message(), ciphertexts=message().ciphertexts[1:]), "another number"),
        (replace(message(), ciphertexts=()), "another number"),
        (replace(message(), ciphertexts=message().ciphertexts * 2), "another number"),
    ],
)
def test_deal_is_refused_when_its_form_is_wrong(changed: Deal, fact: str) -> None:
    with pytest.raises(FaultyTrusteeError, match=fact) as caught:
        accept_deal(changed, BOUND, member=DEALER)
    assert caught.value.trustee == DEALER


def test_deal_is_the_same_after_a_restart() -> None:
    assert deal(BOUND, DEALER, source=honest.source(DEALER)) == message()


def test_pads_differ_for_every_receiver_and_slot() -> None:
    words = message().ciphertexts
    assert len(set(words)) == len(words) == 4 * SLOTS


def test_shares_do_not_show_in_a_representation() -> None:
    assert repr(opened(honest_deal())) == "OpenedShares(dealer=2)"
