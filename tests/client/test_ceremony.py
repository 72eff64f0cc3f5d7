from __future__ import annotations

from dataclasses import replace

import pytest

from election.client.ceremony import (
    Ceremony,
    accept_enrolments,
    issuers_ceremony,
    read_attempt,
    trustees_ceremony,
)
from election.client.ceremony_member import Member, advance_member
from election.client.contract import Contract
from election.client.errors import UnexpectedAnswerError
from election.client.rpc import Connection
from election.crypto.group import G2, G, Point, encode_g1, encode_g2
from election.crypto.signature import derive_address
from election.crypto.transcript import ZERO_HASH
from election.protocol.ceremony.attempt import Step
from election.protocol.ceremony.dealing import prove_deal
from election.protocol.events import AttemptStarted, Enrolled
from tests.client.stage import (
    ISSUERS,
    RELAY,
    TRUSTEES,
    Stage,
    deploy,
    travel,
)


@pytest.fixture(scope="module")
def deployed(chain: Connection) -> Stage:
    return deploy(chain)


@pytest.fixture
def in_keys(deployed: Stage, connection: Connection) -> Stage:
    """An election in phase KEYS, before anybody has enrolled."""
    travel(connection, deployed.manifest.times.keys)
    return deployed


def speak(ceremony: Ceremony[Point], members: list[Member], *, rounds: int) -> None:
    for _ in range(rounds):
        for member in members:
            assert advance_member(ceremony, member).acted


def test_trustees_make_a_key_and_their_shares_are_of_it(in_keys: Stage) -> None:
    ceremony = trustees_ceremony(in_keys.opened)
    members = in_keys.members(TRUSTEES[:3])
    speak(ceremony, members, rounds=5)
    assert ceremony.handle.step() is Step.FINAL
    for index, member in enumerate(members):
        share = advance_member(ceremony, member).key_share
        assert share is not None
        assert share.member == index + 1
        for slot, secret in enumerate(share.secrets, 1):
            key = ceremony.handle.verification_keys(slot)[index]
            assert encode_g1(G * secret) == key


def test_issuers_make_a_key_for_each_contest(in_keys: Stage) -> None:
    ceremony = issuers_ceremony(in_keys.opened)
    members = in_keys.members(ISSUERS)
    speak(ceremony, members, rounds=5)
    share = advance_member(ceremony, members[1]).key_share
    assert share is not None
    assert len(share.secrets) == 2
    key = ceremony.handle.verification_keys(2)[1]
    assert encode_g2(G2 * share.secrets[1]) == key


@pytest.mark.parametrize("rounds", range(5))
def test_member_that_comes_back_says_nothing_twice(in_keys: Stage, rounds: int) -> None:
    ceremony = trustees_ceremony(in_keys.opened)
    members = in_keys.members(TRUSTEES[:3])
    speak(ceremony, members, rounds=rounds)
    assert advance_member(ceremony, members[0]).acted
    head = in_keys.connection.read_head()
    again = advance_member(ceremony, members[0])
    assert not again.acted
    assert again.step is Step(rounds + 1)
    assert in_keys.connection.read_head() == head


def test_account_without_a_seat_only_watches(in_keys: Stage) -> None:
    ceremony = trustees_ceremony(in_keys.opened)
    reserve = in_keys.members(TRUSTEES)[3]
    advance = advance_member(ceremony, reserve)
    assert not advance.acted
    assert advance.key_share is None


def test_reserve_takes_the_seat_of_whoever_was_silent(in_keys: Stage) -> None:
    ceremony = trustees_ceremony(in_keys.opened)
    first, second, _, reserve = in_keys.members(TRUSTEES)
    assert advance_member(ceremony, first).acted
    assert advance_member(ceremony, second).acted
    travel(in_keys.connection, ceremony.handle.deadline())
    in_keys.connection.send(ceremony.handle.expire(), key=RELAY)
    advance = advance_member(ceremony, reserve)
    assert (advance.attempt, advance.acted) == (2, True)
    speak(ceremony, [first, second], rounds=1)
    speak(ceremony, [first, second, reserve], rounds=4)
    assert advance_member(ceremony, reserve).key_share is not None


def test_wrong_share_is_complained_about_and_its_dealer_replaced(
    in_keys: Stage,
) -> None:
    ceremony = trustees_ceremony(in_keys.opened)
    honest, forger, other, reserve = in_keys.members(TRUSTEES)
    speak(ceremony, [honest, forger, other], rounds=3)
    garbage = (ZERO_HASH,) * 2 * ceremony.slots
    bound = accept_enrolments(read_attempt(ceremony))
    wrong = prove_deal(garbage, bound, 2, source=forger.source)
    in_keys.connection.send(ceremony.handle.deal(wrong), key=forger.key)
    speak(ceremony, [honest, other], rounds=1)
    complaint = advance_member(ceremony, honest)
    assert (complaint.step, complaint.acted) == (Step.CONFIRM, True)
    after = read_attempt(ceremony)
    assert after.attempt.number == 2
    assert derive_address(forger.key) not in after.attempt.members
    speak(ceremony, [honest, reserve, other], rounds=5)
    assert ceremony.handle.step() is Step.FINAL


def test_ceremony_that_is_bound_to_other_keys_is_refused(in_keys: Stage) -> None:
    ceremony = trustees_ceremony(in_keys.opened)
    members = in_keys.members(TRUSTEES[:3])
    speak(ceremony, members, rounds=1)
    other = replace(ceremony, threshold=3)
    with pytest.raises(UnexpectedAnswerError, match="bound to another ceremony"):
        advance_member(other, members[0])


@pytest.mark.parametrize(
    ("n", "count"), [(1, 1), (3, 4), (4, 3), (11, 11), (2_000, 2_000)]
)
def test_attempt_of_impossible_members_is_one_error(
    in_keys: Stage, n: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lie = AttemptStarted(1, n, (derive_address(RELAY),) * count)
    monkeypatch.setattr(Contract, "read_events", lambda _: (lie,))
    with pytest.raises(UnexpectedAnswerError, match="impossible members"):
        read_attempt(trustees_ceremony(in_keys.opened))


def test_ceremony_without_an_attempt_is_one_error(
    in_keys: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Contract, "read_events", lambda _: ())
    with pytest.raises(UnexpectedAnswerError, match="has started no ceremony"):
        read_attempt(trustees_ceremony(in_keys.opened))


def test_step_waits_for_every_seat_whatever_others_said(
    in_keys: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ceremony = trustees_ceremony(in_keys.opened)
    speak(ceremony, in_keys.members(TRUSTEES[:3]), rounds=1)
    lie = [
        replace(each, index=7)
        if isinstance(each, Enrolled) and each.index == 2
        else each
        for each in ceremony.handle.contract.read_events()
    ]
    monkeypatch.setattr(Contract, "read_events", lambda _: tuple(lie))
    assert read_attempt(ceremony).step is Step.ENROLL
