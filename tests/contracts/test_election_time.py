"""The clock of phases, and the one thing about it that can change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from election.client.wire import Act
from election.crypto.signature import SigningKey, derive_address, sign_hash
from election.crypto.transcript import Address, Hash
from election.protocol.abi import ContractName, decode_event
from election.protocol.context import derive_election_id
from election.protocol.events import Extended
from election.protocol.phases import Phase, derive_extension_hash
from tests.contracts.election_setup import Deployed
from tests.contracts.rehearsal import Rehearsal, lists_published
from tests.contracts.sums import Authorization, authorize

NO_COMMISSION: Final = "election: not signed by the commission"
NOT_INCREASING: Final = "election: observers are not increasing"
TOO_LATE: Final = "election: too late to extend"
BAD_DELTA: Final = "election: extension is zero or too long"
LONGEST: Final = 7_200


@pytest.fixture
def lists() -> Iterator[Rehearsal]:
    with lists_published().unwound() as rehearsal:
        yield rehearsal


# Phases


@pytest.mark.parametrize("shift", [-1, 0, 1])
@pytest.mark.parametrize("boundary", range(7))
def test_phase_begins_at_its_second(
    deployed: Deployed, boundary: int, shift: int
) -> None:
    deployed.chain.travel_to(deployed.times[boundary] + shift)
    phase = Phase(deployed.election.functions.phase().call())
    assert phase is Phase(boundary if shift < 0 else boundary + 1)


def test_election_begins_in_setup(deployed: Deployed) -> None:
    assert deployed.election.functions.phase().call() == Phase.SETUP


def test_phase_waits_for_the_first_frozen_sum(deployed: Deployed) -> None:
    deployed.chain.travel_to(deployed.times[6] + 10**6)
    assert deployed.election.functions.phase().call() == Phase.CLOSED


# Extensions


def digest_of(lists: Rehearsal, delta: int, **changes: Any) -> Hash:
    terms: dict[str, Any] = {
        "election_id": derive_election_id(lists.opened.rules.slug),
        "chain_id": lists.opened.connection.chain_id,
        "election": lists.opened.address,
        "counter": lists.opened.election.extension_counter(),
    }
    terms |= changes
    return derive_extension_hash(terms.pop("election_id"), delta=delta, **terms)


def extend(lists: Rehearsal, delta: int, given: Authorization | None = None) -> Act:
    signed = given or authorize(digest_of(lists, delta), lists.roles)
    return lists.opened.election.extend(
        delta, commission=signed.commission, observers=signed.observers
    )


def read_phase(lists: Rehearsal, timestamp: int) -> Phase:
    with lists.unwound():
        lists.travel(timestamp)
        return lists.opened.election.phase()


@pytest.mark.parametrize("deltas", [(1,), (LONGEST,), (3600, 3600), (1, 2, 7197)])
def test_extension_shifts_both_closings(
    lists: Rehearsal, deltas: tuple[int, ...]
) -> None:
    election, times = lists.opened.election, lists.opened.rules.times
    for delta in deltas:
        lists.send(extend(lists, delta))
    total = sum(deltas)
    assert election.closings() == (times[5] + total, times[6] + total)
    assert election.extension_counter() == len(deltas)
    assert tuple(lists.opened.election.contract.read("times")) == times
    for boundary, before, after in (
        (times[4], Phase.FREEZE, Phase.VOTING),
        (times[5] + total, Phase.VOTING, Phase.GRACE),
        (times[6] + total, Phase.GRACE, Phase.CLOSED),
    ):
        assert read_phase(lists, boundary - 1) is before
        assert read_phase(lists, boundary) is after


def test_extension_is_announced_with_its_signatures(lists: Rehearsal) -> None:
    signed = authorize(digest_of(lists, 60), lists.roles)
    (log,) = lists.send(extend(lists, 60, signed)).logs
    event = decode_event(log, ContractName.ELECTION)
    assert event == Extended(0, 60, signed.commission, signed.observers)


@pytest.mark.parametrize("delta", [0, LONGEST + 1, 2**256 - 1])
def test_extension_is_refused_beyond_two_hours(lists: Rehearsal, delta: int) -> None:
    assert lists.refusal(extend(lists, delta)) == BAD_DELTA


def test_extensions_are_refused_beyond_two_hours_in_all(lists: Rehearsal) -> None:
    lists.send(extend(lists, 7_000))
    assert lists.refusal(extend(lists, 201)) == BAD_DELTA
    lists.send(extend(lists, 200))
    assert lists.refusal(extend(lists, 1)) == BAD_DELTA


@pytest.mark.parametrize(
    ("shift", "expected"), [(-1, None), (0, TOO_LATE), (1, TOO_LATE)]
)
def test_extension_comes_before_issuing_ends(
    lists: Rehearsal, shift: int, expected: str | None
) -> None:
    act = extend(lists, 60)
    lists.travel(lists.opened.rules.times[5] + shift)
    assert lists.refusal(act) == expected


@pytest.mark.parametrize(("shift", "expected"), [(-1, None), (0, TOO_LATE)])
def test_second_extension_comes_before_the_first_ends(
    lists: Rehearsal, shift: int, expected: str | None
) -> None:
    lists.send(extend(lists, 60))
    act = extend(lists, 60)
    lists.travel(lists.opened.rules.times[5] + 60 + shift)
    assert lists.refusal(act) == expected


def test_extension_is_refused_when_it_is_sent_again(lists: Rehearsal) -> None:
    act = extend(lists, 60)
    lists.send(act)
    assert lists.refusal(act) == NO_COMMISSION


@pytest.mark.parametrize(
    "change",
    [
        {"election_id": Hash(b"\1" * 32)},
        {"chain_id": 1},
        {"election": Address(b"\1" * 20)},
        {"counter": 1},
        {"delta": 61},
    ],
    ids=lambda change: str(*change),
)
def test_extension_is_refused_when_something_else_is_signed(
    lists: Rehearsal, change: Mapping[str, Any]
) -> None:
    digest = digest_of(lists, **{"delta": 60, **change})
    act = extend(lists, 60, authorize(digest, lists.roles))
    assert lists.refusal(act) == NO_COMMISSION


# Who signs


def test_extension_needs_the_commission(lists: Rehearsal) -> None:
    digest = digest_of(lists, 60)
    honest = authorize(digest, lists.roles)
    for key in (lists.roles.portal, lists.roles.observers[0]):
        forged = replace(honest, commission=sign_hash(digest, key))
        assert lists.refusal(extend(lists, 60, forged)) == NO_COMMISSION


@pytest.mark.parametrize(
    ("quorum", "expected"),
    [
        (0, "election: no quorum of observers"),
        (1, "election: no quorum of observers"),
        (2, None),
        (3, None),
    ],
)
def test_extension_needs_a_quorum(
    lists: Rehearsal, quorum: int, expected: str | None
) -> None:
    signed = authorize(digest_of(lists, 60), lists.roles, quorum=quorum)
    assert lists.refusal(extend(lists, 60, signed)) == expected


@pytest.mark.parametrize("order", [(0, 0), (1, 0), (0, 2, 1), (0, 1, 1)])
def test_extension_is_refused_when_observers_are_not_increasing(
    lists: Rehearsal, order: tuple[int, ...]
) -> None:
    honest = authorize(digest_of(lists, 60), lists.roles, quorum=3)
    shown = tuple(honest.observers[place] for place in order)
    act = extend(lists, 60, replace(honest, observers=shown))
    assert lists.refusal(act) == NOT_INCREASING


def test_extension_is_refused_when_a_stranger_signs(lists: Rehearsal) -> None:
    digest = digest_of(lists, 60)
    honest = authorize(digest, lists.roles)
    for stranger in (lists.roles.commission, SigningKey(0xBAD)):
        keys = sorted([lists.roles.observers[0], stranger], key=derive_address)
        signed = tuple(sign_hash(digest, key) for key in keys)
        act = extend(lists, 60, replace(honest, observers=signed))
        assert lists.refusal(act) == "election: signed by no observer"


def test_stranger_is_refused_beside_a_quorum(lists: Rehearsal) -> None:
    digest = digest_of(lists, 60)
    keys = sorted([*lists.roles.observers, SigningKey(0xBAD)], key=derive_address)
    signed = replace(
        authorize(digest, lists.roles),
        observers=tuple(sign_hash(digest, key) for key in keys),
    )
    reason = "election: signed by no observer"
    assert lists.refusal(extend(lists, 60, signed)) == reason


def test_anybody_can_ask_whether_a_hash_is_authorized(lists: Rehearsal) -> None:
    digest = Hash(b"\2" * 32)
    signed = authorize(digest, lists.roles)
    view = lists.opened.election.contract
    arguments = digest, signed.commission, signed.observers
    assert view.read("is_authorized", *arguments) is True
