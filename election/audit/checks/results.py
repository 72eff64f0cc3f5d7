"""The counts of every contest are what exactly k trustees' shares decrypt to.

docs/protocol.md §5. Nobody needs to be trusted for that: each count is checked by an
equation of its own.
"""

from __future__ import annotations

from election.audit.errors import NotDueError, require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.crypto.scalar import accept_scalar
from election.protocol.decryption import DecryptionShare, Result, accept_result
from election.protocol.encoding import decode_g1_list
from election.protocol.events import (
    ContestListed,
    Overridden,
    ResultPublished,
    ShareAccepted,
    TallyWithheld,
)
from election.protocol.replay import Part


def check_results(evidence: Evidence) -> Outcome:
    """Verify the counts of every contest, unless it is withheld."""
    return verify_each(
        evidence.contests,
        lambda contest: _verify(evidence, contest),
        name=lambda contest: Named(f"contest {contest.contest}", contest.contest),
        blames=VALIDATORS,
    )


def is_withheld(evidence: Evidence, contest: int) -> bool:
    """Tell whether a contest was withheld, and not overridden."""
    withheld = len(evidence.every(TallyWithheld, contest))
    return withheld > len(evidence.every(Overridden, contest))


def _verify(evidence: Evidence, contest: ContestListed) -> None:
    if is_withheld(evidence, contest.contest):
        is_silent = not evidence.every(ResultPublished, contest.contest)
        require(is_silent, "is withheld and has a result", blames=VALIDATORS)
        return
    results = evidence.every(ResultPublished, contest.contest)
    if not results:
        raise NotDueError("has no result yet")
    require(len(results) == 1, "has several results", blames=VALIDATORS)
    event = results[0].event
    tally = evidence.tally(contest.contest)
    if tally.cast_count == 0:
        is_zero = event.counts == (0,) * len(contest.candidates)
        require(is_zero and not event.trustees, "counts nobody", blames=VALIDATORS)
        return
    is_enough = len(event.trustees) == evidence.deployed.trustees.threshold
    require(is_enough, "is not opened by exactly k trustees", blames=VALIDATORS)
    shares = _read_shares(evidence, contest.contest, trustees=event.trustees)
    counts = tuple(map(accept_scalar, event.counts))
    accept_result(Result(event.trustees, counts), shares, tally=tally)


def _read_shares(
    evidence: Evidence, contest: int, *, trustees: tuple[int, ...]
) -> list[DecryptionShare]:
    shares = {
        entry.event.trustee: entry.event
        for entry in evidence.every(ShareAccepted, contest)
    }
    members = range(1, len(evidence.ceremony(Part.TRUSTEES).members) + 1)
    is_known = set(trustees) <= set(shares) & set(members)
    require(is_known, "is opened by a share that is not there", blames=VALIDATORS)
    slots = len(evidence.tally(contest).totals.slots)
    read = []
    for trustee in sorted(set(trustees)):
        points = decode_g1_list(shares[trustee].decryption, allow_infinity=True)
        require(len(points) == slots, "has a share too short", blames=VALIDATORS)
        read.append(DecryptionShare(trustee, points))
    return read
