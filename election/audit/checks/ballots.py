"""Every ballot in a box holds exactly one choice and was cast with a credential.

docs/protocol.md §3 and §6: the proof, the signature of the ballot key, the issuers'
signature on it, and the hashes that the box announced.
"""

from __future__ import annotations

from election.audit.casts import Cast
from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, describe, join_outcomes, verify_each
from election.errors import BallotError, ElectionError
from election.protocol.events import BallotCast, ContestListed


def check_ballots(evidence: Evidence) -> Outcome:
    """Verify every ballot of every contest."""
    parts = [_check_contest(evidence, contest) for contest in evidence.contests]
    return join_outcomes(parts)


def _check_contest(evidence: Evidence, contest: ContestListed) -> Outcome:
    if not evidence.every(BallotCast, contest.contest):
        return Outcome(0, 0, ())  # there may be no box yet
    try:
        casts = evidence.casts(contest.contest)
    except ElectionError as error:
        named = Named(f"contest {contest.contest}", contest.contest)
        finding = describe(error, named=named, blames=VALIDATORS)
        total = len(evidence.every(BallotCast, contest.contest))
        return Outcome(0, total, (finding,))
    return verify_each(
        casts,
        _verify,
        name=lambda cast: Named(_title(cast), contest.contest),
        blames=VALIDATORS,
    )


def _title(cast: Cast) -> str:
    return f"ballot of {cast.entry.event.credential.hex()}"


def _verify(cast: Cast) -> None:
    event, ballot = cast.entry.event, cast.outcome
    if isinstance(ballot, BallotError):
        raise ballot
    is_own = ballot.record.credential == event.credential
    require(is_own, "is announced under another credential", blames=VALIDATORS)
    is_named = ballot.ballot_hash == event.ballot_hash
    require(is_named, "is announced with another hash", blames=VALIDATORS)
