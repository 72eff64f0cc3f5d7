from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from election.protocol.board import Board
from election.protocol.events import ContestListed, ElectionDeployed
from tests.audit.tampering import change, examine, find, put

NOBODY = bytes(20)


def test_slug_of_another_election_is_found(board: Board) -> None:
    deployed = find(board, ElectionDeployed)
    rules = replace(deployed.event.rules, slug="another")
    tampered = change(board, deployed, rules=rules)
    faults = examine(tampered)
    assert faults.keys() == {"code", "rules"}
    (finding,) = faults["rules"]
    assert finding.fact == "has an id that its slug does not give"
    assert finding.blames == "commission"


def test_keys_too_short_for_every_attempt_is_found(board: Board) -> None:
    deployed = find(board, ElectionDeployed)
    rules = replace(deployed.event.rules, step_seconds=86_400 // 15 + 1)
    (finding,) = examine(change(board, deployed, rules=rules))["rules"]
    assert finding.subject == "trustees"
    assert finding.fact == "has no time for every attempt"


@pytest.mark.parametrize(
    "fields",
    [
        {"m_min": 1},
        {"step_seconds": 0},
        {"quorum": 0},
        {"quorum": 4},
        {"portal": NOBODY},
        {"polling_station": NOBODY},
        {"observers": (NOBODY, NOBODY, NOBODY)},
        {"times": (1, 2, 3, 4, 5, 5, 6)},
        {"title": "x" * 129},
        {"title": "FAILED\rheld"},
        {"observers": tuple(bytes([n]) * 20 for n in range(1, 34))},
    ],
)
def test_rules_that_cannot_be_are_found(board: Board, fields: dict[str, Any]) -> None:
    deployed = find(board, ElectionDeployed)
    rules = replace(deployed.event.rules, **fields)
    tampered = change(board, deployed, rules=rules)
    assert examine(tampered)["rules"][0].subject == "rules"


def test_one_key_as_portal_and_sms_gateway_is_found(board: Board) -> None:
    deployed = find(board, ElectionDeployed)
    rules = deployed.event.rules
    rules = replace(rules, portal=rules.sms_gateway)
    tampered = change(board, deployed, rules=rules)
    assert "portal and sms gateway" in examine(tampered)["rules"][0].fact


def test_commission_with_a_threshold_is_found(board: Board) -> None:
    deployed = find(board, ElectionDeployed)
    roster = deployed.event.trustees
    ours = [replace(member, commission=True) for member in roster.members[:2]]
    members = (*ours, *roster.members[2:])
    tampered = change(board, deployed, trustees=replace(roster, members=members))
    faults = examine(tampered)
    assert faults.keys() == {"code", "rules"}
    (finding,) = faults["rules"]
    assert finding.fact == "gives the commission a threshold of its own"


def test_commission_among_the_observers_is_found(board: Board) -> None:
    deployed = find(board, ElectionDeployed)
    rules = deployed.event.rules
    rules = replace(rules, commission=rules.observers[0])
    finding = examine(change(board, deployed, rules=rules))["rules"][0]
    assert finding.fact == "counts the commission among the observers"


@pytest.mark.parametrize("part", ["trustees", "issuers"])
def test_commission_that_hides_among_the_members_is_found(
    board: Board, part: str
) -> None:
    deployed = find(board, ElectionDeployed)
    roster = getattr(deployed.event, part)
    ours = replace(
        roster.members[-1],
        account=deployed.event.rules.commission,
        commission=False,
    )
    roster = replace(roster, members=(*roster.members[:-1], ours))
    finding = examine(change(board, deployed, **{part: roster}))["rules"][0]
    assert finding.fact == "hides the commission among the members"


@pytest.mark.parametrize("fields", [{"threshold": 1}, {"threshold": 4}, {"seats": 5}])
def test_roster_that_cannot_be_is_found(board: Board, fields: dict[str, int]) -> None:
    deployed = find(board, ElectionDeployed)
    roster = replace(deployed.event.trustees, **fields)  # type: ignore[arg-type]
    tampered = change(board, deployed, trustees=roster)
    assert {"rules", "trustees"} <= examine(tampered).keys()


@pytest.mark.parametrize(
    "fields",
    [
        {"contest": 2},
        {"position": 3},
        {"candidates": ("alone",)},
        {"candidates": ("one", "x" * 129)},
        {"candidates": ("one", "two\u202e")},
        {"title": "\u2800"},
    ],
)
def test_contest_that_cannot_be_is_found(board: Board, fields: dict[str, Any]) -> None:
    tampered = change(board, find(board, ContestListed), **fields)
    assert "rules" in examine(tampered)


def test_second_deployment_is_found(board: Board) -> None:
    log = find(board, ElectionDeployed).log
    twice = put(board, log, log, replace(log, index=log.index + 1))
    assert "rules" not in examine(twice)
    tampered = change(twice, find(twice, ElectionDeployed), deployer=NOBODY)
    finding = examine(tampered)["rules"][0]
    assert (finding.subject, finding.blames) == ("deployment", "commission")
