"""Each credential counts once, and nobody was turned away who had not cast.

docs/protocol.md §6. At every moment there are at most as many ballots as credentials
were issued. That credentials increase inside a call is not repeated here: a transaction
may hold several calls, and events do not show where one ends.
"""

from __future__ import annotations

from collections import defaultdict

from election.audit.errors import require
from election.audit.evidence import Evidence, contest_of
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.crypto.transcript import Address
from election.protocol.events import BallotCast, BallotSkipped, Issued
from election.protocol.replay import Entry

_Casting = BallotCast | BallotSkipped | Issued


def check_casting(evidence: Evidence) -> Outcome:
    """Repeat in order what was issued, cast and skipped."""
    used: defaultdict[int | None, set[Address]] = defaultdict(set)
    issued: defaultdict[int | None, int] = defaultdict(int)

    def verify(entry: Entry[_Casting]) -> None:
        event, contest = entry.event, contest_of(entry)
        if isinstance(event, Issued):
            issued[contest] += 1
            return
        is_used = event.credential in used[contest]
        if isinstance(event, BallotSkipped):
            require(is_used, "was turned away unused", blames=VALIDATORS)
            return
        require(not is_used, "has two ballots in the box", blames=VALIDATORS)
        used[contest].add(event.credential)
        is_covered = len(used[contest]) <= issued[contest]
        require(is_covered, "is one more than were issued", blames=VALIDATORS)

    entries: tuple[Entry[_Casting], ...] = evidence.of_kinds(
        BallotCast, BallotSkipped, Issued
    )
    return verify_each(entries, verify, name=_name, blames=VALIDATORS)


def _name(entry: Entry[_Casting]) -> Named:
    event, contest = entry.event, contest_of(entry)
    if isinstance(event, Issued):
        return Named(f"Issued of leaf {event.leaf.hex()[:16]}", contest)
    return Named(f"credential {event.credential.hex()}", contest)
