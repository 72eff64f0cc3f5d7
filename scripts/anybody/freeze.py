"""Freeze the sums of contests."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Final

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import OpenElection
from election.crypto.signature import SigningKey
from election.protocol.tally import TallyState
from election.protocol.text import name_contests
from scripts.shared.asking import Ask, ask_nobody
from scripts.shared.contests import (
    Fates,
    act_on_each,
    require_box,
    require_closed,
    send_unless_done,
)

_NEXT: Final[Mapping[TallyState, str]] = {
    TallyState.OPEN: "waits for the trustees' shares: `veche share --compare`",
    TallyState.WITHHELD: "has few ballots: `veche authorize --override`, or nothing",
    TallyState.FINAL: "is counted: `veche audit`",
}


def freeze(
    opened: OpenElection,
    contests: Sequence[int],
    *,
    key: SigningKey,
    ask: Ask = ask_nobody,
) -> Fates[TallyState]:
    """Freeze the contests that are not frozen yet; tells the states of all.

    Raises NotYetError while the polls are open.
    """
    require_closed(opened)
    if later := [each for each in contests if not is_frozen(opened, each)]:
        sums = "sum" if len(later) == 1 else "sums"
        ask(
            f"closes the {sums} of {name_contests(later)} for good:",
            "a ballot that is not in its box by now is not counted",
        )

    def freeze_one(contest: int) -> TallyState:
        require_box(opened, contest)
        if not is_frozen(opened, contest):
            act = opened.tally.freeze(contest)
            is_done = partial(is_frozen, opened, contest)
            send_unless_done(opened, act, key=key, is_done=is_done)
            if not is_done():
                fact = "is not frozen, though the node says so: ask another node"
                raise UnexpectedAnswerError(f"contest {contest}", fact)
        return opened.tally.state(contest)

    return act_on_each(contests, freeze_one)


def is_frozen(opened: OpenElection, contest: int) -> bool:
    """Tell whether a contest's sum is closed."""
    return opened.tally.state(contest) is not TallyState.NONE


def spell_state(
    contest: int, state: TallyState, *, before: Collection[int]
) -> dict[str, str]:
    """Say what became of a contest, and what is next; before: those frozen before."""
    return {
        "frozen": "before" if contest in before else "now",
        "state": state.name.lower(),
        "next": _NEXT[state],
    }


def spell_next(states: Collection[TallyState]) -> tuple[str, ...]:
    """Say who goes on, by the states of all contests that were asked about."""
    if TallyState.OPEN in states:
        return (
            "each trustee runs `veche share --compare`, and with the others compares",
            "what it shows; `veche status` says which contests wait for whom",
        )
    if TallyState.WITHHELD in states:
        return ("`veche status` says who may still open what few ballots withhold",)
    return ("`veche audit`: anybody verifies the whole election",)
