"""The counts add up: cast <= issued <= online <= voters, and one count for each ballot.

docs/protocol.md §6, the counting rule.
"""

from __future__ import annotations

from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.protocol.events import (
    BallotCast,
    ContestListed,
    Issued,
    ListPublished,
    PaperMarked,
    Registered,
    ResultPublished,
    Withdrawn,
)


def check_counting(evidence: Evidence) -> Outcome:
    """Apply the counting rule to every contest."""
    return verify_each(
        evidence.contests,
        lambda contest: _verify(evidence, contest),
        name=lambda contest: Named(f"contest {contest.contest}", contest.contest),
        blames=VALIDATORS,
    )


def count_online(evidence: Evidence, contest: int) -> int:
    """Count the leaves that are registered online, issued ones included."""
    registered = len(evidence.every(Registered, contest))
    return registered - len(evidence.every(Withdrawn, contest))


def _verify(evidence: Evidence, listed: ContestListed) -> None:
    contest = listed.contest
    cast = len(evidence.every(BallotCast, contest))
    issued = len(evidence.every(Issued, contest))
    online = count_online(evidence, contest)
    paper = len(evidence.every(PaperMarked, contest))
    size = evidence.last(ListPublished, contest).event.size
    require(cast <= issued, f"{cast} cast, {issued} issued", blames=VALIDATORS)
    require(issued <= online, f"{issued} issued, {online} online", blames=VALIDATORS)
    fact = f"{online} online and {paper} on paper of {size} voters"
    require(online + paper <= size, fact, blames=VALIDATORS)
    for result in evidence.every(ResultPublished, contest):
        counted = sum(result.event.counts)
        require(counted == cast, f"{counted} counted, {cast} cast", blames=VALIDATORS)
