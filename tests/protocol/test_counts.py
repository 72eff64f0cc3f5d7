"""No count disappears, whatever the names are."""

from __future__ import annotations

from election.protocol.counts import CandidateCount, list_counts


def test_equal_names_keep_their_counts() -> None:
    assert list_counts(("A", "A", "B"), (1, 2, 3)) == (
        CandidateCount(1, 1, "A"),
        CandidateCount(2, 2, "A"),
        CandidateCount(3, 3, "B"),
    )


def test_count_without_a_name_and_name_without_a_count_are_listed() -> None:
    assert list_counts(("A",), (1, 2))[1] == CandidateCount(2, 2, None)
    assert list_counts(("A", "B"), (1,))[1] == CandidateCount(2, None, "B")


def test_there_are_no_counts_before_they_are_published() -> None:
    assert list_counts(("A", "B"), ()) == ()
