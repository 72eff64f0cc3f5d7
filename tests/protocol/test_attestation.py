"""A statement holds for one act, one leaf, one moment and one organisation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from election.crypto.group import G, encode_g1
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Hash, hash_bytes
from election.errors import AttestationError, SignatureError
from election.protocol.attestation import (
    LIFETIME,
    NO_LOCK,
    Action,
    Attestation,
    Request,
    Role,
    accept_attestation,
    attest,
    derive_attestation_hash,
    derive_lock_hash,
    request_issuance,
    request_registration,
    request_withdrawal,
)
from tests import honest
from tests.reference.unit_vector import tagged_hash

CTX, LEAF = Hash(b"\x01" * 32), Hash(b"\x02" * 32)
KEY = SigningKey(777)
NOW = 10_000
REQUEST = request_issuance(CTX, LEAF, nonce=1, blinded=G)


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def accept(
    attestation: Attestation,
    request: Request = REQUEST,
    *,
    role: Role = Role.PORTAL,
    now: int = NOW,
) -> Attestation:
    signer = derive_address(KEY)
    return accept_attestation(attestation, request, role=role, signer=signer, now=now)


def test_hashes_are_of_their_fields_in_order() -> None:
    subject = hash_bytes(encode_g1(G))
    fields = (CTX, word(2), word(3), LEAF, word(1), subject, word(NOW))
    derived = derive_attestation_hash(REQUEST, role=Role.SMS_GATEWAY, expiry=NOW)
    assert derived == tagged_hash("att", *fields)
    lock = tagged_hash("lock", CTX, word(3), LEAF, word(1), subject)
    assert derive_lock_hash(REQUEST) == lock


def test_request_says_what_it_is_about() -> None:
    lock = honest.account(5)
    registration = request_registration(CTX, LEAF, nonce=0, lock=lock)
    assert registration.subject == lock.rjust(32, b"\0")
    assert registration.action is Action.REGISTER
    open_leaf = request_registration(CTX, LEAF, nonce=0, lock=NO_LOCK)
    assert open_leaf.subject == bytes(32)
    withdrawal = request_withdrawal(CTX, LEAF, nonce=1)
    assert (withdrawal.action, withdrawal.subject) == (Action.WITHDRAW, bytes(32))


@pytest.mark.parametrize("now", [NOW - LIFETIME, NOW - 1, NOW])
def test_attestation_is_accepted_until_it_expires(now: int) -> None:
    attestation = attest(REQUEST, KEY, role=Role.PORTAL, expiry=NOW)
    assert accept(attestation, now=now) == attestation


@pytest.mark.parametrize(
    ("now", "fact"),
    [(NOW - LIFETIME - 1, "valid for more than 900 s from now"), (NOW + 1, "expired")],
)
def test_attestation_is_refused_outside_its_time(now: int, fact: str) -> None:
    attestation = attest(REQUEST, KEY, role=Role.PORTAL, expiry=NOW)
    with pytest.raises(AttestationError, match=f"portal: {fact}"):
        accept(attestation, now=now)


@pytest.mark.parametrize(
    "request_",
    [
        replace(REQUEST, ctx=Hash(b"\x09" * 32)),
        replace(REQUEST, action=Action.WITHDRAW),
        replace(REQUEST, leaf=Hash(b"\x09" * 32)),
        replace(REQUEST, nonce=2),
        replace(REQUEST, subject=Hash(b"\x09" * 32)),
    ],
)
def test_attestation_is_refused_for_another_act(request_: Request) -> None:
    attestation = attest(REQUEST, KEY, role=Role.PORTAL, expiry=NOW)
    with pytest.raises(AttestationError, match="another act"):
        accept(attestation, request_)
    assert derive_lock_hash(request_) != derive_lock_hash(REQUEST)


def test_attestation_is_refused_in_the_other_role() -> None:
    attestation = attest(REQUEST, KEY, role=Role.PORTAL, expiry=NOW)
    with pytest.raises(AttestationError, match="sms_gateway"):
        accept(attestation, role=Role.SMS_GATEWAY)


def test_attestation_is_refused_when_its_expiry_is_changed() -> None:
    attestation = attest(REQUEST, KEY, role=Role.PORTAL, expiry=NOW)
    with pytest.raises(AttestationError, match="another key"):
        accept(replace(attestation, expiry=NOW + 1))


def test_attestation_is_refused_when_another_key_signed() -> None:
    attestation = attest(REQUEST, SigningKey(778), role=Role.PORTAL, expiry=NOW)
    with pytest.raises(AttestationError, match="another key"):
        accept(attestation)


def test_attestation_is_refused_when_its_signature_is_not_strict() -> None:
    attestation = attest(REQUEST, KEY, role=Role.PORTAL, expiry=NOW)
    zero = replace(attestation.signature, s=0)
    with pytest.raises(SignatureError, match="s is zero or high"):
        accept(replace(attestation, signature=zero))
