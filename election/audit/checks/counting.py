"""The counts add up: cast <= issued <= online <= voters, and one count for each ballot.

docs/protocol.md §6, the counting rule, which holds at every moment of the election.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.protocol.events import (
    BallotCast,
    Issued,
    ListPublished,
    PaperMarked,
    Registered,
    ResultPublished,
    Withdrawn,
)
from election.protocol.replay import Entry

_Step = Registered | Withdrawn | PaperMarked | Issued | BallotCast


def check_counting(evidence: Evidence) -> Outcome:
    """Apply the counting rule to every contest."""
    return verify_each(
        evidence.contests,
        lambda each: _verify(evidence, each.contest),
        name=lambda contest: Named(f"contest {contest.contest}", contest.contest),
        blames=VALIDATORS,
    )


def count_online(evidence: Evidence, contest: int) -> int:
    """Count the leaves that are registered online, issued ones included."""
    registered = evidence.count(Registered, contest)
    return registered - evidence.count(Withdrawn, contest)


def _verify(evidence: Evidence, contest: int) -> None:
    steps: Sequence[Entry[_Step]] = evidence.of_kinds(*get_args(_Step), of=contest)
    past = evidence.past
    online = past.count(Registered, contest) - past.count(Withdrawn, contest)
    issued, cast, paper = (
        past.count(kind, contest) for kind in (Issued, BallotCast, PaperMarked)
    )
    size = evidence.last(ListPublished, contest).event.size if steps else 0
    for entry in steps:
        online += entry.kind is Registered
        online -= entry.kind is Withdrawn
        paper += entry.kind is PaperMarked
        issued += entry.kind is Issued
        cast += entry.kind is BallotCast
        fact = f"{cast} cast, {issued} issued, {online} online, {paper} on paper"
        holds = cast <= issued <= online and online + paper <= size
        require(holds, f"{fact} of {size} voters", blames=VALIDATORS)
    for result in evidence.every(ResultPublished, contest):
        counted = sum(result.event.counts)
        require(counted == cast, f"{counted} counted, {cast} cast", blames=VALIDATORS)
