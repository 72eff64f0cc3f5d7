"""The sum that was frozen is the sum of all ballots in the box.

docs/protocol.md §5.
"""

from __future__ import annotations

from typing import get_args

from election.audit.errors import NotDueError, require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.errors import EncodingError
from election.protocol.encoding import encode_totals
from election.protocol.events import (
    BallotCast,
    ContestListed,
    TallyEvent,
    TallyFrozen,
)


def check_sums(evidence: Evidence) -> Outcome:
    """Add up the ballots of every contest again."""
    return verify_each(
        evidence.contests,
        lambda contest: _verify(evidence, contest),
        name=lambda contest: Named(f"contest {contest.contest}", contest.contest),
        blames=VALIDATORS,
    )


def _verify(evidence: Evidence, contest: ContestListed) -> None:
    if not any(evidence.every(kind, contest.contest) for kind in get_args(TallyEvent)):
        raise NotDueError("is not frozen yet")
    frozen = evidence.last(TallyFrozen, contest.contest)
    is_only = len(evidence.every(TallyFrozen, contest.contest)) == 1
    require(is_only, "was frozen twice", blames=VALIDATORS)
    cast_count = evidence.count(BallotCast, contest.contest)
    is_right = frozen.event.cast_count == cast_count
    require(is_right, "has another number of ballots", blames=VALIDATORS)
    totals = evidence.casts(contest.contest).totals
    if isinstance(totals, EncodingError):
        raise totals
    is_right = encode_totals(totals) == frozen.event.totals
    require(is_right, "has another sum of ballots", blames=VALIDATORS)
