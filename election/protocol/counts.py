"""The counts of a contest by slot: two names may be equal, two slots are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True, slots=True)
class CandidateCount:
    """How many ballots chose a slot, from 1.

    None stands where a record has more names than counts, or fewer.
    """

    slot: int
    count: int | None
    name: str | None


def list_counts(
    candidates: Sequence[str], counts: Sequence[int]
) -> tuple[CandidateCount, ...]:
    """List all slots of a contest; none while there are no counts."""
    if not counts:
        return ()
    pairs = enumerate(zip_longest(candidates, counts), 1)
    return tuple(CandidateCount(slot, count, name) for slot, (name, count) in pairs)
