"""C19: cast <= issued <= online <= voters, docs/protocol.md §6."""

from __future__ import annotations

from collections import Counter

from reference.errors import claim
from reference.record import Record
from reference.report import Cases

_STEPS = ("Registered", "Withdrawn", "PaperMarked", "Issued", "BallotCast")


def check_counting(record: Record, cases: Cases) -> None:
    """Apply the rule to every contest, after every event."""
    for contest in record.contests:
        with cases.case(f"contest {contest.contest}"):
            _claim_counting(record, contest["contest"])


def _claim_counting(record: Record, contest: int) -> None:
    so_far: Counter[str] = Counter()
    steps = record.every(*_STEPS, contest=contest)
    size = record.last("ListPublished", contest=contest)["size"] if steps else 0
    for event in steps:
        so_far[event.name] += 1
        online = so_far["Registered"] - so_far["Withdrawn"]
        holds = so_far["BallotCast"] <= so_far["Issued"] <= online
        holds = holds and online + so_far["PaperMarked"] <= size
        claim(holds, f"counts {dict(so_far)} of {size} voters")
    for result in record.every("ResultPublished", contest=contest):
        is_all = sum(result["counts"]) == so_far["BallotCast"]
        claim(is_all, "counts another number of ballots than were cast")
