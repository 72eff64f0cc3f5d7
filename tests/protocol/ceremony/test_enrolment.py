"""An encryption key belongs to one member of one attempt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from election.crypto.group import G, G1Point, encode_g1
from election.crypto.scalar import ORDER
from election.crypto.transcript import Hash
from election.errors import FaultyIssuerError, FaultyTrusteeError
from election.protocol.ceremony.attempt import Attempt, bind_attempt
from election.protocol.ceremony.enrolment import (
    Enrolment,
    accept_enrolment,
    derive_encryption_secret,
    enroll,
)
from tests import honest
from tests.reference import low_order
from tests.reference.unit_vector import tagged_hash

ATTEMPT = honest.trustee_attempt()


def message() -> Enrolment:
    return enroll(ATTEMPT, 2, source=honest.source(2))


def test_honest_enrolment_is_accepted() -> None:
    key = accept_enrolment(message(), ATTEMPT, member=2)
    assert key == G * derive_encryption_secret(ATTEMPT, 2, source=honest.source(2))


def test_issuers_enroll_alike() -> None:
    attempt = honest.issuer_attempt()
    sent = enroll(attempt, 1, source=honest.source(1))
    assert encode_g1(accept_enrolment(sent, attempt, member=1)) == sent.key


def test_cer_is_the_hash_of_attempt_members_and_keys() -> None:
    bound = honest.enroll_all(ATTEMPT)
    numbers = (1, 1, 5, 3, 3)
    expected = tagged_hash(
        "cer",
        honest.CHAIN_ID.to_bytes(32, "big"),
        honest.account(101).rjust(32, b"\0"),
        honest.ELECTION_ID,
        *(number.to_bytes(32, "big") for number in numbers),
        *(member.rjust(32, b"\0") for member in ATTEMPT.members),
        *map(encode_g1, bound.encryption_keys),
    )
    assert bound.cer == expected


@pytest.mark.parametrize(
    ("changed", "fact"),
    [
        (replace(message(), key=encode_g1(G)), "does not verify"),
        (replace(message(), key=bytes(128)), "infinity"),
        (replace(message(), key=message().key[1:]), "127 bytes instead of 128"),
        (replace(message(), t=encode_g1(G)), "does not verify"),
        (replace(message(), t=b""), "0 bytes instead of 128"),
        (replace(message(), s=(message().s + 1) % ORDER), "does not verify"),
        (replace(message(), s=message().s + ORDER), "not below the group order"),
    ],
)
def test_enrolment_is_refused_when_a_field_is_changed(
    changed: Enrolment, fact: str
) -> None:
    with pytest.raises(FaultyTrusteeError, match=fact) as caught:
        accept_enrolment(changed, ATTEMPT, member=2)
    assert caught.value.trustee == 2


@pytest.mark.parametrize("order", low_order.ORDERS[:3])
@pytest.mark.parametrize("name", ["key", "t"])
def test_enrolment_is_refused_when_a_point_is_outside_the_subgroup(
    name: str, order: int
) -> None:
    bad = low_order.shifted_generator_bytes(order)
    sent = message()
    changed = replace(sent, key=bad) if name == "key" else replace(sent, t=bad)
    with pytest.raises(FaultyTrusteeError, match="not in the prime-order subgroup"):
        accept_enrolment(changed, ATTEMPT, member=2)


@pytest.mark.parametrize(
    "attempt",
    [
        replace(ATTEMPT, chain_id=1),
        replace(ATTEMPT, ceremony=honest.account(99)),
        replace(ATTEMPT, election_id=Hash(b"\x09" * 32)),
        replace(ATTEMPT, number=2),
        replace(ATTEMPT, members=(honest.account(9),) * 5),
    ],
)
def test_enrolment_is_refused_in_another_attempt(
    attempt: Attempt[G1Point],
) -> None:
    with pytest.raises(FaultyTrusteeError, match="does not verify"):
        accept_enrolment(message(), attempt, member=2)


def test_enrolment_of_a_trustee_is_refused_among_issuers() -> None:
    other = replace(
        honest.issuer_attempt(), ceremony=ATTEMPT.ceremony, members=ATTEMPT.members
    )
    with pytest.raises(FaultyIssuerError, match="does not verify"):
        accept_enrolment(message(), other, member=2)


def test_secrets_of_another_attempt_are_fresh() -> None:
    again = replace(ATTEMPT, number=2)
    source = honest.source(2)
    first = derive_encryption_secret(ATTEMPT, 2, source=source)
    assert first != derive_encryption_secret(again, 2, source=source)
    keys = (G,) * 5
    assert bind_attempt(ATTEMPT, keys).cer != bind_attempt(again, keys).cer
