"""Whoever dealt a wrong share, or complained about a right one, is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from election.crypto.group import G, encode_g1
from election.crypto.scalar import ORDER, encode_scalar
from election.crypto.transcript import Hash
from election.errors import FaultyTrusteeError
from election.protocol.ceremony.complaint import (
    Complaint,
    complain,
    judge_complaint,
)
from election.protocol.ceremony.dealing import (
    Dealt,
    OpenedShares,
    accept_deal,
    deal,
    open_shares,
    prove_deal,
)
from election.protocol.ceremony.polynomials import accept_reveal, commit, reveal
from tests import honest
from tests.reference import low_order
from tests.rooted import rooted

BOUND = honest.enroll_all(honest.trustee_attempt())
REVEALS = honest.reveal_all(BOUND)
DEALER, MEMBER = 2, 4
SLOTS = BOUND.attempt.slots
POSITION = 2 * SLOTS  # of member 4 among members 1, 3, 4, 5
WORDS = deal(BOUND, DEALER, source=honest.source(DEALER)).ciphertexts


def deal_words(words: tuple[Hash, ...] = WORDS) -> Dealt:
    sent = prove_deal(words, BOUND, DEALER, source=honest.source(DEALER))
    return accept_deal(sent, BOUND, member=DEALER, revealed=REVEALS[DEALER - 1])


def garble(slot: int, word: bytes = b"\x01" * 32) -> Dealt:
    """Deal as always, but one word for the member is something else."""
    at = POSITION + slot
    return deal_words((*WORDS[:at], Hash(word), *WORDS[at + 1 :]))


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


@pytest.mark.parametrize("slot", range(SLOTS))
def test_dealer_is_blamed_when_a_share_is_wrong(slot: int) -> None:
    dealt = garble(slot)
    with pytest.raises(FaultyTrusteeError, match="dealt a wrong share") as caught:
        opened(dealt)
    assert caught.value.trustee == DEALER
    assert judged(complaint(dealt), dealt) == "trustee 2: dealt a wrong share"


def test_dealer_is_blamed_when_a_share_is_not_reduced() -> None:
    """Share plus q fits the commitments, and is still no scalar."""
    share = opened(deal_words()).secrets[0]
    word = deal_words().ciphertexts[MEMBER][0]
    pad = bytes(a ^ b for a, b in zip(word, encode_scalar(share), strict=True))
    raised = (share + ORDER).to_bytes(32, "big")
    dealt = garble(0, bytes(a ^ b for a, b in zip(pad, raised, strict=True)))
    assert judged(complaint(dealt), dealt) == "trustee 2: dealt a wrong share"


@pytest.mark.parametrize(
    ("share", "verdict"),
    [
        (0, "trustee 4: complained about a right share"),
        (ORDER, "trustee 2: dealt a wrong share"),
    ],
)
def test_dealer_who_owes_zero_must_deal_zero(share: int, verdict: str) -> None:
    """The order itself fits the commitments, and is still no scalar."""
    source = rooted(honest.source(DEALER), BOUND, dealer=DEALER, root=MEMBER)
    made = reveal(BOUND, DEALER, source=source)
    revealed = accept_reveal(
        made,
        BOUND,
        member=DEALER,
        commitment=commit(BOUND, DEALER, source=source),
        earlier=(),
    )
    words = [*deal(BOUND, DEALER, source=source).ciphertexts]
    pad = int.from_bytes(words[POSITION], "big")  # zero is dealt
    words[POSITION] = Hash((pad ^ share).to_bytes(32, "big"))
    sent = prove_deal(tuple(words), BOUND, DEALER, source=source)
    dealt = accept_deal(sent, BOUND, member=DEALER, revealed=revealed)
    judgement = judge_complaint(
        complaint(dealt), BOUND, member=MEMBER, dealt=dealt, revealed=revealed
    )
    assert str(judgement) == verdict


def test_complainer_is_blamed_when_the_shares_are_right() -> None:
    dealt = deal_words()
    verdict = judged(complaint(dealt), dealt)
    assert verdict == "trustee 4: complained about a right share"


@pytest.mark.parametrize("name", ["z", "t1", "t2", "s"])
def test_complaint_is_refused_when_a_field_is_changed(name: str) -> None:
    """A wrong Z would decrypt a right share to garbage and frame the dealer."""
    dealt = deal_words()
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
