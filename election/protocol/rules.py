"""By what rules an election can be held: all that its constructors ask of them.

docs/protocol.md §7; of texts more, so that a person reads what stands there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from election.crypto.group import G1_BYTES, G2_BYTES
from election.crypto.transcript import ADDRESS_BYTES, Address
from election.protocol.context import derive_election_id, derive_texts_hash
from election.protocol.events import (
    ContestListed,
    ElectionDeployed,
    Rules,
    SealedContest,
)
from election.protocol.manifest import (
    LONGEST_COMPLAINT,
    Roster,
    count_most_steps,
    measure_complaint,
)
from election.protocol.text import (
    are_lines_apart,
    find_name_fault,
    find_particulars_fault,
    find_slug_fault,
)

MOST_SEATS: Final = 10
"""Members of a ceremony."""

MOST_CANDIDATES: Final = 16
"""Of a contest."""

MOST_SMALL: Final = 6
"""Candidates of a contest whose box is a small one."""

MOST_SLOTS: Final = 64
"""Keys that a ceremony makes: one for each contest."""

_MOST_MEMBERS: Final = 20  # of a roster, with the reserves
_MOST_OBSERVERS: Final = 32
_NOBODY: Final = Address(bytes(ADDRESS_BYTES))


@dataclass(frozen=True, slots=True)
class Judged:
    """A part of what an election announces, and every fact that cannot be."""

    subject: str
    faults: tuple[str, ...]
    contest: int | None = None


def judge_rules(
    deployed: ElectionDeployed, contests: Sequence[ContestListed]
) -> Iterator[Judged]:
    """Judge the rules, both rosters and every contest, as the constructors do."""
    yield Judged("rules", _broken(_rule_facts(deployed)))
    slots = max((each.slots for each in deployed.contests), default=0)
    trustees, issuers = deployed.trustees, deployed.issuers
    facts = _roster_facts(trustees, slots=slots, point_bytes=G1_BYTES)
    facts |= _members_facts(trustees, deployed.rules)
    yield Judged("trustees", _broken(facts))
    facts = _roster_facts(issuers, slots=len(deployed.contests), point_bytes=G2_BYTES)
    facts |= _members_facts(issuers, deployed.rules)
    yield Judged("issuers", _broken(facts))
    ids = Counter(each.id for each in deployed.contests)
    for each in deployed.contests:
        facts = {
            "is fixed twice": ids[each.id] == 1,
            "has not 2 to 16 candidates": 2 <= each.slots <= MOST_CANDIDATES,
        }
        yield Judged(f"contest {each.id}", _broken(facts), each.id)
    listed = Counter(each.contest for each in contests)
    for event in contests:
        facts = _contest_facts(event, deployed.contests) | {
            "is listed twice": listed[event.contest] == 1
        }
        yield Judged(f"texts of contest {event.contest}", _broken(facts), event.contest)


def _broken(facts: Mapping[str, bool]) -> tuple[str, ...]:
    return tuple(fact for fact, holds in facts.items() if not holds)


def _rule_facts(deployed: ElectionDeployed) -> dict[str, bool]:
    rules, observers = deployed.rules, deployed.rules.observers
    officers = (rules.commission, rules.portal, rules.sms_gateway)
    everybody = (*officers, rules.polling_station, *observers)
    election_id = derive_election_id(rules.slug)
    return {
        "has an id that its slug does not give": deployed.election_id == election_id,
        "has times that do not increase": all(a < b for a, b in pairwise(rules.times)),
        "has steps of no time": rules.step_seconds > 0,
        "would open the sum of a single ballot": rules.m_min >= 2,
        "has an officer whom nobody can be": _NOBODY not in everybody,
        "has one key as portal and sms gateway": rules.portal != rules.sms_gateway,
        "counts the commission among the observers": rules.commission not in observers,
        "lists an observer twice": len(set(observers)) == len(observers),
        "has more than 32 observers": len(observers) <= _MOST_OBSERVERS,
        "has not 1 to 64 contests": 1 <= len(deployed.contests) <= MOST_SLOTS,
        "has a quorum that cannot be": 0 < rules.quorum <= len(observers),
        **_text_facts("slug", find_slug_fault(rules.slug)),
        **_text_facts("title", find_name_fault(rules.title)),
    }


def _text_facts(what: str, fault: str | None) -> dict[str, bool]:
    return {} if fault is None else {f"has a {what} that {fault}": False}


def _roster_facts(roster: Roster, *, slots: int, point_bytes: int) -> dict[str, bool]:
    accounts = [member.account for member in roster.members]
    k, n = roster.threshold, roster.seats
    complaint = measure_complaint(roster, slots=slots, point_bytes=point_bytes)
    return {
        "threshold is not 2 <= k <= n <= 10": 2 <= k <= n <= MOST_SEATS,
        "has fewer members than seats": n <= len(accounts),
        "has more than 20 members": len(accounts) <= _MOST_MEMBERS,
        "lists a member twice": len(set(accounts)) == len(accounts),
        "has a member whom nobody can be": _NOBODY not in accounts,
        "has complaints that fit no transaction": complaint <= LONGEST_COMPLAINT,
    }


def _members_facts(roster: Roster, rules: Rules) -> dict[str, bool]:
    for_keys = rules.times[1] - rules.times[0]
    named = {each.account for each in roster.members if each.commission}
    others = {each.account for each in roster.members} - named
    seated = roster.members[: roster.seats]
    of_commission = sum(member.commission for member in seated)
    return {
        "has no time for every attempt": (
            rules.step_seconds * count_most_steps(roster) <= for_keys
        ),
        "hides the commission among the members": rules.commission not in others,
        "gives the commission a threshold of its own": of_commission < roster.threshold,
    }


def _contest_facts(
    contest: ContestListed, sealed: Sequence[SealedContest]
) -> dict[str, bool]:
    names, particulars = contest.candidates, contest.particulars
    texts = derive_texts_hash(contest.title, names, particulars)
    own = SealedContest(contest.contest, len(names), texts)
    at = max(contest.position - 1, 0)
    placed = sealed[at : at + 1]
    faults = (
        *map(find_name_fault, names),
        *map(find_particulars_fault, particulars),
    )
    return {
        "is not at its position": [each.id for each in placed] == [own.id],
        "is not what the election was made with": own in placed,
        "has not 2 to 16 candidates": 2 <= len(names) <= MOST_CANDIDATES,
        "has not particulars for each candidate": len(particulars) == len(names),
        "has two lines that look alike": are_lines_apart(names, particulars),
        **_text_facts("title", find_name_fault(contest.title)),
        **_text_facts("name", next(filter(None, faults), None)),
    }
