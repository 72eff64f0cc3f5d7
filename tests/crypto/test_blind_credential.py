"""Any t issuers give one credential that shows nothing of the request."""

from __future__ import annotations

import hmac
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings

from election.crypto import blind_credential
from election.crypto.blind_credential import (
    CredentialClaim,
    RecoverySecret,
    combine_credential,
    derive_ballot_key,
    derive_blinding,
    derive_credential_weights,
    hash_credential,
    issue_share,
    verify_credential,
    verify_credential_batch,
    verify_share,
)
from election.crypto.blind_credential import blind_credential as blind
from election.crypto.group import G1_INFINITY, G2, G, encode_g1, msm
from election.crypto.proofs.unit_vector_batch import derive_batch_seed
from election.crypto.scalar import ORDER, Scalar, invert_scalar, reduce_scalar
from election.crypto.sharing import evaluate_polynomial
from election.crypto.transcript import (
    Address,
    Hash,
    Tag,
    hash_fields,
    hash_word,
    uint_word,
    weight,
)
from election.errors import EncodingError
from tests import vector_files
from tests.strategies import nonzero_scalars

VECTOR = vector_files.VECHE1["credential"]
BATCH = vector_files.VECHE1["batch"]
CTX = Hash(b"\x01" * 32)
LEAF = Hash(b"\x02" * 32)
SEED = Hash(b"\x03" * 32)
POLYNOMIAL = (Scalar(500), Scalar(600), Scalar(700))
KEY = G2 * POLYNOMIAL[0]
SECRET = RecoverySecret(bytes(range(16)))


def vector_claims() -> list[CredentialClaim]:
    pairs = zip(vector_files.BATCH_BALLOTS, BATCH["sigma"], strict=True)
    return [
        CredentialClaim(
            Address(bytes.fromhex(ballot["cred"])), vector_files.point(sigma)
        )
        for ballot, sigma in pairs
    ]


def good_claims(count: int) -> list[CredentialClaim]:
    credentials = [Address(bytes([number]) * 20) for number in range(1, count + 1)]
    return [
        CredentialClaim(cred, hash_credential(CTX, cred) * POLYNOMIAL[0])
        for cred in credentials
    ]


def test_credential_is_that_of_the_vectors() -> None:
    ctx = vector_files.digest(VECTOR["ctx"])
    point = hash_credential(ctx, Address(bytes.fromhex(VECTOR["cred"])))
    assert encode_g1(point).hex() == VECTOR["P"]
    rho = vector_files.scalar(VECTOR["rho"])
    blinded = blind(point, rho)
    assert encode_g1(blinded).hex() == VECTOR["M_blinded"]
    shares = {
        int(index): issue_share(blinded, vector_files.scalar(share))
        for index, share in VECTOR["shares"].items()
    }
    assert {str(i): encode_g1(s).hex() for i, s in shares.items()} == VECTOR["S"]
    assert encode_g1(combine_credential(shares, rho)).hex() == VECTOR["sigma"]


def test_batch_of_the_vectors_verifies() -> None:
    ctx = vector_files.digest(BATCH["ctx"])
    seed = vector_files.digest(BATCH["seed"])
    weights = derive_credential_weights(vector_claims(), seed)
    assert weights == [vector_files.scalar(value) for value in BATCH["e"]]
    key = G2 * vector_files.scalar(BATCH["issuer_secret"])
    assert verify_credential_batch(vector_claims(), ctx=ctx, key=key, batch_seed=seed)
    hashes = [vector_files.digest(b["h_b"]) for b in vector_files.BATCH_BALLOTS]
    assert derive_batch_seed(ctx, hashes) == seed


@given(nonzero_scalars)
@settings(max_examples=5)
def test_any_threshold_of_issuers_gives_the_same_credential(rho: Scalar) -> None:
    credential = Address(b"\x07" * 20)
    blinded = blind(hash_credential(CTX, credential), rho)
    shares = {
        m: issue_share(blinded, evaluate_polynomial(POLYNOMIAL, m)) for m in range(1, 6)
    }
    for subset in combinations(shares, 3):
        sigma = combine_credential({m: shares[m] for m in subset}, rho)
        claim = CredentialClaim(credential, sigma)
        assert verify_credential(claim, ctx=CTX, key=KEY)
    fewer = combine_credential({m: shares[m] for m in (1, 2)}, rho)
    assert not verify_credential(CredentialClaim(credential, fewer), ctx=CTX, key=KEY)


def test_share_is_checked_against_its_issuers_key() -> None:
    share_of_two = evaluate_polynomial(POLYNOMIAL, 2)
    blinded = blind(hash_credential(CTX, Address(b"\x07" * 20)), Scalar(9))
    share = issue_share(blinded, share_of_two)
    assert verify_share(share, blinded, key=G2 * share_of_two)
    assert not verify_share(share + G, blinded, key=G2 * share_of_two)
    assert not verify_share(share, blinded + G, key=G2 * share_of_two)
    other = evaluate_polynomial(POLYNOMIAL, 3)
    assert not verify_share(share, blinded, key=G2 * other)


@pytest.mark.parametrize(
    "claim",
    [
        replace(good_claims(1)[0], credential=Address(b"\x09" * 20)),
        replace(good_claims(1)[0], sigma=good_claims(1)[0].sigma + G),
        replace(good_claims(1)[0], sigma=-good_claims(1)[0].sigma),
    ],
)
def test_credential_is_refused_when_a_field_is_changed(claim: CredentialClaim) -> None:
    assert verify_credential(good_claims(1)[0], ctx=CTX, key=KEY)
    assert not verify_credential(claim, ctx=CTX, key=KEY)
    batch = [*good_claims(2)[1:], claim]
    assert not verify_credential_batch(batch, ctx=CTX, key=KEY, batch_seed=SEED)


def test_credential_is_refused_in_another_contest() -> None:
    other = Hash(b"\x0a" * 32)
    assert not verify_credential(good_claims(1)[0], ctx=other, key=KEY)
    claims = good_claims(2)
    assert verify_credential_batch(claims, ctx=CTX, key=KEY, batch_seed=SEED)
    assert not verify_credential_batch(claims, ctx=other, key=KEY, batch_seed=SEED)


def test_credential_is_refused_when_it_is_infinity_under_a_void_key() -> None:
    """A key O would accept sigma = O from anybody."""
    void = G2 - G2
    claim = CredentialClaim(Address(b"\x01" * 20), G1_INFINITY)
    assert not verify_credential(claim, ctx=CTX, key=void)
    assert not verify_credential_batch([claim], ctx=CTX, key=void, batch_seed=SEED)


def test_empty_batch_verifies() -> None:
    assert verify_credential_batch([], ctx=CTX, key=KEY, batch_seed=SEED)


def weak_weights(claims: list[CredentialClaim], seed: Hash) -> list[Scalar]:
    """Derive weights that the credentials do not enter."""
    return [
        weight(hash_fields(Tag.CREDENTIAL_WEIGHT, hash_word(seed), uint_word(index)))
        for index in range(len(claims))
    ]


def stuffed_batch(count: int) -> list[CredentialClaim]:
    """Turn one issuance, on the sum of e_i P_i, into many claims."""
    claims = good_claims(count)
    weights = weak_weights(claims, SEED)
    points = [hash_credential(CTX, claim.credential) for claim in claims]
    issued = issue_share(msm(points, weights), POLYNOMIAL[0])
    return [
        replace(claim, sigma=issued * invert_scalar(reduce_scalar(count * factor)))
        for claim, factor in zip(claims, weights, strict=True)
    ]


def test_verifier_is_broken_when_its_weights_omit_the_credentials(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = stuffed_batch(4)
    assert not verify_credential_batch(batch, ctx=CTX, key=KEY, batch_seed=SEED)
    monkeypatch.setattr(blind_credential, "derive_credential_weights", weak_weights)
    assert verify_credential_batch(batch, ctx=CTX, key=KEY, batch_seed=SEED)


def test_secrets_are_derived_by_hkdf() -> None:
    """RFC 5869 by hand: extract with an empty salt, expand to 64 bytes."""
    extracted = hmac.digest(bytes(32), SECRET.secret, "sha256")

    def expand(tag: bytes) -> int:
        info = tag.ljust(32, b"\0") + CTX + LEAF
        first = hmac.digest(extracted, info + b"\x01", "sha256")
        second = hmac.digest(extracted, first + info + b"\x02", "sha256")
        return int.from_bytes(first + second, "big")

    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    key = derive_ballot_key(SECRET, ctx=CTX, leaf=LEAF)
    assert key.secret == expand(b"VECHE1/bk") % (order - 1) + 1
    blinding = derive_blinding(SECRET, ctx=CTX, leaf=LEAF)
    assert blinding == expand(b"VECHE1/rho") % (ORDER - 1) + 1


def test_secrets_differ_by_recovery_secret_contest_and_leaf() -> None:
    other = Hash(b"\x0b" * 32)
    blindings = {
        derive_blinding(SECRET, ctx=CTX, leaf=LEAF),
        derive_blinding(SECRET, ctx=other, leaf=LEAF),
        derive_blinding(SECRET, ctx=CTX, leaf=other),
        derive_blinding(RecoverySecret(bytes(16)), ctx=CTX, leaf=LEAF),
    }
    assert len(blindings) == 4


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_recovery_secret_is_refused_when_its_length_is_wrong(length: int) -> None:
    with pytest.raises(EncodingError, match="recovery secret: not 16 bytes"):
        RecoverySecret(bytes(length))


def test_recovery_secret_does_not_show_in_a_representation() -> None:
    assert repr(SECRET) == "RecoverySecret()"
