"""What `veche status` says is next, phase by phase and contest by contest."""

from __future__ import annotations

import pytest

from election.protocol.ceremony.attempt import Step
from election.protocol.phases import Phase
from election.protocol.replay import Part
from election.protocol.tally import TallyState
from scripts.anybody.next_steps import Count, Keys, Outlook, find_next, list_next

PUBLISH = "publish-list REGISTER.csv"
PAPER = "mark-paper --list LIST.json --voter-id ID --salt SALT"
CAST = "cast BALLOT.json"
EXPORT = "export --out record.jsonl.gz"
STARTS = tuple(range(3_600, 8 * 3_600, 3_600))


def look(
    phase: Phase,
    *,
    step: Step = Step.FINAL,
    no_list: tuple[int, ...] = (),
    no_box: tuple[int, ...] = (),
    unissued: int = 1,
) -> Outlook:
    keys = [Keys(part, step, 0) for part in (Part.TRUSTEES, Part.ISSUERS)]
    return Outlook(phase, 0, STARTS, keys, no_list, no_box, unissued)


def commands(outlook: Outlook) -> list[str]:
    return [each.command.removeprefix("veche ") for each in list_next(outlook)]


@pytest.mark.parametrize(
    ("outlook", "expected"),
    [
        (look(Phase.SETUP), ["trustee --wait", "issuer --wait"]),
        (look(Phase.KEYS, no_box=(1,)), ["create-boxes", PUBLISH]),
        (look(Phase.KEYS), [PUBLISH]),
        (look(Phase.KEYS, step=Step.FAILED), ["deploy", "deploy"]),
        (
            look(Phase.LIST, no_box=(1,), no_list=(1,)),
            ["create-boxes", PUBLISH, "terms"],
        ),
        (look(Phase.LIST), [f"{PUBLISH} --replace", "terms"]),
        (look(Phase.LIST, step=Step.SHARES), ["deploy"]),
        (look(Phase.REGISTRATION), ["terms", "request register"]),
        (look(Phase.FREEZE), ["request issue"]),
        (look(Phase.VOTING), ["request issue", PAPER, CAST, "freeze"]),
        (look(Phase.VOTING, unissued=0), [PAPER, CAST, "freeze"]),
        (look(Phase.GRACE), [CAST, "freeze"]),
        (look(Phase.CLOSED), ["audit", EXPORT]),
        (look(Phase.FINAL), ["audit", EXPORT]),
    ],
)
def test_every_phase_says_what_is_next(outlook: Outlook, expected: list[str]) -> None:
    assert commands(outlook) == expected


@pytest.mark.parametrize(
    ("phase", "state", "shares", "expected"),
    [
        (Phase.FREEZE, TallyState.NONE, 0, None),
        (Phase.VOTING, TallyState.NONE, 0, "veche issue --contest 7"),
        (Phase.CLOSED, TallyState.NONE, 0, "veche freeze --contest 7"),
        (Phase.TALLY, TallyState.WITHHELD, 0, "veche authorize --override 7"),
        (Phase.TALLY, TallyState.OPEN, 1, "veche share --compare --contest 7"),
        (Phase.TALLY, TallyState.OPEN, 2, "veche publish-result --contest 7"),
        (Phase.FINAL, TallyState.FINAL, 2, None),
    ],
)
def test_every_contest_says_what_is_next(
    phase: Phase, state: TallyState, shares: int, expected: str | None
) -> None:
    found = find_next(Count(7, True, state, shares, 2, waiting=1), look(phase))
    assert (found and found.command) == expected
    assert find_next(Count(7, False, state, shares, 2, waiting=1), look(phase)) is None


@pytest.mark.parametrize("phase", [Phase.VOTING, Phase.GRACE])
def test_issuers_have_nothing_to_answer_once_all_have_cast(phase: Phase) -> None:
    count = Count(7, True, TallyState.NONE, 0, 2, waiting=0)
    assert find_next(count, look(phase)) is None
