"""An election can be held by these rules, and the commission alone holds no key.

docs/protocol.md §2 and §4, with the contests and their candidates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import COMMISSION, Outcome
from election.audit.verify import Named, join_outcomes, verify_each
from election.crypto.transcript import ADDRESS_BYTES, Address
from election.protocol.context import derive_election_id
from election.protocol.events import ContestListed, ElectionDeployed
from election.protocol.manifest import CEREMONY_STEPS, Roster

_NOBODY = Address(bytes(ADDRESS_BYTES))


def check_rules(evidence: Evidence) -> Outcome:
    """Check the rules, both rosters and every contest."""
    deployed = evidence.deployed
    rosters = {"trustees": deployed.trustees, "issuers": deployed.issuers}
    contests = tuple(enumerate(evidence.contests, 1))
    ids = Counter(contest.contest for _, contest in contests)
    return join_outcomes(
        (
            verify_each(
                evidence.every(ElectionDeployed),
                lambda entry: _verify_rules(entry.event, deployed),
                name=lambda _: Named("rules"),
                blames=COMMISSION,
            ),
            verify_each(
                rosters,
                lambda key: _verify_roster(rosters[key], deployed.rules.commission),
                name=Named,
                blames=COMMISSION,
            ),
            verify_each(
                contests,
                lambda item: _verify_contest(*item, ids=ids),
                name=lambda item: Named(f"contest {item[1].contest}", item[1].contest),
                blames=COMMISSION,
            ),
        )
    )


def _verify_rules(event: ElectionDeployed, announced: ElectionDeployed) -> None:
    rules = event.rules
    officers = (
        rules.commission,
        rules.portal,
        rules.sms_gateway,
        rules.polling_station,
        *rules.observers,
    )
    observers = set(rules.observers)
    facts = {
        "the election is deployed twice": event == announced,
        "has an id that its slug does not give": event.election_id
        == derive_election_id(rules.slug),
        "has times that do not increase": all(a < b for a, b in pairwise(rules.times)),
        "has steps of no time": rules.step_seconds > 0,
        "has no time for a ceremony": rules.step_seconds * CEREMONY_STEPS
        <= rules.times[1] - rules.times[0],
        "counts the commission among the observers": rules.commission not in observers,
        "would open the sum of a single ballot": rules.m_min >= 2,
        "has an officer whom nobody can be": _NOBODY not in officers,
        "has one key as portal and sms gateway": rules.portal != rules.sms_gateway,
        "lists an observer twice": len(observers) == len(rules.observers),
        "has a quorum that cannot be": 0 < rules.quorum <= len(observers),
    }
    for fact, holds in facts.items():
        require(holds, fact, blames=COMMISSION)


def _verify_roster(roster: Roster, commission: Address) -> None:
    accounts = [member.account for member in roster.members]
    seated = roster.members[: roster.seats]
    facts = {
        "threshold is not 2 <= k <= n <= 10": 2
        <= roster.threshold
        <= roster.seats
        <= 10,
        "has fewer members than seats": roster.seats <= len(accounts),
        "lists a member twice": len(set(accounts)) == len(accounts),
        "has a member whom nobody can be": _NOBODY not in accounts,
        "hides the commission among the members": all(
            member.commission or member.account != commission
            for member in roster.members
        ),
        "gives the commission a threshold of its own": sum(
            member.commission for member in seated
        )
        < roster.threshold,
    }
    for fact, holds in facts.items():
        require(holds, fact, blames=COMMISSION)


def _verify_contest(
    position: int, contest: ContestListed, *, ids: Mapping[int, int]
) -> None:
    facts = {
        "is listed twice": ids[contest.contest] == 1,
        "is not at its position": contest.position == position,
        "has not 2 to 16 candidates": 2 <= len(contest.candidates) <= 16,
        "has a candidate without a name": all(contest.candidates),
    }
    for fact, holds in facts.items():
        require(holds, fact, blames=COMMISSION)
