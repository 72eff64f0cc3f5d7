"""C4: an election can be held by these rules, docs/protocol.md §2, §4 and §7."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from reference.checks.contexts import hash_texts
from reference.errors import NotDueError, claim
from reference.names import claim_name, claim_slug, look
from reference.record import Event, Record
from reference.report import Cases
from reference.transcript import hash_text, tagged_hash

_NOBODY: Final = bytes(20)
_COMPLAINT: Final = 122_880  # bytes
_POINTS: Final = {"trustees": 128, "issuers": 256}  # bytes


def check_rules(record: Record, cases: Cases) -> None:
    """Check the rules, both rosters and every contest."""
    contests, fixed = record.contests, record.deployed["contests"]
    with cases.case("rules"):
        claim(len(record.every("ElectionDeployed")) == 1, "are announced twice")
        election_id = tagged_hash("election", hash_text(record.rules["slug"]))
        claim(record.deployed["election_id"] == election_id, "have another id")
        claim(1 <= len(fixed) <= 64, "have not 1 to 64 contests")
        _claim_rules(record.rules)
    most = max((contest["slots"] for contest in fixed), default=0)
    slots = {"trustees": most, "issuers": len(fixed)}
    for part, count in slots.items():
        with cases.case(part):
            roster = record.deployed[part]
            _claim_roster(roster, record.rules)
            bytes_of_slot = roster["k"] * _POINTS[part] + 32 * (roster["n"] - 1)
            claim(count * bytes_of_slot <= _COMPLAINT, "have complaints too long")
    ids = Counter(contest["id"] for contest in fixed)
    for each in fixed:
        with cases.case(f"contest {each['id']}"):
            claim(ids[each["id"]] == 1, "is fixed twice")
            claim(2 <= each["slots"] <= 16, "has not 2 to 16 candidates")
            _claim_listed(record, each["id"])
    for contest in contests:
        with cases.case(f"texts of contest {contest['contest']}"):
            _claim_texts(contest, fixed)


def _claim_listed(record: Record, contest: int) -> None:
    listed = record.every("ContestListed", contest=contest)
    if not listed and record.is_before(0):
        raise NotDueError("has no candidates yet")
    claim(len(listed) == 1, "has not its candidates once on the record")


def _claim_texts(contest: Event, fixed: tuple[Mapping[str, Any], ...]) -> None:
    names, particulars = contest["candidates"], contest["particulars"]
    claim(2 <= len(names) <= 16, "has not 2 to 16 candidates")
    for text in (contest["title"], *names):
        claim_name(text)
    for text in filter(None, particulars):
        claim_name(text, longest=256)
    claim(len(particulars) == len(names), "has not particulars for everybody")
    lines = {look(line) for line in zip(names, particulars, strict=True)}
    claim(len(lines) == len(names), "has two lines that look alike")
    at = contest["position"]
    is_placed = 1 <= at <= len(fixed) and fixed[at - 1]["id"] == contest["contest"]
    claim(is_placed, "is not at its position")
    own = fixed[at - 1]["slots"], fixed[at - 1]["texts"]
    claim(own == (len(names), hash_texts(contest)), "is not what was fixed")


def _claim_rules(rules: Mapping[str, Any]) -> None:
    times, observers = rules["times"], rules["observers"]
    claim_slug(rules["slug"])
    claim_name(rules["title"])
    is_increasing = all(times[i] < times[i + 1] for i in range(6))
    claim(is_increasing, "have times that do not increase")
    claim(rules["step_seconds"] > 0, "have steps of no time")
    claim(rules["m_min"] >= 2, "open a single ballot")
    offices = ("commission", "portal", "sms_gateway", "polling_station")
    holders = [*(rules[office] for office in offices), *observers]
    claim(_NOBODY not in holders, "have an office of nobody")
    claim(rules["portal"] != rules["sms_gateway"], "have one key for two offices")
    claim(len(set(observers)) == len(observers), "list an observer twice")
    claim(len(observers) <= 32, "have more than 32 observers")
    claim(rules["commission"] not in observers, "let the commission observe itself")
    claim(1 <= rules["quorum"] <= len(observers), "have an impossible quorum")


def _claim_roster(roster: Mapping[str, Any], rules: Mapping[str, Any]) -> None:
    commission, times = rules["commission"], rules["times"]
    members, k, n = roster["members"], roster["k"], roster["n"]
    accounts = {member["account"] for member in members}
    claim(2 <= k <= n <= 10, "have an impossible threshold")
    claim(n <= len(members) <= 20, "have an impossible number of members")
    attempts = len(members) - k + 1
    has_time = 5 * attempts * rules["step_seconds"] <= times[1] - times[0]
    claim(has_time, "have no time for every attempt")
    claim(len(accounts) == len(members), "list a member twice")
    claim(_NOBODY not in accounts, "list nobody")
    named = {member["account"] for member in members if member["commission"]}
    claim(commission not in accounts - named, "hide the commission")
    of_commission = sum(member["commission"] for member in members[:n])
    claim(of_commission < k, "give the commission a threshold")
