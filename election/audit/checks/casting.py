"""Each credential counts once, and nobody was turned away who had not cast.

docs/protocol.md §6. That credentials increase inside a call is not repeated here: a
transaction may hold several calls, and events do not show where one ends.
"""

from __future__ import annotations

from collections import defaultdict

from election.audit.errors import require
from election.audit.evidence import Evidence, contest_of
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.crypto.transcript import Address
from election.protocol.events import BallotCast, BallotSkipped
from election.protocol.replay import Entry

_Casting = BallotCast | BallotSkipped


def check_casting(evidence: Evidence) -> Outcome:
    """Repeat in order what was cast and what was skipped."""
    used: defaultdict[int | None, set[Address]] = defaultdict(set)

    def verify(entry: Entry[_Casting]) -> None:
        credential, others = entry.event.credential, used[contest_of(entry)]
        is_used = credential in others
        others.add(credential)
        if isinstance(entry.event, BallotSkipped):
            require(is_used, "was turned away unused", blames=VALIDATORS)
        else:
            require(not is_used, "has two ballots in the box", blames=VALIDATORS)

    entries: tuple[Entry[_Casting], ...] = evidence.of_kinds(BallotCast, BallotSkipped)
    return verify_each(
        entries,
        verify,
        name=lambda entry: Named(
            f"credential {entry.event.credential.hex()}", contest_of(entry)
        ),
        blames=VALIDATORS,
    )
