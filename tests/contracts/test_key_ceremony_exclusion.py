"""Silence, exclusion, the next attempt, and the end of all attempts."""

from __future__ import annotations

from typing import Any, Final

import pytest

from election.crypto.group import encode_point
from election.protocol.ceremony.attempt import Kind, Step
from election.protocol.ceremony.polynomials import derive_polynomials
from tests.contracts.ceremony_run import CeremonyRun
from tests.contracts.chain import LocalChain, make_account
from tests.contracts.conftest import CeremonyAt, join_ceremony
from tests.contracts.election_setup import (
    DAY,
    STEP_SECONDS,
    TRUSTEES,
    Deployed,
    Roster,
    Setup,
)
from tests.contracts.forgery import commit_to, forge_reveal

kinds = pytest.mark.parametrize("kind", list(Kind))
ACTING: Final = tuple(Step)[:5]
acting_steps = pytest.mark.parametrize("step", ACTING)
stranger = make_account("stranger")
SILENCE: Final = 1  # reason of an abortion
RESERVE: Final = Setup(trustees=Roster(k=2, n=3, reserves=1))


def accounts(*positions: int) -> list[str]:
    return [TRUSTEES[position - 1].address for position in positions]


def seated(run: CeremonyRun[Any]) -> list[str]:
    view = run.contract.functions
    return [view.member(i).call() for i in range(1, view.n().call() + 1)]


def exclude(run: CeremonyRun[Any], culprit: int) -> CeremonyRun[Any]:
    """Let all before the culprit act, then time pass; returns what follows."""
    if run.read_step() is Step.CONFIRM:
        run.derive_all()
    run.play(run.read_step(), range(1, culprit))
    run.chain.travel_to(run.contract.functions.deadline().call())
    run.chain.send(run.contract.functions.expire(), stranger)
    return run.again()


# Deadlines


def test_first_attempt_has_its_time_from_the_phase_on(deployed: Deployed) -> None:
    """It was made long before, when Election was deployed."""
    deadline = deployed.trustees.functions.deadline().call()
    assert deadline == deployed.times[0] + STEP_SECONDS


@acting_steps
def test_step_has_its_time_from_the_end_of_the_last(
    ceremony_at: CeremonyAt, step: Step
) -> None:
    run = ceremony_at(Kind.TRUSTEES, step)
    run.chain.travel_to(run.chain.now + 1000)
    if step is Step.CONFIRM:
        run.derive_all()
    run.play(step, run.members)
    expected = 0 if step is Step.CONFIRM else run.chain.now + STEP_SECONDS
    assert run.contract.functions.deadline().call() == expected


@acting_steps
@pytest.mark.parametrize(
    ("shift", "expected"),
    [(-1, "key_ceremony: step has time left"), (0, None), (1, None)],
)
def test_step_expires_at_its_deadline(
    ceremony_at: CeremonyAt, step: Step, shift: int, expected: str | None
) -> None:
    run = ceremony_at(Kind.TRUSTEES, step)
    act = run.contract.functions.expire()
    run.chain.travel_to(run.contract.functions.deadline().call() + shift)
    assert run.chain.refusal(act, stranger) == expected


def test_member_may_act_late_if_nobody_noticed(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.COMMIT)
    run.play(Step.COMMIT, (1, 2))
    run.chain.travel_to(run.contract.functions.deadline().call() + 1)
    run.play(Step.COMMIT, (3,))
    assert run.read_step() is Step.REVEAL


@pytest.mark.parametrize(
    ("shift", "expected"),
    [
        (-1, None),
        (0, "key_ceremony: not in phase KEYS"),
        (1, "key_ceremony: not in phase KEYS"),
    ],
)
def test_nobody_is_excluded_after_the_phase(
    ceremony_at: CeremonyAt, shift: int, expected: str | None
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.ENROLL)
    run.chain.travel_to(run.closing + shift)
    act = run.contract.functions.expire()
    assert run.chain.refusal(act, stranger) == expected


def test_nobody_is_excluded_before_the_phase(deployed: Deployed) -> None:
    deployed.chain.travel_to(deployed.times[0] - 1)
    act = deployed.trustees.functions.expire()
    refusal = deployed.chain.refusal(act, stranger)
    assert refusal == "key_ceremony: not in phase KEYS"


def test_nobody_is_excluded_after_the_end(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.FINAL)
    run.chain.travel_to(run.closing - 1)
    refusal = run.chain.refusal(run.contract.functions.expire(), stranger)
    assert refusal == "key_ceremony: ceremony is over"


@pytest.mark.parametrize("kind", list(Kind))
def test_last_attempt_has_its_time_whoever_was_late_before(
    ceremony_at: CeremonyAt, kind: Kind
) -> None:
    """Culprits act in the last second of four steps and are silent in the fifth."""
    roster = Roster(k=2, n=3, reserves=1)
    hurried = Setup(trustees=roster, issuers=roster, step_seconds=DAY // 15)
    run = ceremony_at(kind, Step.ENROLL, hurried)
    for _ in range(2):
        for step in ACTING[:-1]:
            play_late(run, step)
        run = exclude(run, len(run.members))
    assert len(run.members) == 2
    for step in ACTING:
        play_late(run, step)
    assert run.read_step() is Step.FINAL


def play_late(run: CeremonyRun[Any], step: Step) -> None:
    """Let the last member act in the last second of the step."""
    if step is Step.CONFIRM:
        run.derive_all()
    *early, late = run.members
    run.play(step, tuple(early))
    run.chain.travel_to(run.contract.functions.deadline().call() - 1)
    run.play(step, (late,))


# Who is excluded


@acting_steps
@pytest.mark.parametrize(
    ("acted", "culprit"), [((), 1), ((1,), 2), ((2, 3), 1), ((1, 3), 2), ((2, 1), 3)]
)
def test_first_silent_member_is_excluded(
    ceremony_at: CeremonyAt, step: Step, acted: tuple[int, ...], culprit: int
) -> None:
    run = ceremony_at(Kind.TRUSTEES, step)
    if step is Step.CONFIRM:
        run.derive_all()
    run.play(step, acted)
    run.chain.travel_to(run.contract.functions.deadline().call())
    receipt = run.chain.send(run.contract.functions.expire(), stranger)
    (address,) = accounts(culprit)
    aborted = {"attempt": 1, "reason": SILENCE, "culprit": address}
    assert run.events("AttemptAborted", receipt) == [aborted]
    assert address not in seated(run)
    assert run.contract.functions.seat(address).call() == 0


# What follows


@pytest.mark.parametrize(
    ("culprit", "expected"), [(1, (4, 2, 3)), (2, (1, 4, 3)), (3, (1, 2, 4))]
)
def test_reserve_takes_the_seat(
    ceremony_at: CeremonyAt, culprit: int, expected: tuple[int, ...]
) -> None:
    run = exclude(ceremony_at(Kind.TRUSTEES, Step.ENROLL, RESERVE), culprit)
    assert seated(run) == accounts(*expected)
    started = {"attempt": 2, "n": 3, "members": accounts(*expected)}
    assert run.events("AttemptStarted")[-1] == started
    assert run.contract.functions.seat(accounts(4)[0]).call() == culprit


def test_reserves_are_seated_in_order(ceremony_at: CeremonyAt) -> None:
    setup = Setup(trustees=Roster(k=2, n=3, reserves=2))
    run = exclude(ceremony_at(Kind.TRUSTEES, Step.ENROLL, setup), 2)
    assert seated(exclude(run, 2)) == accounts(1, 5, 3)


@pytest.mark.parametrize(
    ("culprit", "expected"), [(1, (2, 3)), (2, (1, 3)), (3, (1, 2))]
)
def test_seats_close_up_when_there_is_no_reserve(
    ceremony_at: CeremonyAt, culprit: int, expected: tuple[int, ...]
) -> None:
    run = exclude(ceremony_at(Kind.TRUSTEES, Step.ENROLL), culprit)
    assert seated(run) == accounts(*expected)
    view = run.contract.functions
    told = [view.seat(account).call() for account in accounts(*expected)]
    assert told == [1, 2]
    started = {"attempt": 2, "n": 2, "members": accounts(*expected)}
    assert run.events("AttemptStarted")[-1] == started


@acting_steps
def test_next_attempt_begins_with_nothing(ceremony_at: CeremonyAt, step: Step) -> None:
    run = exclude(ceremony_at(Kind.TRUSTEES, step, RESERVE), 3)
    view = run.contract.functions
    assert run.read_step() is Step.ENROLL
    assert view.attempt().call() == 2
    assert view.cer().call() == bytes(32)
    assert view.deadline().call() == run.chain.now + STEP_SECONDS
    assert [view.encryption_key(i).call() for i in (1, 2, 3)] == [b"", b"", b""]
    refusal = run.chain.refusal(view.key(1), stranger)
    assert refusal == "key_ceremony: slot not derived"
    run.play(Step.ENROLL, run.members)
    assert run.read_step() is Step.COMMIT


def test_messages_of_an_aborted_attempt_are_refused(ceremony_at: CeremonyAt) -> None:
    aborted = ceremony_at(Kind.TRUSTEES, Step.CONFIRM, RESERVE)
    run = exclude(aborted, 3)
    chain, member = run.chain, run.account(1)
    enroll = aborted.honest_act(Step.ENROLL, 1)
    assert chain.refusal(enroll, member) == "key_ceremony: E is not proven"
    run.play(Step.ENROLL, run.members)
    for at in run.members:
        run.send(aborted.commit(aborted.commitment(at if at < 3 else 1)), at)
    reveal = aborted.honest_act(Step.REVEAL, 1)
    assert chain.refusal(reveal, member) == "key_ceremony: not as committed"


def test_coefficient_of_an_aborted_attempt_is_forgotten(
    ceremony_at: CeremonyAt,
) -> None:
    """Repetition is judged within an attempt; nothing of the last one is kept."""
    aborted = ceremony_at(Kind.TRUSTEES, Step.SHARES, RESERVE)
    known = derive_polynomials(aborted.bound, 1, source=aborted.source(1)).slots
    run = exclude(aborted, 3)
    run.play(Step.ENROLL, run.members)
    again = forge_reveal(
        run.bound,
        1,
        points=[point for slot in aborted.revealed[0].slots for point in slot],
        claimed=[secret for slot in known for secret in slot],
    )
    run.send(run.commit(commit_to(run.bound, 1, again)), 1)
    run.play(Step.COMMIT, (2, 3))
    assert run.chain.refusal(run.reveal(again), run.account(1)) is None


@kinds
@pytest.mark.parametrize("reserves", [0, 1])
@pytest.mark.parametrize("step", [Step.ENROLL, Step.CONFIRM])
def test_next_attempt_finishes_without_the_culprit(
    ceremony_at: CeremonyAt, kind: Kind, reserves: int, step: Step
) -> None:
    roster = Roster(k=2, n=3, reserves=reserves)
    setup = Setup(trustees=roster, issuers=roster)
    run = exclude(ceremony_at(kind, step, setup), 2)
    run.play_until(Step.FINAL)
    view = run.contract.functions
    assert view.n().call() == 2 + reserves
    for slot, key in enumerate(run.keys.keys, 1):
        assert view.key(slot).call() == encode_point(key)
    assert run.events("CeremonyFinal") == [{"attempt": 2, "cer": run.bound.cer}]


def test_complaint_replaces_its_culprit(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM, RESERVE)
    run.send(run.complain(run.complaint(1, 2)), 1)
    assert seated(run) == accounts(4, 2, 3)


def test_complaint_after_other_confirmations_ends_the_attempt(
    ceremony_at: CeremonyAt,
) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.CONFIRM, RESERVE)
    run.derive_all()
    run.play(Step.CONFIRM, (1, 2))
    run.send(run.complain(run.complaint(3, 2)), 3)
    assert run.read_step() is Step.ENROLL


# The end


def test_ceremony_fails_when_too_few_are_left(ceremony_at: CeremonyAt) -> None:
    run = exclude(ceremony_at(Kind.TRUSTEES, Step.ENROLL, RESERVE), 1)
    run = exclude(run, 1)
    assert run.read_step() is Step.ENROLL
    run = exclude(run, 1)
    assert run.read_step() is Step.FAILED
    assert run.events("CeremonyFailed") == [{"attempt": 3}]
    assert run.contract.functions.deadline().call() == 0


def test_nothing_is_done_in_a_failed_ceremony(ceremony_at: CeremonyAt) -> None:
    setup = Setup(trustees=Roster(k=3, n=3))
    run = exclude(ceremony_at(Kind.TRUSTEES, Step.ENROLL, setup), 2)
    view = run.contract.functions
    for step in ACTING:
        refusal = run.chain.refusal(run.honest_act(step, 1), run.account(1))
        assert refusal == "key_ceremony: not in this step"
    refusal = run.chain.refusal(run.derive(1), run.account(1))
    assert refusal == "key_ceremony: not all revealed"
    refusal = run.chain.refusal(view.expire(), stranger)
    assert refusal == "key_ceremony: ceremony is over"


@pytest.mark.parametrize(
    ("culprit", "expected"), [(1, Step.ENROLL), (2, Step.FAILED), (3, Step.FAILED)]
)
def test_ceremony_fails_when_the_commission_would_reach_the_threshold(
    ceremony_at: CeremonyAt, culprit: int, expected: Step
) -> None:
    """Member 1 and the reserve are the commission's."""
    setup = Setup(trustees=Roster(k=2, n=3, reserves=1, commission=(1, 4)))
    run = exclude(ceremony_at(Kind.TRUSTEES, Step.ENROLL, setup), culprit)
    assert run.read_step() is expected


# Construction


def construct(roster: Roster, *, kind: int = 2, slots: int = 1) -> str | None:
    k, n, members = roster.encode(TRUSTEES)
    arguments = (kind, slots, n, k, members, STEP_SECONDS, stranger.address)
    return LocalChain().deploy_refusal("KeyCeremony", arguments)


@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        (Roster(k=2, n=2), None),
        (Roster(k=2, n=3, commission=(3,)), None),
        (Roster(k=3, n=2), "key_ceremony: not quorate"),
        (Roster(k=3, n=2, reserves=1), "key_ceremony: not quorate"),
        (Roster(k=2, n=3, commission=(1, 3)), "key_ceremony: not quorate"),
        (Roster(k=2, n=2, reserves=2, commission=(3, 4)), None),
    ],
)
def test_seats_need_more_members_than_the_commission_has(
    roster: Roster, expected: str | None
) -> None:
    assert construct(roster) == expected


@pytest.mark.parametrize(
    ("roster", "slots", "expected"),
    [
        (Roster(k=6, n=10), 64, None),
        (Roster(k=7, n=9), 60, None),  # 122,880 bytes, the most that fits
        (Roster(k=7, n=9), 61, "key_ceremony: too many points"),
        (Roster(k=7, n=10), 64, "key_ceremony: too many points"),
    ],
)
def test_every_complaint_fits_a_transaction(
    roster: Roster, slots: int, expected: str | None
) -> None:
    assert construct(roster, slots=slots) == expected


def test_reserves_have_no_seat(ceremony_at: CeremonyAt) -> None:
    run = ceremony_at(Kind.TRUSTEES, Step.ENROLL, RESERVE)
    assert seated(run) == accounts(1, 2, 3)
    assert run.contract.functions.seat(accounts(4)[0]).call() == 0


def test_ceremonies_of_an_election_are_apart(deployed: Deployed) -> None:
    deployed.open_keys()
    run = join_ceremony(deployed, Kind.TRUSTEES)
    issuers = join_ceremony(deployed, Kind.ISSUERS)
    run.play_until(Step.FINAL)
    assert issuers.read_step() is Step.ENROLL
