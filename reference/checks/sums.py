"""C15: the sums are those of all ballots, docs/protocol.md §5."""

from __future__ import annotations

from reference.ballot import read_ciphertext
from reference.checks.openings import OF_TALLY
from reference.curve import INFINITY, decode_points
from reference.errors import NotDueError, claim
from reference.record import Record
from reference.report import Cases


def check_sums(record: Record, cases: Cases) -> None:
    """Add up the ballots of every contest again."""
    for contest in record.contests:
        with cases.case(f"contest {contest.contest}"):
            _claim_sum(record, contest["contest"])


def _claim_sum(record: Record, contest: int) -> None:
    if not record.every(*OF_TALLY, contest=contest):
        raise NotDueError("is not frozen yet")
    frozen = record.every("TallyFrozen", contest=contest)
    claim(len(frozen) == 1, "was not frozen once")
    ballots = record.every("BallotCast", contest=contest)
    claim(frozen[0]["cast_count"] == len(ballots), "has another number of ballots")
    slots = len(record.box(contest).keys)
    totals = [INFINITY] * (1 + slots)
    for event in ballots:
        raw = b"".join(read_ciphertext(event["ballot"], slots=slots))
        points = decode_points(raw)
        claim(len(points) == len(totals), "has a ballot that is cut off")
        totals = [total + each for total, each in zip(totals, points, strict=True)]
    tally = record.tally(contest)
    claim([tally.a_sum, *tally.b_sums] == totals, "has another sum of ballots")
