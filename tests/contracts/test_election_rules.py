"""Rules that no election can be held by, each refused at deployment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import pytest
from web3 import Web3

from election.protocol.context import derive_election_id
from tests.contracts.chain import LocalChain
from tests.contracts.election_setup import (
    COMMISSION,
    DAY,
    DEFAULT,
    ISSUERS,
    OBSERVERS,
    POLLING_STATION,
    PORTAL,
    SMS_GATEWAY,
    TRUSTEES,
    Deployed,
    Roster,
    Setup,
    deploy_election,
    deploy_tools,
)

ZERO: Final = "0x" + "00" * 20
NO_REASON: Final = ""
"""The compiler's own bounds give no reason."""

SLUG, TITLE, TEST, TIMES, STEP, M_MIN = range(6)
COMMISSION_AT, PORTAL_AT, SMS_AT, STATION_AT, OBSERVERS_AT, QUORUM = range(6, 12)


@dataclass(frozen=True, slots=True)
class Ground:
    """A chain with all tools, where elections can be deployed."""

    chain: LocalChain
    tools: tuple[str, ...]

    def refusal(
        self,
        setup: Setup = DEFAULT,
        *,
        rules: dict[int, Any] | None = None,
        trustees: Any = None,
        issuers: Any = None,
        contests: Any = None,
    ) -> str | None:
        """Tell why an election with these changes is not deployed."""
        fields = list(setup.rules(self.chain.now))
        for at, value in (rules or {}).items():
            fields[at] = value
        arguments = (
            tuple(fields),
            trustees or setup.trustees.encode(TRUSTEES),
            issuers or setup.issuers.encode(ISSUERS),
            setup.contests() if contests is None else contests,
            self.tools,
        )
        return self.chain.deploy_refusal("Election", arguments)


@cache
def prepare_ground() -> Ground:
    chain = LocalChain()
    return Ground(chain, deploy_tools(chain))


@pytest.fixture
def ground() -> Ground:
    return prepare_ground()


def test_election_is_deployed_by_good_rules(ground: Ground) -> None:
    assert ground.refusal() is None


# Rules

SHORT: Final = "election: phase keys is too short for every attempt"


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        (SLUG, "", "election: slug is empty"),
        (SLUG, "x" * 65, NO_REASON),
        (TITLE, "x" * 129, NO_REASON),
        (STEP, 0, "election: ceremony steps take no time"),
        (STEP, 2**256 - 1, SHORT),
        (M_MIN, 0, "election: m_min is below two"),
        (M_MIN, 1, "election: m_min is below two"),
        (COMMISSION_AT, ZERO, "election: commission is the zero address"),
        (PORTAL_AT, ZERO, "election: portal is the zero address"),
        (SMS_AT, ZERO, "election: sms gateway is the zero address"),
        (SMS_AT, PORTAL.address, "election: portal and sms gateway are one"),
        (STATION_AT, ZERO, "election: polling station is the zero address"),
        (QUORUM, 0, "election: quorum is zero or above the number of observers"),
        (QUORUM, 4, "election: quorum is zero or above the number of observers"),
        (OBSERVERS_AT, [], "election: quorum is zero or above the number of observers"),
    ],
)
def test_rule_is_refused(
    ground: Ground, field: int, value: object, expected: str | None
) -> None:
    assert ground.refusal(rules={field: value}) == expected


def number_accounts(count: int) -> list[str]:
    """List addresses of nobody."""
    return [Web3.to_checksum_address(f"0x{i:040x}") for i in range(1, count + 1)]


@pytest.mark.parametrize(
    ("observers", "expected"),
    [
        ([OBSERVERS[0].address, ZERO], "election: observer is the zero address"),
        ([OBSERVERS[0].address] * 2, "election: observer listed twice"),
        (
            [*(each.address for each in OBSERVERS), COMMISSION.address],
            "election: the commission is an observer",
        ),
        (number_accounts(32), None),
        (number_accounts(33), NO_REASON),
    ],
)
def test_observers_are_checked(
    ground: Ground, observers: list[str], expected: str | None
) -> None:
    assert ground.refusal(rules={OBSERVERS_AT: observers}) == expected


@pytest.mark.parametrize("first", range(7))
@pytest.mark.parametrize("step", [0, -1])
def test_times_increase(ground: Ground, first: int, step: int) -> None:
    """The time before the first one is that of deployment."""
    now = ground.chain.now + 1_000
    times = [now + 100 * (i + 1) for i in range(7)]
    before = now if first == 0 else times[first - 1]
    times[first] = before + step
    with ground.chain.unwound():
        ground.chain.travel_to(now)
        reason = "election: times are not increasing from now on"
        assert ground.refusal(rules={TIMES: times, STEP: 1}) == reason
        times[first] = before + (10 if first == 1 else 1)  # KEYS has two attempts
        assert ground.refusal(rules={TIMES: times, STEP: 1}) is None


# Rosters


@pytest.mark.parametrize("whose", ["trustees", "issuers"])
@pytest.mark.parametrize(
    ("roster", "attempts"),
    [
        (Roster(k=2, n=2), 1),
        (Roster(k=2, n=3), 2),
        (Roster(k=2, n=2, reserves=1), 2),
        (Roster(k=3, n=5, reserves=1), 4),
        (Roster(k=2, n=10, reserves=10), 19),
    ],
)
def test_keys_last_as_long_as_every_attempt(
    ground: Ground, whose: str, roster: Roster, attempts: int
) -> None:
    times = (DAY * 19, DAY * 20, *(DAY * (20 + i) for i in range(1, 6)))
    days = tuple(time // DAY for time in times)
    longest = DAY // (5 * attempts)
    small = Roster(k=2, n=2)
    setup = replace(DEFAULT, trustees=small, issuers=small, days=days)
    for seconds, expected in ((longest, None), (longest + 1, SHORT)):
        given: dict[str, Any] = {whose: roster, "step_seconds": seconds}
        assert ground.refusal(replace(setup, **given)) == expected


BAD_THRESHOLD: Final = "election: threshold is not 2 <= k <= n <= 10"


@pytest.mark.parametrize("whose", ["trustees", "issuers"])
@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        (Roster(k=2, n=2), None),
        (Roster(k=10, n=10), None),
        (Roster(k=2, n=3, reserves=17), None),
        (Roster(k=0, n=3), BAD_THRESHOLD),
        (Roster(k=1, n=3), BAD_THRESHOLD),
        (Roster(k=4, n=3), BAD_THRESHOLD),
        (Roster(k=2, n=11), BAD_THRESHOLD),
        (Roster(k=2, n=3, reserves=-1), "election: fewer members than seats"),
        (
            Roster(k=2, n=3, commission=(1, 3)),
            "election: the commission holds a threshold alone",
        ),
        (Roster(k=2, n=3, commission=(2,)), None),
        (Roster(k=2, n=3, reserves=2, commission=(3, 4, 5)), None),
    ],
)
def test_roster_is_checked(
    ground: Ground, whose: str, roster: Roster, expected: str | None
) -> None:
    setup = replace(DEFAULT, **{whose: roster})  # type: ignore[arg-type]
    assert ground.refusal(setup) == expected


@pytest.mark.parametrize("whose", ["trustees", "issuers"])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_member_is_not_the_zero_address(ground: Ground, whose: str, place: int) -> None:
    k, n, members = Roster(k=2, n=3, reserves=2).encode(TRUSTEES)
    members[place] = (ZERO, False)
    given: dict[str, Any] = {whose: (k, n, members)}
    assert ground.refusal(**given) == "election: member is the zero address"


@pytest.mark.parametrize("whose", ["trustees", "issuers"])
@pytest.mark.parametrize("places", [(0, 1), (0, 4), (3, 4)])
def test_member_is_listed_once(
    ground: Ground, whose: str, places: tuple[int, int]
) -> None:
    k, n, members = Roster(k=2, n=3, reserves=2).encode(TRUSTEES)
    members[places[1]] = members[places[0]]
    given: dict[str, Any] = {whose: (k, n, members)}
    assert ground.refusal(**given) == "election: member listed twice"


@pytest.mark.parametrize("whose", ["trustees", "issuers"])
@pytest.mark.parametrize("place", [0, 4])
def test_commission_is_no_member_in_disguise(
    ground: Ground, whose: str, place: int
) -> None:
    k, n, members = Roster(k=2, n=3, reserves=2).encode(TRUSTEES)
    members[place] = (COMMISSION.address, False)
    given: dict[str, Any] = {whose: (k, n, members)}
    reason = "election: the commission hides among the members"
    assert ground.refusal(**given) == reason
    members[place] = (COMMISSION.address, True)
    assert ground.refusal(**given) is None


def test_21_members_are_too_many(ground: Ground) -> None:
    members = [(account, False) for account in number_accounts(21)]
    assert ground.refusal(trustees=(2, 3, members)) == NO_REASON


# Contests


def contest(number: int, *, candidates: int) -> tuple[int, int, bytes]:
    return number, candidates, bytes([number]) * 32


NOT_SO_MANY: Final = "election: not 2 to 16 candidates"


@pytest.mark.parametrize(
    ("contests", "expected"),
    [
        ([], "election: no contest"),
        ([contest(1, candidates=0)], NOT_SO_MANY),
        ([contest(1, candidates=1)], NOT_SO_MANY),
        ([contest(1, candidates=2)], None),
        ([contest(1, candidates=16)], None),
        ([contest(1, candidates=17)], NOT_SO_MANY),
        ([contest(0, candidates=2)], None),
        ([contest(5, candidates=2)] * 2, "election: contest listed twice"),
        ([contest(i, candidates=2) for i in range(64)], None),
        ([contest(i, candidates=2) for i in range(65)], NO_REASON),
    ],
)
def test_contests_are_checked(
    ground: Ground, contests: list[Any], expected: str | None
) -> None:
    assert ground.refusal(contests=contests) == expected


# Views


def test_election_tells_its_rules(deployed: Deployed) -> None:
    view = deployed.election.functions
    assert view.election_id().call() == derive_election_id("test-election")
    assert view.test().call() is True
    assert (view.m_min().call(), view.quorum().call()) == (2, 2)
    roles = (view.commission, view.portal, view.sms_gateway, view.polling_station)
    expected = (COMMISSION, PORTAL, SMS_GATEWAY, POLLING_STATION)
    assert [role().call() for role in roles] == [each.address for each in expected]
    assert view.observers().call() == [each.address for each in OBSERVERS]


def test_election_tells_its_contests(deployed: Deployed) -> None:
    view = deployed.election.functions
    assert view.contest_ids().call() == [1, 2]
    for number in (1, 2):
        assert view.slots(number).call() == 2
        assert view.position(number).call() == number
        texts = DEFAULT.contests()[number - 1][2]
        assert view.candidates_hash(number).call() == texts
    assert (view.slots(3).call(), view.position(3).call()) == (0, 0)


def test_slots_of_the_ceremonies_follow_from_the_contests() -> None:
    """Trustees make a key for each candidate, issuers one for each contest."""
    election = deploy_election(LocalChain(), Setup(candidates=(2, 5, 3)))
    assert election.trustees.functions.slots().call() == 5
    assert election.issuers.functions.slots().call() == 3
