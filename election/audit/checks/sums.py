"""The sum that was frozen is the sum of all ballots in the box.

docs/protocol.md §5.
"""

from __future__ import annotations

from typing import get_args

from election.audit.casts import Cast
from election.audit.errors import NotDueError, require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.crypto.elgamal import Ciphertext, combine_ciphertexts
from election.crypto.group import G1_BYTES
from election.errors import BallotError
from election.protocol.encoding import decode_totals, encode_totals
from election.protocol.events import ContestListed, TallyEvent, TallyFrozen


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
    casts = evidence.casts(contest.contest)
    is_right = frozen.event.cast_count == len(casts)
    require(is_right, "has another number of ballots", blames=VALIDATORS)
    slots = len(evidence.box(contest.contest).election_keys)
    ciphertexts = [_read_ciphertext(cast, slots=slots) for cast in casts]
    totals = combine_ciphertexts(ciphertexts, slots=slots)
    is_right = encode_totals(totals) == frozen.event.totals
    require(is_right, "has another sum of ballots", blames=VALIDATORS)


def _read_ciphertext(cast: Cast, *, slots: int) -> Ciphertext:
    if isinstance(cast.outcome, BallotError):
        # whether the box should have taken it is the claim of the ballots
        start = 32
        raw = cast.entry.event.ballot[start : start + (1 + slots) * G1_BYTES]
        return decode_totals(raw, slots=slots)
    return cast.outcome.record.ciphertext
