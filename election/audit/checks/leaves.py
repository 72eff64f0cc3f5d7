"""Every leaf stood on its list and moved as it may, one step at a time.

docs/protocol.md §6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, cast

from election.audit.errors import MissingError, require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import Named, verify_each
from election.crypto.merkle import verify_path
from election.crypto.transcript import Hash
from election.protocol.events import (
    Issued,
    LeafEvent,
    ListPublished,
    PaperMarked,
    Registered,
    Withdrawn,
)
from election.protocol.replay import Entry
from election.protocol.voter_list import LeafState, derive_leaf

MOVES: Final[dict[type[LeafEvent], tuple[LeafState, LeafState]]] = {
    Registered: (LeafState.NONE, LeafState.ONLINE),
    Withdrawn: (LeafState.ONLINE, LeafState.NONE),
    PaperMarked: (LeafState.NONE, LeafState.PAPER),
    Issued: (LeafState.ONLINE, LeafState.ISSUED),
}


def name_leaf(entry: Entry[LeafEvent]) -> Named:
    """Name a leaf in a finding."""
    event = entry.event
    title = f"{type(event).__name__} of leaf {event.leaf.hex()[:16]}"
    return Named(title, event.contest)


def check_leaves(evidence: Evidence) -> Outcome:
    """Repeat the moves of every leaf, with its Merkle proof."""
    lists: dict[int, ListPublished] = {}
    states: dict[Hash, LeafState] = {}
    nonces: dict[Hash, int] = {}

    def verify(entry: Entry[LeafEvent]) -> None:
        event = entry.event
        start, end = MOVES[type(event)]
        if event.leaf not in states:
            before = evidence.past.leaf(event.leaf)
            states[event.leaf], nonces[event.leaf] = before.state, before.nonce
        state, nonce = states[event.leaf], nonces[event.leaf]
        # so that one fault is one finding, the leaf moves even if it may not
        states[event.leaf], nonces[event.leaf] = end, event.nonce + 1
        _verify_place(evidence, event, lists)
        require(state is start, f"came when it was {state.name}", blames=VALIDATORS)
        is_next = nonce == event.nonce
        require(is_next, "does not follow the one before it", blames=VALIDATORS)

    moves = _follow_lists(evidence, lists)
    return verify_each(moves, verify, name=name_leaf, blames=VALIDATORS)


def _follow_lists(
    evidence: Evidence, lists: dict[int, ListPublished]
) -> Iterator[Entry[LeafEvent]]:
    """Give the moves in order, with each contest's list of that moment in `lists`."""
    entries: Iterable[Entry[ListPublished | LeafEvent]]
    entries = evidence.of_kinds(ListPublished, *MOVES)
    for entry in entries:
        if isinstance(entry.event, ListPublished):
            lists[entry.event.contest] = entry.event
        else:
            yield cast("Entry[LeafEvent]", entry)


def _verify_place(
    evidence: Evidence, event: LeafEvent, lists: Mapping[int, ListPublished]
) -> None:
    claim = event.request
    leaf = derive_leaf(
        evidence.deployed.election_id,
        claim.contest,
        index=claim.index,
        voter=claim.voter,
    )
    is_named = leaf == event.leaf and claim.contest == event.contest
    require(is_named, "is of another leaf than it shows", blames=VALIDATORS)
    published = lists.get(claim.contest)
    if published is None:
        fact = "no ListPublished on the record"
        raise MissingError(f"contest {claim.contest}", fact)
    is_listed = verify_path(
        published.root,
        leaf,
        index=claim.index,
        size=published.size,
        path=claim.path,
    )
    require(is_listed, "is not on the voter list", blames=VALIDATORS)
