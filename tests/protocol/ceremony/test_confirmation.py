"""A member confirms only what it holds, over all that was revealed and dealt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from election.crypto.group import G, encode_g1
from election.crypto.scalar import ORDER, Scalar
from election.crypto.transcript import Hash
from election.errors import FaultyIssuerError, FaultyTrusteeError
from election.protocol.ceremony.confirmation import (
    Confirmation,
    KeyShare,
    accept_confirmation,
    confirm,
    derive_digest,
    open_key_share,
)
from election.protocol.ceremony.polynomials import derive_keys
from tests import honest
from tests.reference import low_order
from tests.reference.unit_vector import tagged_hash

BOUND = honest.enroll_all(honest.trustee_attempt())
REVEALS = honest.reveal_all(BOUND)
DEALS = honest.deal_all(BOUND, REVEALS)
KEYS = derive_keys(BOUND, REVEALS)
DIGEST = derive_digest(BOUND, REVEALS, DEALS)
SHARE = open_key_share(BOUND, 3, reveals=REVEALS, deals=DEALS, source=honest.source(3))


def message(share: KeyShare = SHARE) -> Confirmation:
    return confirm(BOUND, share, keys=KEYS, digest=DIGEST, source=honest.source(3))


def accept(
    sent: Confirmation, *, member: int = 3, digest: Hash = DIGEST
) -> Confirmation:
    return accept_confirmation(sent, BOUND, member=member, keys=KEYS, digest=digest)


def test_honest_confirmation_is_accepted() -> None:
    assert accept(message()) == message()


def test_key_share_fits_the_verification_keys() -> None:
    expected = tuple(G * secret for secret in SHARE.secrets)
    assert KEYS.verification_keys[2] == expected


def test_key_share_is_refused_when_any_dealer_dealt_wrongly() -> None:
    words = list(DEALS[3].ciphertexts[3])
    words[1] = Hash(b"\x01" * 32)
    wrong = replace(DEALS[3], ciphertexts={3: tuple(words)})
    deals = [*DEALS[:3], wrong, DEALS[4]]
    with pytest.raises(FaultyTrusteeError, match="trustee 4: dealt a wrong share"):
        open_key_share(BOUND, 3, reveals=REVEALS, deals=deals, source=honest.source(3))


def test_digest_is_the_hash_of_all_reveals_and_deals() -> None:
    expected = tagged_hash(
        "dkg-digest",
        BOUND.cer,
        *(revealed.digest for revealed in REVEALS),
        *(dealt.digest for dealt in DEALS),
    )
    assert expected == DIGEST


def test_confirmation_hash_is_of_its_fields_in_order() -> None:
    """Verify by hand: sG = T + e sum alpha_l V_l."""
    points = KEYS.verification_keys[2]
    index = (3).to_bytes(32, "big")
    h = tagged_hash("dkg-confirm", BOUND.cer, index, DIGEST, *map(encode_g1, points))
    sent = message()
    e = int.from_bytes(tagged_hash("dkg-confirm-e", h, sent.t), "big")
    right = G - G
    for slot, point in enumerate(points, 1):
        alpha = tagged_hash("dkg-confirm-alpha", h, slot.to_bytes(32, "big"))
        right += point * Scalar(int.from_bytes(alpha, "big") * e % ORDER)
    assert encode_g1(G * Scalar(sent.s) - right) == sent.t


@pytest.mark.parametrize("slot", [0, 1, 2])
def test_confirmation_is_refused_when_a_share_is_not_held(slot: int) -> None:
    secrets = list(SHARE.secrets)
    secrets[slot] = Scalar(5)
    with pytest.raises(FaultyTrusteeError, match="trustee 3: confirmation does not"):
        accept(message(KeyShare(3, tuple(secrets))))


@pytest.mark.parametrize(
    ("changed", "fact"),
    [
        (replace(message(), t=encode_g1(G)), "does not verify"),
        *(
            (replace(message(), t=low_order.shifted_generator_bytes(order)), "subgroup")
            for order in low_order.ORDERS[:3]
        ),
        (replace(message(), t=bytes(127)), "127 bytes"),
        (replace(message(), s=(message().s + 1) % ORDER), "does not verify"),
        (replace(message(), s=message().s + ORDER), "not below the group order"),
    ],
)
def test_confirmation_is_refused_when_a_field_is_changed(
    changed: Confirmation, fact: str
) -> None:
    with pytest.raises(FaultyTrusteeError, match=fact):
        accept(changed)


def test_confirmation_is_refused_when_anything_else_was_dealt() -> None:
    """Nobody can confirm one history to some and another to others."""
    other = [replace(DEALS[0], digest=Hash(b"\x01" * 32)), *DEALS[1:]]
    digest = derive_digest(BOUND, REVEALS, other)
    with pytest.raises(FaultyTrusteeError, match="does not verify"):
        accept(message(), digest=digest)


def test_confirmation_is_refused_for_another_member() -> None:
    with pytest.raises(FaultyTrusteeError, match="trustee 4"):
        accept(message(), member=4)


def test_issuers_confirm_in_g2() -> None:
    bound = honest.enroll_all(honest.issuer_attempt())
    reveals = honest.reveal_all(bound)
    deals = honest.deal_all(bound, reveals)
    keys, digest = derive_keys(bound, reveals), derive_digest(bound, reveals, deals)
    share = open_key_share(
        bound, 1, reveals=reveals, deals=deals, source=honest.source(1)
    )
    sent = confirm(bound, share, keys=keys, digest=digest, source=honest.source(1))
    accept_confirmation(sent, bound, member=1, keys=keys, digest=digest)
    with pytest.raises(FaultyIssuerError, match="issuer 1: confirmation does not"):
        accept_confirmation(
            replace(sent, s=(sent.s + 1) % ORDER),
            bound,
            member=1,
            keys=keys,
            digest=digest,
        )
