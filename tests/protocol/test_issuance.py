"""A credential comes from t issuers, from the recovery secret, on any device."""

from __future__ import annotations

import pytest

from election.crypto.blind_credential import RecoverySecret
from election.crypto.group import G, encode_g1
from election.crypto.transcript import Hash
from election.errors import CredentialError, EncodingError, FaultyIssuerError
from election.protocol.issuance import (
    CredentialRequest,
    accept_credential,
    accept_share,
    prepare_request,
    serve_share,
)
from tests import honest
from tests.reference import low_order

SECRET = RecoverySecret(b"\x07" * 16)
LEAF = Hash(b"\x08" * 32)


def request() -> CredentialRequest:
    return prepare_request(SECRET, ctx=honest.box().ctx, leaf=LEAF)


def served(issuer: int) -> bytes:
    key_share = honest.keys().issuers[issuer - 1].secrets[0]
    return serve_share(encode_g1(request().blinded), key_share)


def accept(raw: bytes, issuer: int) -> object:
    key = honest.keys().credential.verification_keys[issuer - 1][0]
    return accept_share(raw, issuer=issuer, blinded=request().blinded, key=key)


def test_every_pair_of_issuers_gives_the_same_credential() -> None:
    sigmas = set()
    for pair in ((1, 2), (1, 3), (2, 3)):
        shares = {
            issuer: accept_share(
                served(issuer),
                issuer=issuer,
                blinded=request().blinded,
                key=honest.keys().credential.verification_keys[issuer - 1][0],
            )
            for issuer in pair
        }
        credential = accept_credential(shares, request(), honest.box())
        sigmas.add(encode_g1(credential.sigma))
    assert len(sigmas) == 1


def test_another_device_derives_the_same_request() -> None:
    assert request() == prepare_request(SECRET, ctx=honest.box().ctx, leaf=LEAF)


def test_share_is_refused_when_its_issuer_is_another() -> None:
    with pytest.raises(
        FaultyIssuerError, match="issuer 2: share made with another key"
    ):
        accept(served(1), 2)


def test_share_is_refused_when_it_is_garbage() -> None:
    with pytest.raises(FaultyIssuerError, match="issuer 1: g1 point"):
        accept(b"\x01" * 128, 1)


@pytest.mark.parametrize("order", low_order.ORDERS[:3])
def test_share_is_refused_when_it_is_outside_the_subgroup(order: int) -> None:
    """The device multiplies it by what hides the voter."""
    with pytest.raises(FaultyIssuerError, match="not in the prime-order subgroup"):
        accept(low_order.shifted_generator_bytes(order), 1)


def test_share_is_refused_when_it_is_changed() -> None:
    with pytest.raises(FaultyIssuerError, match="issuer 1") as caught:
        accept(encode_g1(G), 1)
    assert caught.value.issuer == 1


def test_credential_is_refused_when_one_issuer_less_than_the_threshold_signs() -> None:
    key = honest.keys().credential.verification_keys[0][0]
    share = accept_share(served(1), issuer=1, blinded=request().blinded, key=key)
    with pytest.raises(CredentialError, match="does not hold"):
        accept_credential({1: share}, request(), honest.box())


@pytest.mark.parametrize("order", low_order.ORDERS)
def test_issuer_refuses_a_request_outside_the_subgroup(order: int) -> None:
    """Signed, it would show the issuer's key modulo the small order."""
    key_share = honest.keys().issuers[0].secrets[0]
    for raw in (
        low_order.low_order_bytes(order),
        low_order.shifted_generator_bytes(order),
    ):
        with pytest.raises(EncodingError, match="not in the prime-order subgroup"):
            serve_share(raw, key_share)


def test_issuer_refuses_a_request_at_infinity() -> None:
    with pytest.raises(EncodingError, match="infinity"):
        serve_share(bytes(128), honest.keys().issuers[0].secrets[0])


def test_request_and_credential_do_not_show_their_secrets() -> None:
    credential = honest.issue(1, ctx_box=honest.box())
    assert "ballot_key" not in repr(request())
    assert "blinding" not in repr(request())
    assert "ballot_key" not in repr(credential)
