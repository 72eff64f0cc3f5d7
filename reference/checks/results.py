"""C18: the counts are what was decrypted, docs/protocol.md §5."""

from __future__ import annotations

from itertools import pairwise

from reference.curve import (
    INFINITY,
    ORDER,
    G,
    add_up,
    decode_points,
    multiply,
)
from reference.errors import NotDueError, claim
from reference.record import Event, Record
from reference.report import Cases


def check_results(record: Record, cases: Cases) -> None:
    """Verify the counts of every contest, unless it is withheld."""
    for contest in record.contests:
        with cases.case(f"contest {contest.contest}"):
            _claim_result(record, contest)


def is_withheld(record: Record, contest: int) -> bool:
    """Tell whether a contest was withheld, and not overridden."""
    withheld = record.every("TallyWithheld", contest=contest)
    return len(withheld) > len(record.every("Overridden", contest=contest))


def _claim_result(record: Record, contest: Event) -> None:
    results = record.every("ResultPublished", contest=contest["contest"])
    if is_withheld(record, contest["contest"]):
        claim(not results, "is withheld and has a result")
        return
    if not results:
        raise NotDueError("has no result yet")
    claim(len(results) == 1, "has not one result")
    (result,) = results
    counts, trustees = result["counts"], result["trustees"]
    cast = record.tally(contest["contest"]).cast_count
    if cast == 0:
        is_zero = counts == (0,) * len(contest["candidates"])
        claim(is_zero and not trustees, "was opened though nobody voted")
        return
    claim(sum(counts) == cast, "counts others than were cast")
    k = record.deployed["trustees"]["k"]
    claim(len(trustees) == k, "is not opened by exactly k trustees")
    is_increasing = all(a < b for a, b in pairwise(trustees))
    claim(is_increasing, "is opened by trustees out of order or twice")
    _claim_counts(record, contest["contest"], result)


def _claim_counts(record: Record, contest: int, result: Event) -> None:
    accepted = {
        event["trustee"]: event["decryption"]
        for event in record.every("ShareAccepted", contest=contest)
    }
    members = range(1, len(record.final_attempt("trustees")[1]) + 1)
    trustees: tuple[int, ...] = result["trustees"]
    is_known = set(trustees) <= set(accepted) & set(members)
    claim(is_known, "is opened with a share that is not there")
    shares = {trustee: decode_points(accepted[trustee]) for trustee in trustees}
    b_sums = record.tally(contest).b_sums
    lengths = {len(shares[trustee]) for trustee in trustees}
    claim(lengths == {len(b_sums)}, "is opened with a share of another length")
    claim(len(b_sums) == len(result["counts"]), "has counts of other slots")
    for slot, (count, b_sum) in enumerate(zip(result["counts"], b_sums, strict=True)):
        parts = (
            multiply(shares[trustee][slot], _interpolate(trustee, trustees))
            for trustee in trustees
        )
        decrypted = add_up(parts, zero=INFINITY) + multiply(G, count)
        claim(decrypted == b_sum, f"has another count of candidate {slot + 1}")


def _interpolate(trustee: int, trustees: tuple[int, ...]) -> int:
    """Compute lambda of a trustee among others."""
    product = 1
    for other in trustees:
        if other != trustee:
            product = product * other * pow(other - trustee, -1, ORDER) % ORDER
    return product
