"""Each tally took its steps in order, and no sum of too few ballots was opened.

docs/protocol.md §5: below m_min a contest is withheld until commission and observers
override it together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import Enum, auto
from typing import Final, get_args

from election.audit.authority import verify_authority
from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import NODE, VALIDATORS, Finding, Outcome
from election.audit.verify import Named, join_outcomes, verify_each
from election.protocol import events
from election.protocol.events import Overridden, TallyEvent, TallyFrozen
from election.protocol.replay import Entry
from election.protocol.tally import derive_override_hash


class _State(Enum):
    CLOSED = auto()
    EMPTY = auto()
    SMALL = auto()
    WITHHELD = auto()
    OPEN = auto()
    FINAL = auto()


_OWED: Final[Mapping[_State, str]] = {
    _State.EMPTY: "ResultPublished",
    _State.SMALL: "TallyWithheld",
}
"""What comes in the transaction that froze such a sum: no block ends before it."""

_MOVES: Final[Mapping[tuple[_State, type[TallyEvent]], _State]] = {
    (_State.CLOSED, events.TallyFrozen): _State.OPEN,  # or EMPTY or SMALL, by N
    (_State.EMPTY, events.ResultPublished): _State.FINAL,
    (_State.SMALL, events.TallyWithheld): _State.WITHHELD,
    (_State.WITHHELD, events.Overridden): _State.OPEN,
    (_State.OPEN, events.ShareAccepted): _State.OPEN,
    (_State.OPEN, events.ShareRefused): _State.OPEN,
    (_State.OPEN, events.ResultPublished): _State.FINAL,
}


def check_openings(evidence: Evidence) -> Outcome:
    """Repeat the steps of every contest's tally."""
    steps: defaultdict[int, list[Entry[TallyEvent]]] = defaultdict(list)
    entries: Sequence[Entry[TallyEvent]] = evidence.of_kinds(*get_args(TallyEvent))
    for entry in entries:
        steps[entry.event.contest].append(entry)
    return join_outcomes(_check_contest(evidence, each) for each in steps.values())


def _check_contest(evidence: Evidence, entries: list[Entry[TallyEvent]]) -> Outcome:
    state = _State.CLOSED

    def verify(entry: Entry[TallyEvent]) -> None:
        nonlocal state
        event, before = entry.event, state
        after = _MOVES.get((before, type(event)))
        state = after or before
        if isinstance(event, TallyFrozen):
            state = _sort(event, m_min=evidence.deployed.rules.m_min)
        fact = f"came when the tally was {before.name}"
        require(after is not None, fact, blames=VALIDATORS)
        if isinstance(event, Overridden):
            _verify_override(evidence, event)

    outcome = verify_each(entries, verify, name=_name, blames=VALIDATORS)
    if state not in _OWED:
        return outcome
    contest = entries[-1].event.contest
    fact = f"lacks {_OWED[state]}, which came with TallyFrozen"
    finding = Finding(f"tally of contest {contest}", fact, NODE, contest)
    return join_outcomes((outcome, Outcome(0, 1, (finding,))))


def _sort(event: TallyFrozen, *, m_min: int) -> _State:
    if event.cast_count == 0:
        return _State.EMPTY
    return _State.SMALL if event.cast_count < m_min else _State.OPEN


def _verify_override(evidence: Evidence, event: Overridden) -> None:
    verify_authority(
        derive_override_hash(evidence.tally(event.contest)),
        evidence.deployed.rules,
        commission=event.commission,
        observers=event.observers,
    )


def _name(entry: Entry[TallyEvent]) -> Named:
    contest, kind = entry.event.contest, type(entry.event).__name__
    return Named(f"{kind} of contest {contest}", contest)
