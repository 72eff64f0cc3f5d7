"""An announcement is judged as the constructors judge it, each bound at its edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pytest

from election.client.initcode import derive_rules
from election.crypto.transcript import Address, Hash
from election.protocol.context import derive_election_id, derive_texts_hash
from election.protocol.events import (
    Blueprints,
    ContestListed,
    ElectionDeployed,
    SealedContest,
)
from election.protocol.manifest import Member, Roster
from election.protocol.rules import judge_rules
from tests.client.stage import make_manifest

MANIFEST: Final = make_manifest(1_700_000_000)
NOBODY: Final = Address(bytes(20))
DEPLOYED: Final = ElectionDeployed(
    derive_election_id(MANIFEST.id),
    replace(derive_rules(MANIFEST), step_seconds=30),
    MANIFEST.trustees,
    MANIFEST.issuers,
    contests=(),
    trustees_ceremony=NOBODY,
    issuers_ceremony=NOBODY,
    voter_list=NOBODY,
    tally=NOBODY,
    blueprints=Blueprints(*[NOBODY] * 6),
    small_box_code_hash=Hash(bytes(32)),
    box_code_hash=Hash(bytes(32)),
    deployer=NOBODY,
)


def list_contests(count: int, **fields: Any) -> tuple[ContestListed, ...]:
    """List contests, the last of them with other fields."""
    texts = "Contest", ("A", "B"), ("", "")
    contests = [ContestListed(i, i, *texts) for i in range(1, count + 1)]
    last = replace(contests[-1], **fields)
    if "candidates" in fields and "particulars" not in fields:
        last = replace(last, particulars=("",) * len(last.candidates))
    return (*contests[:-1], last)


def seal(contest: ContestListed) -> SealedContest:
    """Give what the constructor took of a contest."""
    names, particulars = contest.candidates, contest.particulars
    texts = derive_texts_hash(contest.title, names, particulars)
    return SealedContest(contest.contest, len(names), texts)


def account(number: int) -> Address:
    return Address(number.to_bytes(20, "big"))


def roster(k: int, n: int, *, reserves: int = 0, commission: int = 0) -> Roster:
    accounts = (account(i + 1) for i in range(n + reserves))
    members = tuple(Member(each, i < commission) for i, each in enumerate(accounts))
    return Roster(k, n, members)


TWO: Final = list_contests(2)


def judge(listed: Sequence[ContestListed], **fields: Any) -> list[str]:
    fixed = tuple(map(seal, listed))
    deployed = replace(DEPLOYED, **{"contests": fixed, **fields})
    judged = judge_rules(deployed, listed)
    return [f"{each.subject} {fact}" for each in judged for fact in each.faults]


def with_rules(**fields: Any) -> list[str]:
    rules = replace(DEPLOYED.rules, **fields)
    return judge(TWO, rules=rules, election_id=derive_election_id(rules.slug))


def test_honest_announcement_has_no_fault() -> None:
    assert judge(TWO) == []


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        ({"slug": ""}, "a slug that is not 1 to 64 of"),
        ({"slug": "x" * 65}, "a slug that is not 1 to 64 of"),
        ({"title": "я" * 64 + "x"}, "a title that is empty or above 128 bytes"),
        ({"title": ""}, "a title that is empty or above 128 bytes"),
        (
            {"times": (1, 2_000, 2_001, 2_002, 2_003, 2_003, 2_004)},
            "times that do not increase",
        ),
        ({"step_seconds": 0}, "steps of no time"),
        ({"observers": (DEPLOYED.rules.commission,), "quorum": 1}, "the commission"),
        ({"m_min": 1}, "the sum of a single ballot"),
        ({"commission": NOBODY}, "an officer whom nobody can be"),
        ({"portal": NOBODY}, "an officer whom nobody can be"),
        ({"sms_gateway": NOBODY}, "an officer whom nobody can be"),
        ({"polling_station": NOBODY}, "an officer whom nobody can be"),
        ({"observers": (account(1), account(2), NOBODY)}, "whom nobody can be"),
        ({"portal": DEPLOYED.rules.sms_gateway}, "one key as portal and sms gateway"),
        ({"observers": (account(1),) * 3, "quorum": 1}, "lists an observer twice"),
        ({"observers": tuple(map(account, range(1, 34)))}, "more than 32 observers"),
        ({"quorum": 0}, "a quorum that cannot be"),
        ({"quorum": 4}, "a quorum that cannot be"),
    ],
)
def test_rules_beyond_a_bound_have_one_fault(fields: dict[str, Any], fact: str) -> None:
    (found,) = with_rules(**fields)
    assert found.startswith("rules ")
    assert fact in found


@pytest.mark.parametrize(
    "fields",
    [
        {"slug": "x"},
        {"slug": "x" * 64},
        {"title": "я" * 64},
        {"step_seconds": 1},
        {"step_seconds": 240},
        {"m_min": 2},
        {"observers": tuple(map(account, range(1, 33))), "quorum": 32},
        {"quorum": 1},
    ],
)
def test_rules_at_a_bound_have_no_fault(fields: dict[str, Any]) -> None:
    assert with_rules(**fields) == []


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (240, []),
        (241, ["trustees"]),
        (360, ["trustees"]),
        (361, ["trustees", "issuers"]),
    ],
)
def test_keys_last_as_long_as_every_attempt(seconds: int, expected: list[str]) -> None:
    """In an hour there are 3 attempts of 2 of 4 trustees, or 2 of 2 of 3 issuers."""
    found = with_rules(step_seconds=seconds)
    assert found == [f"{name} has no time for every attempt" for name in expected]


def test_id_of_another_slug_is_a_fault() -> None:
    (found,) = judge(TWO, election_id=derive_election_id("another"))
    assert found == "rules has an id that its slug does not give"


@pytest.mark.parametrize("name", ["trustees", "issuers"])
@pytest.mark.parametrize(
    ("members", "fact"),
    [
        (roster(1, 3), "2 <= k <= n <= 10"),
        (roster(4, 3), "2 <= k <= n <= 10"),
        (roster(10, 11), "2 <= k <= n <= 10"),
        (replace(roster(2, 3), seats=4), "fewer members than seats"),
        (roster(10, 10, reserves=11), "more than 20 members"),
        (replace(roster(2, 2), members=roster(2, 1).members * 2), "a member twice"),
        (Roster(2, 2, (*roster(2, 1).members, Member(NOBODY, False))), "nobody can be"),
        (roster(2, 3, commission=2), "the commission a threshold"),
    ],
)
def test_roster_beyond_a_bound_has_one_fault(
    name: str, members: Roster, fact: str
) -> None:
    (found,) = judge(TWO, **{name: members})
    assert found.startswith(f"{name} ")
    assert fact in found


@pytest.mark.parametrize("name", ["trustees", "issuers"])
@pytest.mark.parametrize(
    "members",
    [
        roster(2, 2),
        roster(10, 10, reserves=10),
        roster(2, 3, commission=1),
        roster(3, 3, commission=2),
    ],
)
def test_roster_at_a_bound_has_no_fault(name: str, members: Roster) -> None:
    assert judge(TWO, **{name: members}) == []


@pytest.mark.parametrize("name", ["trustees", "issuers"])
def test_commission_is_a_member_only_as_one_of_its_own(name: str) -> None:
    own = Member(DEPLOYED.rules.commission, True)
    shown = replace(roster(2, 3), members=(own, *roster(2, 2).members))
    assert judge(TWO, **{name: shown}) == []
    hidden = (replace(own, commission=False), *roster(2, 2).members)
    (found,) = judge(TWO, **{name: replace(shown, members=hidden)})
    assert found == f"{name} hides the commission among the members"


@pytest.mark.parametrize(
    ("fields", "fact"),
    [
        ({"candidates": ("A",)}, "2 to 16 candidates"),
        ({"candidates": tuple(f"Name {n}" for n in range(17))}, "2 to 16 candidates"),
        ({"candidates": ("A", "A")}, "two lines that look alike"),
        ({"candidates": ("АННА", "Ahha")}, "two lines that look alike"),
        ({"particulars": ("x",)}, "not particulars for each candidate"),
        ({"particulars": ("x" * 257, "")}, "a name that is empty or above 256 bytes"),
        ({"particulars": ("", "x ")}, "a name that has a blank at an end"),
        ({"candidates": ("A", "")}, "a name that is empty or above 128 bytes"),
        ({"candidates": ("A", "я" * 64 + "x")}, "a name that is empty or above 128"),
        ({"candidates": ("A", "B\x1b[1A")}, "a name that has U+001B in it"),
        ({"title": "я" * 64 + "x"}, "a title that is empty or above 128 bytes"),
        ({"title": "Contest "}, "a title that has a blank at an end"),
    ],
)
def test_contest_beyond_a_bound_has_a_fault(fields: dict[str, Any], fact: str) -> None:
    found = judge(list_contests(2, **fields))
    assert found[-1].startswith("texts of contest 2 ")
    assert all(fact in each for each in found)


def test_contest_is_at_its_position() -> None:
    found = judge(list_contests(2, position=3), contests=tuple(map(seal, TWO)))
    assert "texts of contest 2 is not at its position" in found


@pytest.mark.parametrize(
    "fields",
    [
        {"candidates": ("A", "B")},
        {"candidates": tuple(f"Name {n}" for n in range(16))},
        {"candidates": ("A", "я" * 64)},
        {"title": "я" * 64},
        {"particulars": ("x" * 256, "")},
        {"candidates": ("A", "A"), "particulars": ("born in 1947", "born in 1977")},
        {"contest": 2**256 - 1},
    ],
)
def test_contest_at_a_bound_has_no_fault(fields: dict[str, Any]) -> None:
    assert judge(list_contests(2, **fields)) == []


def test_election_has_at_most_64_contests() -> None:
    assert judge(list_contests(64)) == []
    assert judge(list_contests(65)) == ["rules has not 1 to 64 contests"]
    assert judge(()) == ["rules has not 1 to 64 contests"]


@pytest.mark.parametrize(
    ("slots", "faults"),
    [
        (1, ["contest 1 has not 2 to 16 candidates"]),
        (2, []),
        (16, []),
        (17, ["contest 1 has not 2 to 16 candidates"]),
    ],
)
def test_contest_is_fixed_for_as_many_as_may_stand(
    slots: int, faults: list[str]
) -> None:
    fixed = replace(seal(TWO[0]), slots=slots)
    assert judge((), contests=(fixed,)) == faults


def test_texts_are_those_that_were_fixed() -> None:
    other = list_contests(2, title="Another")
    fixed = tuple(map(seal, TWO))
    (found,) = judge(other, contests=fixed)
    assert found == "texts of contest 2 is not what the election was made with"
    stranger = list_contests(2, contest=9)
    assert "texts of contest 9 is not at its position" in judge(
        stranger, contests=fixed
    )
    twice = (*TWO, TWO[1])
    assert judge(twice, contests=fixed) == ["texts of contest 2 is listed twice"] * 2
    assert judge(TWO[:1], contests=(fixed[0], fixed[0])) == [
        "contest 1 is fixed twice",
        "contest 1 is fixed twice",
    ]


def test_complaint_of_issuers_fits_a_transaction() -> None:
    assert judge(list_contests(64), issuers=roster(6, 10)) == []
    found = judge(list_contests(64), issuers=roster(7, 10))
    assert found == ["issuers has complaints that fit no transaction"]


def test_complaint_of_trustees_is_as_long_as_the_most_candidates_make_it() -> None:
    most = list_contests(2, candidates=tuple(f"Name {n}" for n in range(16)))
    assert judge(most, trustees=roster(10, 10)) == []
