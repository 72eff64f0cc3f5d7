"""Contracts weigh as the library does, whose weights are those of the vectors.

A prover computes none of these hashes, so honest messages hold under any weights. What
a precompile was asked tells them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from election.crypto.blind_credential import CredentialClaim, derive_credential_weights
from election.crypto.group import G, G1Point, decode_g1, encode_g1, msm
from election.crypto.proofs import equality
from election.crypto.proofs.unit_vector_batch import (
    derive_ballot_weights,
    derive_batch_seed,
)
from election.crypto.scalar import ORDER, Scalar
from election.protocol.ceremony.attempt import Kind, Step
from election.protocol.ceremony.complaint import judge_complaint
from election.protocol.decryption import accept_decryption_share
from node.evm import precompile_calls
from node.precompiles import BLS_PRECOMPILES, Precompile
from tests.contracts.booth import open_booth
from tests.contracts.conftest import CeremonyAt
from tests.contracts.records import get, hash_record
from tests.contracts.sums import open_sums

G1_MSM: Final = 0x0C
POINT, SCALAR = 128, 32  # bytes


class Heard(dict[bytes, list[int]]):
    """The scalars of each point, in the order in which sums were asked for."""

    def note(self, payload: bytes) -> None:
        for at in range(0, len(payload), POINT + SCALAR):
            point = payload[at : at + POINT]
            scalar = payload[at + POINT : at + POINT + SCALAR]
            self.setdefault(point, []).append(int.from_bytes(scalar, "big"))


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    """Listen to all sums in G1."""
    usual, found = BLS_PRECOMPILES[G1_MSM], Heard()

    def run(payload: bytes) -> bytes:
        found.note(payload)
        return usual.run(payload)

    listening = Precompile(usual.gas, run)
    monkeypatch.setitem(precompile_calls.PRECOMPILES, G1_MSM, listening)
    return found


@pytest.fixture
def weighed(monkeypatch: pytest.MonkeyPatch) -> Mapping[G1Point, int]:
    """Listen to the library's sums of an equality."""
    found: dict[G1Point, int] = {}

    def listening(points: list[G1Point], scalars: list[Scalar]) -> G1Point:
        found.update(zip(points, scalars, strict=True))
        return msm(points, scalars)

    monkeypatch.setattr(equality, "msm", listening)
    return found


def test_ballots_and_credentials_have_the_weights_of_the_library(heard: Heard) -> None:
    with open_booth() as booth:
        ctx, slots = booth.box.ctx, len(booth.box.election_keys)
        raws = [booth.make(place) for place in range(3)]
        assert booth.refusal(*raws) is None
        claims = [
            CredentialClaim(each.address, each.sigma)
            for each in booth.credentials[: len(raws)]
        ]
    seed = derive_batch_seed(ctx, [hash_record(raw, ctx) for raw in raws])
    names = ("A'", "D", *(f"B'_{slot}" for slot in range(1, slots + 1)))
    for index, raw in enumerate(raws):
        weights = derive_ballot_weights(seed, index, slots=slots)
        for name, weight in zip(names, weights, strict=True):
            assert heard[get(raw, name)] == [ORDER - weight], (index, name)
    credentials = derive_credential_weights(claims, seed)
    for claim, weight in zip(claims, credentials, strict=True):
        assert heard[encode_g1(claim.sigma)] == [weight]


def test_share_has_the_weight_of_the_library(
    heard: Heard, weighed: Mapping[G1Point, int]
) -> None:
    with open_sums() as sums:
        message, tally = sums.share(), sums.tally
        assert sums.accepts(message)
        secrets = sums.rehearsal.shares.trustees[0].secrets
    keys = [G * secret for secret in secrets]
    accept_decryption_share(message, tally, trustee=1, verification_keys=keys)
    assert set(heard[message.t2]) == {weighed[decode_g1(message.t2)]}


@pytest.mark.parametrize("kind", list(Kind))
def test_complaint_has_the_weight_of_the_library(
    ceremony_at: CeremonyAt, kind: Kind, heard: Heard, weighed: Mapping[G1Point, int]
) -> None:
    run: Any = ceremony_at(kind, Step.SHARES)
    run.play(Step.SHARES, run.members)
    message = run.complaint(2, 3)
    run.send(run.complain(message), 2)
    dealt, revealed = run.dealt[2], run.revealed[2]
    judge_complaint(message, run.bound, member=2, dealt=dealt, revealed=revealed)
    assert set(heard[message.t2]) == {weighed[decode_g1(message.t2)]}
