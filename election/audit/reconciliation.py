"""Reconcile a contest: who was on the list, what was issued, cast and counted.

docs/protocol.md §9. Nothing here accuses anybody: a gap is made by voters who stay at
home, too. All arithmetic is of whole numbers, so that everybody gets the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from math import comb
from typing import Final

from election.audit.errors import MissingError
from election.audit.evidence import Evidence
from election.crypto.transcript import (
    Field,
    Hash,
    Tag,
    hash_fields,
    hash_word,
    text_word,
)
from election.errors import ElectionError
from election.protocol.counts import CandidateCount, list_counts
from election.protocol.events import (
    BallotCast,
    ContestListed,
    Issued,
    ListPublished,
    PaperMarked,
    Registered,
    ResultPublished,
    Withdrawn,
)
from election.protocol.text import find_name_fault, spell_lines
from election.protocol.voter_list import PublishedList

RISK: Final = 20
"""A sample misses what would change the outcome in one of so many draws at most."""


@dataclass(frozen=True, slots=True)
class Place:
    """A leaf that a credential was issued to; index: on its list, from 0."""

    index: int
    leaf: Hash


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What the record has of a contest, as numbers of people and of ballots.

    listed: on its list; None before there is one. online: who asked to vote online and
    did not withdraw. idle: those of them who asked for no credential. gap: credentials
    that cast nothing. margin: between the last elected and the first who is not; None
    while there are no counts, or where everybody is elected.
    """

    contest: int
    title: str
    listed: int | None
    online: int
    paper: int
    issued: int
    cast: int
    counts: tuple[CandidateCount, ...]
    margin: int | None

    @property
    def idle(self) -> int:
        """Count who voted neither online nor, since the list was closed, on paper."""
        return self.online - self.issued

    @property
    def gap(self) -> int:
        """Count the credentials that were issued and cast nothing."""
        return self.issued - self.cast

    @property
    def is_decisive(self) -> bool:
        """Tell whether the gap could have changed the outcome: then all are asked."""
        return self.margin is not None and self.gap >= self.margin

    @property
    def sample_size(self) -> int | None:
        """Count the least who have to be asked; None while there are no counts."""
        if not self.counts:
            return None
        if self.is_decisive or self.margin is None:
            return self.issued
        return size_sample(self.issued, wrong=self.margin)


def reconcile(evidence: Evidence, contest: int, *, elected: int) -> Reconciliation:
    """Add up what a record has of a contest; elected: how many of it are, at least 1.

    Verified is none of it: that is the audit's. Raises MissingError for a contest whose
    texts are not there.
    """
    listed = _find_texts(evidence, contest)
    published = evidence.every(ListPublished, contest)
    results = evidence.every(ResultPublished, contest)
    counts = results[-1].event.counts if results else ()
    last = published[-1].event if published else None
    registered = evidence.count(Registered, contest)
    return Reconciliation(
        contest,
        listed.title,
        listed=PublishedList(last.root, last.size).voters if last else None,
        online=registered - evidence.count(Withdrawn, contest),
        paper=evidence.count(PaperMarked, contest),
        issued=evidence.count(Issued, contest),
        cast=evidence.count(BallotCast, contest),
        counts=list_counts(spell_lines(listed.candidates, listed.particulars), counts),
        margin=find_margin(counts, elected=elected),
    )


def _find_texts(evidence: Evidence, contest: int) -> ContestListed:
    for listed in evidence.contests:
        if listed.contest == contest:
            return listed
    raise MissingError(f"contest {contest}", "no ContestListed on the record")


def find_margin(counts: Sequence[int], *, elected: int) -> int | None:
    """Subtract the first who is not elected from the last who is; None if none is not.

    0 is a tie.
    """
    if len(counts) <= elected:
        return None
    ranked = sorted(counts, reverse=True)
    return ranked[elected - 1] - ranked[elected]


def size_sample(issued: int, *, wrong: int) -> int:
    """Find the least sample that misses all of `wrong` leaves in one of RISK draws.

    wrong: at least 1. Fewer than the margin cannot change the outcome by ballots that
    others cast, so the margin is what is looked for.
    """

    def is_enough(size: int) -> bool:  # of the two ways to count, the shorter
        few, many = sorted((size, wrong))
        return comb(max(0, issued - many), few) * RISK <= comb(issued, few)

    above = 1
    while above < issued and not is_enough(above):
        above *= 2
    return bisect_left(range(min(above, issued)), True, key=is_enough)


def accept_seed(text: str) -> str:
    """Accept what was drawn in public, in its one writing; raises ElectionError.

    It is a name as §7 has it, so that nobody takes blanks or look-alike forms of one
    letter for another seed than is read out.
    """
    fault = find_name_fault(text)
    if fault is not None:
        raise ElectionError("seed", fault)
    return text


def draw_sample(
    evidence: Evidence, contest: int, *, seed: str, size: int
) -> list[Place]:
    """Draw leaves that a credential was issued to: those of the least ranks, in order.

    The rank of a leaf is H(sample, ctx, seed, leaf), so that a larger sample goes on
    where a smaller one ended.
    """
    ctx, drawn = evidence.box(contest).ctx, text_word(seed)
    events = (entry.event for entry in evidence.every(Issued, contest))
    places = (Place(event.request.index, event.leaf) for event in events)
    return nsmallest(size, places, key=lambda each: _rank(ctx, drawn, each.leaf))


def _rank(ctx: Hash, drawn: Field, leaf: Hash) -> Hash:
    return hash_fields(Tag.SAMPLE, hash_word(ctx), drawn, hash_word(leaf))
