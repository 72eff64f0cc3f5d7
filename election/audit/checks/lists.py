"""Each contest has a voter list, and no list is of a contest that nobody knows.

docs/protocol.md §6. That lists were published in their phase, and so never changed
after it, is the clock's claim; the last one counts. That one is missing rests on the
head's time, which nothing covers, and so blames nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from election.audit.errors import NotDueError, require
from election.audit.evidence import Evidence
from election.audit.report import COMMISSION, NOBODY, Outcome
from election.audit.verify import Named, join_outcomes, verify_each
from election.protocol.events import ListPublished
from election.protocol.replay import Entry
from election.protocol.voter_list import NO_VOTERS

_SIZE_AT_MOST: Final = 2**24


def check_lists(evidence: Evidence) -> Outcome:
    """Check every published list, and that none is missing."""
    contests = tuple(contest.contest for contest in evidence.contests)

    def verify(entry: Entry[ListPublished]) -> None:
        is_known = entry.event.contest in contests
        require(is_known, "is of no contest", blames=COMMISSION)
        is_sane = 0 < entry.event.size <= _SIZE_AT_MOST
        require(is_sane, "has an impossible size", blames=COMMISSION)

    def require_list(contest: int) -> None:
        if evidence.every(ListPublished, contest):
            return
        if evidence.now < evidence.times.registration:
            raise NotDueError("is not published yet")
        fact = "was not published in time, if the head's time is right"
        require(False, fact, blames=NOBODY)

    return join_outcomes(
        (
            verify_each(
                evidence.every(ListPublished),
                verify,
                name=lambda entry: _name(entry.event.contest),
                blames=COMMISSION,
            ),
            verify_each(
                contests,
                require_list,
                name=_name,
                blames=COMMISSION,
            ),
            Outcome(0, 0, (), tuple(_note_voterless(evidence, contests))),
        )
    )


def _note_voterless(evidence: Evidence, contests: Iterable[int]) -> Iterator[str]:
    for contest in contests:
        published = [each.event for each in evidence.every(ListPublished, contest)]
        if published and published[-1].root == NO_VOTERS.root:
            yield f"contest {contest} has no voters, as the commission states"


def _name(contest: int) -> Named:
    return Named(f"voter list of contest {contest}", contest)
