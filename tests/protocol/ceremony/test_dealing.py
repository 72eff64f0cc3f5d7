"""A deal opens to its dealer's polynomials, and proves who dealt it with what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from election.crypto.group import G, decode_g1, encode_g1
from election.crypto.scalar import ORDER, Scalar, encode_scalar
from election.crypto.sharing import evaluate_polynomial
from election.crypto.transcript import Hash
from election.errors import FaultyTrusteeError
from election.protocol.ceremony.dealing import (
    Deal,
    Dealt,
    OpenedShares,
    accept_deal,
    deal,
    open_shares,
    prove_deal,
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


def message() -> Deal:
    return deal(BOUND, DEALER, source=honest.source(DEALER))


def accept(sent: Deal, *, member: int = DEALER) -> Dealt:
    return accept_deal(sent, BOUND, member=member, revealed=REVEALS[member - 1])


def honest_deal() -> Dealt:
    return accept(message())


def prove(words: tuple[Hash, ...]) -> Deal:
    return prove_deal(words, BOUND, DEALER, source=honest.source(DEALER))


def opened(dealt: Dealt) -> OpenedShares:
    return open_shares(
        dealt,
        BOUND,
        dealer=DEALER,
        member=MEMBER,
        revealed=REVEALS[DEALER - 1],
        source=honest.source(MEMBER),
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
        REVEALS[DEALER - 1].digest,
        message().r,
        *message().ciphertexts,
    )
    assert honest_deal().digest == expected


@pytest.mark.parametrize(
    ("changed", "fact"),
    [
        (replace(message(), r=bytes(128)), "infinity"),
        *(
            (replace(message(), r=low_order.shifted_generator_bytes(order)), "subgroup")
            for order in low_order.ORDERS[:3]
        ),
        (replace(message(), r=b""), "0 bytes"),
        *(
            (replace(message(), t=low_order.shifted_generator_bytes(order)), "subgroup")
            for order in low_order.ORDERS[:3]
        ),
        (replace(message(), t=b""), "0 bytes"),
        (replace(message(), s=message().s + ORDER), "not below the group order"),
        (prove(message().ciphertexts[1:]), "another number"),
        (prove(()), "another number"),
        (prove(message().ciphertexts * 2), "another number"),
    ],
)
def test_deal_is_refused_when_its_form_is_wrong(changed: Deal, fact: str) -> None:
    with pytest.raises(FaultyTrusteeError, match=fact) as caught:
        accept(changed)
    assert caught.value.trustee == DEALER


def test_deal_proves_its_point_by_the_equation_of_the_protocol() -> None:
    """Verify by hand: sG = T + eR."""
    sent = message()
    e = int.from_bytes(tagged_hash("dkg-deal-e", honest_deal().digest, sent.t), "big")
    right = decode_g1(sent.r) * Scalar(e % ORDER) + decode_g1(sent.t)
    assert G * Scalar(sent.s) == right


OTHER = deal(BOUND, MEMBER, source=honest.source(MEMBER))
SWAPPED = (message().ciphertexts[1], message().ciphertexts[0])


@pytest.mark.parametrize(
    "changed",
    [
        replace(message(), s=(message().s + 1) % ORDER),
        replace(message(), t=encode_g1(G)),
        replace(message(), t=bytes(128)),
        replace(message(), r=OTHER.r),
        replace(message(), r=OTHER.r, t=OTHER.t, s=OTHER.s),
        replace(message(), t=OTHER.t, s=OTHER.s),
        replace(message(), ciphertexts=OTHER.ciphertexts),
        replace(message(), ciphertexts=SWAPPED + message().ciphertexts[2:]),
        OTHER,
    ],
)
def test_deal_is_refused_when_its_proof_is_of_anything_else(changed: Deal) -> None:
    """Else a complaint about it would open an honest dealer's pads."""
    with pytest.raises(FaultyTrusteeError, match="deal does not verify") as caught:
        accept(changed)
    assert caught.value.trustee == DEALER


@pytest.mark.parametrize("at", range(4 * SLOTS))
def test_deal_is_refused_when_any_word_is_another(at: int) -> None:
    words = message().ciphertexts
    garbled = (*words[:at], Hash(bytes(32)), *words[at + 1 :])
    with pytest.raises(FaultyTrusteeError, match="deal does not verify"):
        accept(replace(message(), ciphertexts=garbled))


def test_deal_is_refused_with_another_reveal_of_its_dealer() -> None:
    """Right shares look wrong under a reveal that a node made up."""
    other = replace(REVEALS[DEALER - 1], digest=Hash(b"\x01" * 32))
    with pytest.raises(FaultyTrusteeError, match="deal does not verify"):
        accept_deal(message(), BOUND, member=DEALER, revealed=other)


def test_deal_is_refused_in_another_attempt() -> None:
    other = replace(BOUND, cer=Hash(b"\x01" * 32))
    revealed = REVEALS[DEALER - 1]
    with pytest.raises(FaultyTrusteeError, match="deal does not verify"):
        accept_deal(message(), other, member=DEALER, revealed=revealed)


def test_deal_of_other_words_has_another_nonce() -> None:
    """One nonce under two challenges would give u away."""
    other = prove(OTHER.ciphertexts)
    assert other.r == message().r
    assert other.t != message().t
    accept(other)


def test_deal_is_the_same_after_a_restart() -> None:
    assert deal(BOUND, DEALER, source=honest.source(DEALER)) == message()


def test_pads_differ_for_every_receiver_and_slot() -> None:
    words = message().ciphertexts
    assert len(set(words)) == len(words) == 4 * SLOTS


def test_shares_do_not_show_in_a_representation() -> None:
    assert repr(opened(honest_deal())) == "OpenedShares(dealer=2)"
