"""Every ballot in a box holds exactly one choice and was cast with a credential.

docs/protocol.md §3 and §6: the proof, the signature of the ballot key, the issuers'
signature on it, and the hashes that the box announced.
"""

from __future__ import annotations

from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, describe, join_outcomes, verify_each
from election.errors import ElectionError, SpoolError
from election.protocol.events import BallotCast, ContestListed
from election.protocol.replay import Entry


def check_ballots(evidence: Evidence) -> Outcome:
    """Verify every ballot of every contest."""
    parts = [_check_contest(evidence, contest) for contest in evidence.contests]
    return join_outcomes(parts)


def _check_contest(evidence: Evidence, contest: ContestListed) -> Outcome:
    entries = evidence.every(BallotCast, contest.contest)
    if not entries:
        return Outcome(0, 0, ())  # there may be no box yet
    try:
        faults = evidence.casts(contest.contest).faults
    except SpoolError:
        raise
    except ElectionError as error:
        named = Named(f"contest {contest.contest}", contest.contest)
        finding = describe(error, named=named, blames=VALIDATORS)
        return Outcome(0, len(entries), (finding,))

    def verify(place: int) -> None:
        if place in faults:
            raise faults[place]

    return verify_each(
        range(len(entries)),
        verify,
        name=lambda place: Named(_title(entries[place]), contest.contest),
        blames=VALIDATORS,
    )


def _title(entry: Entry[BallotCast]) -> str:
    return f"ballot of {entry.event.credential.hex()}"
