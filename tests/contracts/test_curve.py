"""A chain that lacks a precompile: calls of nothing succeed, with no output."""

from __future__ import annotations

import pytest

from election.protocol.ceremony.attempt import Kind, Step
from tests.contracts.booth import open_booth
from tests.contracts.conftest import CeremonyAt, Without
from tests.contracts.leaf_desk import open_desk
from tests.contracts.rehearsal import COUNTS, LARGE
from tests.contracts.sums import open_sums

ECRECOVER, SHA256, MODEXP = 1, 2, 5
G1_ADD, G1_MSM, G2_MSM, PAIRING, MAP = 0xB, 0xC, 0xE, 0xF, 0x10


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (ECRECOVER, "signature: nobody signed"),
        (SHA256, "ballot_box: credential was not issued"),
        (MODEXP, "hash_to_curve: no modexp precompile"),
        (MAP, "hash_to_curve: no mapping precompile"),
        (G1_ADD, "curve: sum of invalid points"),
        (G1_MSM, "curve: invalid point"),
        (PAIRING, "ballot_box: credential was not issued"),
    ],
)
def test_ballot_is_refused_without_a_precompile(
    without: Without, number: int, expected: str
) -> None:
    with open_booth() as booth:
        ballot = booth.make()
        without(number)
        assert booth.refusal(ballot) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [(ECRECOVER, "signature: nobody signed"), (G1_MSM, "curve: invalid point")],
)
def test_credential_is_not_issued_without_a_precompile(
    without: Without, number: int, expected: str
) -> None:
    with open_desk() as desk:
        act = desk.enter_polls().request_credential()
        without(number)
        assert desk.refusal(act) == expected


@pytest.mark.parametrize("step", [Step.ENROLL, Step.REVEAL, Step.SHARES])
def test_message_of_a_trustee_is_refused_without_a_precompile(
    ceremony_at: CeremonyAt, without: Without, step: Step
) -> None:
    run = ceremony_at(Kind.TRUSTEES, step)
    act = run.honest_act(step, 1)
    without(G1_MSM)
    assert run.chain.refusal(act, run.account(1)) == "curve: invalid point"


@pytest.mark.parametrize(
    ("kind", "number", "expected"),
    [
        (Kind.TRUSTEES, G1_MSM, "curve: invalid point"),
        (Kind.ISSUERS, G2_MSM, "curve: invalid G2 point"),
    ],
)
def test_key_is_not_derived_without_a_precompile(
    ceremony_at: CeremonyAt, without: Without, kind: Kind, number: int, expected: str
) -> None:
    run = ceremony_at(kind, Step.CONFIRM)
    act = run.derive(1)
    without(number)
    assert run.chain.refusal(act, run.chain.deployer) == expected


def test_share_is_refused_without_a_precompile(without: Without) -> None:
    """Here nothing reverts: the trustee may try again."""
    with open_sums() as sums:
        share = sums.share()
        without(G1_MSM)
        assert not sums.accepts(share)
        assert sums.stored() == b""


def test_counts_are_refused_without_a_precompile(without: Without) -> None:
    with open_sums(LARGE) as sums:
        sums.give_shares((1, 2, 3))
        act = sums.finalize((1, 2, 3), COUNTS[LARGE])
        without(MODEXP)
        assert sums.refusal(act) == "lagrange: no modexp precompile"
