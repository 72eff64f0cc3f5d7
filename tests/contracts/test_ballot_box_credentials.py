"""Ballots without a credential of their own: none, foreign, stolen, or too many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from election.crypto.blind_credential import hash_credential
from election.crypto.group import G, msm
from election.crypto.proofs.unit_vector_batch import derive_batch_seed
from election.crypto.scalar import Scalar, invert_scalar
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import (
    Hash,
    Tag,
    hash_fields,
    hash_word,
    uint_word,
    weight,
)
from election.protocol.issuance import Credential
from tests.contracts.booth import Booth, open_booth
from tests.contracts.records import hash_record
from tests.contracts.rehearsal import SMALL

NOT_ISSUED: Final = "ballot_box: credential was not issued"
TOO_MANY: Final = "ballot_box: more ballots than credentials issued"
CHOICE: Final = (1, 0, 0)
THIEF: Final = SigningKey(0xBAD)


@pytest.fixture
def booth() -> Iterator[Booth]:
    with open_booth() as opened:
        yield opened


def sign_in_secret(booth: Booth, key: SigningKey, *, issuers: int) -> Credential:
    """Have issuers who collude sign a credential that nobody asked for in public."""
    point = hash_credential(booth.box.ctx, derive_address(key))
    return Credential(key, booth.issue_unseen(point, issuers=issuers))


def test_ballot_without_a_credential_is_refused(booth: Booth) -> None:
    assert booth.refusal(booth.forge(CHOICE, Credential(THIEF, G))) == NOT_ISSUED


def test_credential_of_another_contest_is_refused(booth: Booth) -> None:
    foreign = booth.polls.of_contest(SMALL)[0].credential
    assert booth.refusal(booth.forge(CHOICE, foreign)) == NOT_ISSUED


def test_stolen_credential_is_refused_under_another_key(booth: Booth) -> None:
    stolen = Credential(THIEF, booth.credential.sigma)
    assert booth.refusal(booth.forge(CHOICE, stolen)) == NOT_ISSUED


def test_credentials_are_refused_when_they_are_exchanged(booth: Booth) -> None:
    first, second = booth.credentials[:2]
    pair = replace(first, sigma=second.sigma), replace(second, sigma=first.sigma)
    assert booth.refusal(*(booth.forge(CHOICE, each) for each in pair)) == NOT_ISSUED


def test_credentials_are_refused_when_their_errors_cancel(booth: Booth) -> None:
    first, second = booth.credentials[:2]
    pair = (
        replace(first, sigma=first.sigma + G),
        replace(second, sigma=second.sigma - G),
    )
    assert booth.refusal(*(booth.forge(CHOICE, each) for each in pair)) == NOT_ISSUED


def test_credential_by_one_issuer_too_few_is_refused(booth: Booth) -> None:
    unfinished = sign_in_secret(booth, THIEF, issuers=2)
    assert booth.refusal(booth.forge(CHOICE, unfinished)) == NOT_ISSUED


def guess_weights(booth: Booth, ballots: list[bytes]) -> list[Scalar]:
    """Derive the weights of a verifier that leaves sigma out of them."""
    ctx = booth.box.ctx
    seed = derive_batch_seed(ctx, [hash_record(raw, ctx) for raw in ballots])
    digest = hash_fields(Tag.CREDENTIAL_BATCH, hash_word(seed))
    return [weigh(digest, index) for index in range(len(ballots))]


def weigh(seed: Hash, index: int) -> Scalar:
    return weight(hash_fields(Tag.CREDENTIAL_WEIGHT, hash_word(seed), uint_word(index)))


def test_one_issuance_is_refused_as_two_credentials(booth: Booth) -> None:
    """A blind signature on the weighted sum of two would be enough for both."""
    keys = sorted((THIEF, SigningKey(0xBAE)), key=derive_address)
    drafts = [booth.forge(CHOICE, Credential(key, G)) for key in keys]
    first, second = guess_weights(booth, drafts)
    points = [hash_credential(booth.box.ctx, derive_address(key)) for key in keys]
    signed = booth.issue_unseen(msm(points, [first, second]), issuers=3)
    sigma = (signed - G * second) * invert_scalar(first)
    pair = Credential(keys[0], sigma), Credential(keys[1], G)
    assert booth.refusal(*(booth.forge(CHOICE, each) for each in pair)) == NOT_ISSUED


def test_credential_in_secret_is_as_good_as_others(booth: Booth) -> None:
    """Only the number of credentials issued can show it, in the next test."""
    secret = sign_in_secret(booth, THIEF, issuers=3)
    assert booth.refusal(booth.forge(CHOICE, secret)) is None


def test_ballots_are_refused_beyond_the_credentials_announced() -> None:
    with open_booth(SMALL) as booth:
        secret = sign_in_secret(booth, THIEF, issuers=3)
        voters = sorted([*booth.credentials, secret], key=lambda each: each.address)
        ballots = [booth.forge((1, 0), each) for each in voters]
        assert booth.refusal(*ballots) == TOO_MANY
        booth.polls.send(booth.contest.handle.cast(ballots[:2]))
        assert booth.refusal(ballots[2]) == TOO_MANY
