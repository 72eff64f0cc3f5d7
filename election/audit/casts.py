"""The ballots of a box, each accepted again or refused.

docs/protocol.md §3. They are verified many at a time; only where a batch does not hold,
one by one, to name those at fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from election.errors import BallotError
from election.protocol.ballot import Ballot, accept_ballot, accept_batch
from election.protocol.context import Box
from election.protocol.events import BallotCast
from election.protocol.replay import Entry

_BATCH: Final = 256  # a larger one gains little: most of the work is decoding


@dataclass(frozen=True, slots=True)
class Cast:
    """A ballot in a box: accepted, or what is wrong with it."""

    entry: Entry[BallotCast]
    outcome: Ballot | BallotError


def accept_casts(entries: Sequence[Entry[BallotCast]], box: Box) -> tuple[Cast, ...]:
    """Accept again what a box has accepted; never raises."""
    batches = (entries[at : at + _BATCH] for at in range(0, len(entries), _BATCH))
    return tuple(cast for batch in batches for cast in _accept(batch, box))


def _accept(batch: Sequence[Entry[BallotCast]], box: Box) -> Iterator[Cast]:
    raws = [entry.event.ballot for entry in batch]
    try:
        yield from map(Cast, batch, accept_batch(raws, box))
    except BallotError:
        yield from (Cast(entry, _accept_one(entry, box)) for entry in batch)


def _accept_one(entry: Entry[BallotCast], box: Box) -> Ballot | BallotError:
    try:
        return accept_ballot(entry.event.ballot, box)
    except BallotError as error:
        return error
