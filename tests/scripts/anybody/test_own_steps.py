"""What of all that comes next is told to each role as its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from election.protocol.ceremony.attempt import Step
from election.protocol.phases import Phase
from election.protocol.replay import Part
from election.protocol.tally import TallyState
from scripts.anybody.carried_steps import carry
from scripts.anybody.next_steps import Count, Keys, Outlook, find_next, list_next
from scripts.anybody.own_steps import Own, list_own
from scripts.shared.roles import Role

PAPER = "mark-paper --list LIST.json --voter-id ID --salt SALT"
STARTS = tuple(range(3_600, 8 * 3_600, 3_600))


def look(phase: Phase, *, step: Step = Step.FINAL) -> Outlook:
    keys = [Keys(part, step, 0) for part in (Part.TRUSTEES, Part.ISSUERS)]
    return Outlook(phase, phase * 3_600, STARTS, keys, (), (), 1)


def own(role: Role, outlook: Outlook, *, done: tuple[str, ...] = ()) -> Own:
    return list_own(role, outlook, list_next(outlook), done=done)


def commands(found: Own) -> list[str]:
    return [each.command.removeprefix("veche ") for each in found.now]


@pytest.mark.parametrize(
    ("role", "phase", "expected"),
    [
        (Role.TRUSTEE, Phase.KEYS, ["trustee --wait"]),
        (Role.ISSUER, Phase.KEYS, ["issuer --wait"]),
        (Role.COMMISSION, Phase.KEYS, []),
        (Role.COMMISSION, Phase.LIST, ["deploy"]),
        (Role.PORTAL, Phase.REGISTRATION, ["attest REQUEST.json"]),
        (Role.SMS_GATEWAY, Phase.VOTING, ["attest REQUEST.json"]),
        (Role.PORTAL, Phase.FREEZE, []),
        (Role.VOTER, Phase.REGISTRATION, ["request register"]),
        (Role.VOTER, Phase.FREEZE, []),
        (Role.VOTER, Phase.VOTING, ["request issue"]),
        (Role.POLLING_STATION, Phase.VOTING, [PAPER]),
        (Role.RELAY, Phase.GRACE, ["cast BALLOT.json"]),
        (Role.OBSERVER, Phase.TALLY, ["audit"]),
    ],
)
def test_role_is_told_what_is_its_own_now(
    role: Role, phase: Phase, expected: list[str]
) -> None:
    assert commands(own(role, look(phase, step=Step.SHARES))) == expected


def test_registrar_sends_what_both_attested() -> None:
    (sent,) = own(Role.REGISTRAR, look(Phase.REGISTRATION)).now
    assert sent.command == "veche register REQUEST.json"


def test_issuer_without_a_request_is_told_to_look_again() -> None:
    found = own(Role.ISSUER, look(Phase.VOTING))
    assert not found.now
    assert found.later is not None
    assert (found.later.command, found.later.due) == ("veche issue", 0)


def test_member_that_acted_has_nothing_to_do() -> None:
    outlook = look(Phase.KEYS, step=Step.COMMIT)
    assert commands(own(Role.TRUSTEE, outlook)) == ["trustee --wait"]
    assert not own(Role.TRUSTEE, outlook, done=("veche trustee --wait",)).now


def test_trustee_whose_share_is_given_has_nothing_to_do() -> None:
    outlook = look(Phase.TALLY)
    step = find_next(Count(7, True, TallyState.OPEN, 1, 2, waiting=0), outlook)
    assert step is not None
    share = "veche share --compare --contest 7"
    found = list_own(Role.TRUSTEE, outlook, [step], done=())
    assert [each.command for each in found.now] == [share]
    assert not list_own(Role.TRUSTEE, outlook, [step], done=(share,)).now


@pytest.mark.parametrize(
    ("role", "phase", "step", "expected"),
    [
        (
            *(Role.TRUSTEE, Phase.KEYS, Step.SHARES),
            [
                "export --for c.json --out deal.gz",
                "trustee --bundle deal.gz --out deal.json",
                "send deal.json",
            ],
        ),
        (
            *(Role.ISSUER, Phase.LIST, Step.FINAL),
            ["export --for c.json --out made.gz", "issuer --bundle made.gz"],
        ),
        (
            *(Role.TRUSTEE, Phase.TALLY, Step.FINAL),
            [
                "export --for c.json --out count.gz",
                "share --compare --bundle count.gz",
                "share --agreed HASH --bundle count.gz --out share.json",
                "send share.json",
            ],
        ),
        (
            *(Role.ISSUER, Phase.VOTING, Step.FINAL),
            ["export --for c.json --out polls.gz", "issue --bundle polls.gz"],
        ),
        (Role.COMMISSION, Phase.VOTING, Step.FINAL, []),
    ],
)
def test_member_without_a_network_is_told_what_to_carry(
    role: Role, phase: Phase, step: Step, expected: list[str]
) -> None:
    outlook = look(phase, step=step)
    state = TallyState.OPEN if phase is Phase.TALLY else TallyState.NONE
    counts = [Count(each, True, state, 0, 2, waiting=1) for each in (7, 8)]
    ahead = [each for each in (find_next(count, outlook) for count in counts) if each]
    found = list_own(role, outlook, [*list_next(outlook), *ahead], done=())
    assert commands(carry(found, role, outlook, card="c.json")) == expected


@pytest.mark.parametrize(
    ("role", "phase", "command", "due"),
    [
        (Role.TRUSTEE, Phase.SETUP, "trustee --wait", Phase.KEYS),
        (Role.TRUSTEE, Phase.LIST, "share --compare", Phase.CLOSED),
        (Role.ISSUER, Phase.LIST, "issue", Phase.VOTING),
        (Role.COMMISSION, Phase.KEYS, "publish-list REGISTER.csv", Phase.LIST),
        (Role.VOTER, Phase.KEYS, "request register", Phase.REGISTRATION),
        (Role.OBSERVER, Phase.VOTING, "audit", Phase.CLOSED),
    ],
)
def test_role_is_told_when_to_come_back(
    role: Role, phase: Phase, command: str, due: Phase
) -> None:
    later = own(role, look(phase)).later
    assert later is not None
    assert later.command == f"veche {command}"
    assert later.due == look(phase).begin(due)


@pytest.mark.parametrize("role", list(Role))
def test_nobody_comes_back_to_an_election_that_is_over(role: Role) -> None:
    assert own(role, look(Phase.FINAL)).later is None


def test_what_anybody_may_do_is_told_to_everybody() -> None:
    outlook = replace(look(Phase.KEYS), no_box=(1,))
    (may,) = own(Role.RELAY, outlook).may
    assert may.command == "veche create-boxes"
