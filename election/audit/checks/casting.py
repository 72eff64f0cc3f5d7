"""Each credential counts once.

docs/protocol.md §6. That credentials increase inside a call is not repeated here: a
transaction may hold several calls, and events do not show where one ends.
"""

from __future__ import annotations

from collections import defaultdict

from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.crypto.transcript import Address
from election.protocol.events import BallotCast
from election.protocol.replay import Entry


def check_casting(evidence: Evidence) -> Outcome:
    """Look for a credential with two ballots in one box."""
    used: defaultdict[int | None, set[Address]] = defaultdict(set)

    def verify(entry: Entry[BallotCast]) -> None:
        credential, others = entry.event.credential, used[entry.contest]
        contest = entry.contract.contest
        is_used = credential in others or (
            contest is not None and evidence.past.has_cast(contest, credential)
        )
        others.add(credential)
        require(not is_used, "has two ballots in the box", blames=VALIDATORS)

    return verify_each(
        evidence.every(BallotCast),
        verify,
        name=lambda entry: Named(
            f"credential {entry.event.credential.hex()}", entry.contest
        ),
        blames=VALIDATORS,
    )
