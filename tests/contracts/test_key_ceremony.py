"""Honest ceremonies, who may act when, and what the contract tells."""

from __future__ import annotations

from typing import Any, Final

import pytest
from eth_account.signers.local import LocalAccount

from election.crypto.group import encode_point
from election.protocol.ceremony.attempt import Kind, Step
from tests.contracts.ceremony_run import CeremonyRun
from tests.contracts.chain import make_account
from tests.contracts.conftest import CeremonyAt, join_ceremony
from tests.contracts.election_setup import Deployed, Roster, Setup

kinds = pytest.mark.parametrize("kind", list(Kind))
ACTING: Final = tuple(Step)[:5]
acting_steps = pytest.mark.parametrize("step", ACTING)
stranger = make_account("stranger")


def ready(run: CeremonyRun[Any]) -> CeremonyRun[Any]:
    """Derive the keys if it is time, so that members can confirm."""
    if run.read_step() is Step.CONFIRM:
        run.derive_all()
    return run


# Honest ceremonies


@kinds
def test_keys_are_those_of_the_library(ceremony_at: CeremonyAt, kind: Kind) -> None:
    run = ceremony_at(kind, Step.FINAL)
    view = run.contract.functions
    for slot, key in enumerate(run.keys.keys, 1):
        assert view.key(slot).call() == encode_point(key)
        for member in run.members:
            expected = run.keys.verification_keys[member - 1][slot - 1]
            found = view.verification_key(member, slot).call()
            assert found == encode_point(expected)


@kinds
def test_largest_roster_of_seats_finishes(ceremony_at: CeremonyAt, kind: Kind) -> None:
    roster = Roster(k=4, n=10)
    setup = Setup(trustees=roster, issuers=roster, candidates=(2, 3))
    run = ceremony_at(kind, Step.FINAL, setup)
    found = run.contract.functions.key(run.attempt.slots).call()
    assert found == encode_point(run.keys.keys[-1])


@pytest.mark.parametrize(("k", "candidates"), [(6, 11), (4, 16)])
def test_coefficients_of_several_sums_are_accepted(
    ceremony_at: CeremonyAt, k: int, candidates: int
) -> None:
    """66 points are more than one sum takes, 64 as many, and nothing is left."""
    setup = Setup(trustees=Roster(k=k, n=k), candidates=(candidates,))
    run = ceremony_at(Kind.TRUSTEES, Step.SHARES, setup)
    assert len(run.events("Revealed")) == k


@kinds
def test_views_tell_the_rules(ceremony_at: CeremonyAt, kind: Kind) -> None:
    setup = Setup(
        trustees=Roster(k=2, n=3), issuers=Roster(k=3, n=4), candidates=(2, 4, 3)
    )
    view = ceremony_at(kind, Step.ENROLL, setup).contract.functions
    told = [f().call() for f in (view.kind, view.k, view.n, view.slots, view.attempt)]
    assert told == ([1, 2, 3, 4, 1] if kind is Kind.TRUSTEES else [2, 3, 4, 3, 1])


@kinds
def test_attempt_is_bound_when_all_are_enrolled(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    run = ceremony_at(kind, Step.ENROLL)
    run.play(Step.ENROLL, (1, 2))
    assert run.contract.functions.cer().call() == bytes(32)
    run.play(Step.ENROLL, (3,))
    assert run.contract.functions.cer().call() == run.bound.cer
    assert run.events("CeremonyBound") == [{"attempt": 1, "cer": run.bound.cer}]


def test_views_tell_members_and_their_keys(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.COMMIT)
    view = run.contract.functions
    for member in run.members:
        account = run.account(member).address
        assert view.member(member).call() == account
        assert view.seat(account).call() == member
        key = view.encryption_key(member).call()
        assert key == encode_point(run.bound.encryption_keys[member - 1])
    assert view.seat(stranger.address).call() == 0


@pytest.mark.parametrize("index", [0, 4])
def test_no_member_sits_outside_the_seats(ceremony_at: CeremonyAt, index: int) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.FINAL)
    view = run.contract.functions
    for act in (view.member(index), view.verification_key(index, 1)):
        assert run.chain.refusal(act, stranger) == "key_ceremony: no such seat"


def test_key_is_not_told_before_it_is_derived(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.SHARES)
    view = run.contract.functions
    for act in (view.key(1), view.verification_key(1, 1)):
        assert run.chain.refusal(act, stranger) == "key_ceremony: slot not derived"


# Events


@kinds
def test_events_hold_every_message(ceremony_at: CeremonyAt, kind: Kind) -> None:
    run = ceremony_at(kind, Step.FINAL)
    for member in run.members:
        place = {"attempt": 1, "index": member}
        enrolment, reveal = run.enrolments[member], run.reveals[member]
        deal, confirmation = run.deals[member], run.confirmation(member)
        assert run.events("Enrolled")[member - 1] == place | {
            "account": run.account(member).address,
            "key": enrolment.key,
            "t": enrolment.t,
            "s": enrolment.s,
        }
        commitment = {"commitment": run.commitment(member)}
        assert run.events("Committed")[member - 1] == place | commitment
        assert run.events("Revealed")[member - 1] == place | {
            "coefficients": reveal.coefficients,
            "t": reveal.t,
            "s": reveal.s,
            "salt": reveal.salt,
        }
        assert run.events("Dealt")[member - 1] == place | {
            "r": deal.r,
            "t": deal.t,
            "s": deal.s,
            "ciphertexts": list(deal.ciphertexts),
        }
        assert run.events("Confirmed")[member - 1] == place | {
            "t": confirmation.t,
            "s": confirmation.s,
        }


@kinds
def test_events_tell_start_keys_and_end(ceremony_at: CeremonyAt, kind: Kind) -> None:
    run = ceremony_at(kind, Step.FINAL)
    members = [run.account(member).address for member in run.members]
    started = {"attempt": 1, "n": 3, "members": members}
    assert run.events("AttemptStarted") == [started]
    assert run.events("CeremonyFinal") == [{"attempt": 1, "cer": run.bound.cer}]
    for slot, told in enumerate(run.events("SlotDerived"), 1):
        keys = (each[slot - 1] for each in run.keys.verification_keys)
        assert told == {
            "attempt": 1,
            "slot": slot,
            "key": encode_point(run.keys.keys[slot - 1]),
            "verification_keys": b"".join(map(encode_point, keys)),
        }


# Who, in which step, how often


@acting_steps
def test_act_is_refused_from_a_stranger(ceremony_at: CeremonyAt, step: Step) -> None:
    run = ready(ceremony_at(Kind.TRUSTEES, step))
    refusal = run.chain.refusal(run.honest_act(step, 1), stranger)
    assert refusal == "key_ceremony: caller has no seat"


@acting_steps
def test_act_is_refused_from_a_reserve(ceremony_at: CeremonyAt, step: Step) -> None:
    setup = Setup(trustees=Roster(k=2, n=3, reserves=1))
    run = ready(ceremony_at(Kind.TRUSTEES, step, setup))
    reserve: LocalAccount = make_account("trustee 4")
    refusal = run.chain.refusal(run.honest_act(step, 1), reserve)
    assert refusal == "key_ceremony: caller has no seat"


@acting_steps
def test_member_acts_once_in_a_step(ceremony_at: CeremonyAt, step: Step) -> None:
    run = ready(ceremony_at(Kind.TRUSTEES, step))
    run.play(step, (2,))
    refusal = run.chain.refusal(run.honest_act(step, 2), run.account(2))
    assert refusal == "key_ceremony: caller has acted"


@pytest.mark.parametrize(
    ("step", "now"),
    [(step, now) for step in ACTING for now in (*ACTING, Step.FINAL) if step != now],
)
def test_act_is_refused_in_another_step(
    ceremony_at: CeremonyAt, step: Step, now: Step
) -> None:
    run = ceremony_at(Kind.TRUSTEES, now)
    refusal = run.chain.refusal(run.honest_act(step, 1), run.account(1))
    assert refusal == "key_ceremony: not in this step"


@acting_steps
def test_step_ends_with_its_last_member(ceremony_at: CeremonyAt, step: Step) -> None:
    run = ready(ceremony_at(Kind.TRUSTEES, step))
    run.play(step, (3, 1))
    assert run.read_step() is step
    run.play(step, (2,))
    assert run.read_step() == step + 1


# When


@pytest.mark.parametrize(
    ("shift", "expected"),
    [(-1, "key_ceremony: not in phase KEYS"), (0, None), (1, None)],
)
def test_acts_begin_with_the_phase(
    deployed: Deployed, shift: int, expected: str | None
) -> None:
    run = join_ceremony(deployed, Kind.TRUSTEES)
    deployed.chain.travel_to(deployed.times[0] + shift)
    act = run.honest_act(Step.ENROLL, 1)
    assert deployed.chain.refusal(act, run.account(1)) == expected


@acting_steps
@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (-1, None),
        (0, "key_ceremony: not in phase KEYS"),
        (1, "key_ceremony: not in phase KEYS"),
    ],
)
def test_acts_end_with_the_phase(
    ceremony_at: CeremonyAt, step: Step, shift: int, expected: str | None
) -> None:
    run = ready(ceremony_at(Kind.TRUSTEES, step))
    run.chain.travel_to(run.closing + shift)
    act = run.honest_act(step, 1)
    assert run.chain.refusal(act, run.account(1)) == expected


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (-1, None),
        (0, "key_ceremony: not in phase KEYS"),
        (1, "key_ceremony: not in phase KEYS"),
    ],
)
def test_deriving_ends_with_the_phase(
    ceremony_at: CeremonyAt, shift: int, expected: str | None
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM)
    run.chain.travel_to(run.closing + shift)
    assert run.chain.refusal(run.derive(1), stranger) == expected
