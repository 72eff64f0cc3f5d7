"""Every leaf stood on its list and moved as it may, one step at a time.

docs/protocol.md §6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple, cast

from election.audit.errors import MissingError, require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.spread import Elsewhere, verify_spread
from election.audit.verify import Named
from election.crypto.merkle import verify_path
from election.crypto.transcript import Hash
from election.errors import ElectionError
from election.log_spool import pack_log, unpack_log
from election.protocol.abi import ContractName, decode_event
from election.protocol.events import (
    Issued,
    LeafEvent,
    ListPublished,
    PaperMarked,
    Registered,
    Withdrawn,
)
from election.protocol.replay import Entry
from election.protocol.voter_list import LeafState, PublishedList, derive_leaf

LEAF: Final = 2
"""The topic of every move that is its leaf, so that nothing is decoded to follow it."""
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


class _Move(NamedTuple):
    """A move, the list of that moment, and where its leaf stood; see `Leaf`."""

    entry: Entry[LeafEvent]
    published: PublishedList | None
    state: LeafState
    nonce: int


def check_leaves(evidence: Evidence) -> Outcome:
    """Repeat the moves of every leaf, with its Merkle proof."""
    election_id = evidence.deployed.election_id

    def verify(move: _Move) -> None:
        _verify(move.entry.event, election_id, *move[1:])

    return verify_spread(
        _list_moves(evidence),
        verify,
        Elsewhere(
            lambda move: (pack_log(move.entry.log), election_id, *move[1:]),
            do_moves_hold,
        ),
        spread=evidence.spread,
        name=lambda move: name_leaf(move.entry),
        blames=VALIDATORS,
    )


def do_moves_hold(packed: tuple[tuple[Any, ...], ...]) -> bool:
    """Tell whether all of these moves were as they may be."""
    try:
        for raw, *rest in packed:
            _verify(decode_move(raw), *rest)
    except ElectionError:
        return False
    return True


def decode_move(raw: bytes) -> Any:
    """Decode a log of the voter list that was packed."""
    return decode_event(unpack_log(raw), ContractName.VOTER_LIST)


def _list_moves(evidence: Evidence) -> Iterator[_Move]:
    """List the moves; a leaf always moves, so that one fault is one finding."""
    lists: dict[int, PublishedList] = {}
    leaves: dict[Hash, tuple[LeafState, int]] = {}
    entries: Iterable[Entry[ListPublished | LeafEvent]]
    entries = evidence.of_kinds(ListPublished, *MOVES)
    said = evidence.replay.moves
    moves = zip(said.nonces, said.contests, strict=True)
    for entry in entries:
        if entry.kind is ListPublished:
            event = cast("ListPublished", entry.event)
            lists[event.contest] = PublishedList(event.root, event.size)
            continue
        move, leaf = cast("Entry[LeafEvent]", entry), entry.log.topics[LEAF]
        nonce, contest = next(moves)
        if leaf not in leaves:
            before = evidence.past.leaf(leaf)
            leaves[leaf] = before.state, before.nonce
        yield _Move(move, lists.get(contest), *leaves[leaf])
        kind = cast("type[LeafEvent]", entry.kind)
        leaves[leaf] = MOVES[kind][1], nonce + 1


def _verify(
    event: LeafEvent,
    election_id: Hash,
    published: PublishedList | None,
    state: LeafState,
    nonce: int,
) -> None:
    _verify_place(event, election_id, published)
    start, _ = MOVES[type(event)]
    require(state is start, f"came when it was {state.name}", blames=VALIDATORS)
    is_next = nonce == event.nonce
    require(is_next, "does not follow the one before it", blames=VALIDATORS)


def _verify_place(
    event: LeafEvent, election_id: Hash, published: PublishedList | None
) -> None:
    claim = event.request
    leaf = derive_leaf(election_id, claim.contest, index=claim.index, voter=claim.voter)
    is_named = leaf == event.leaf and claim.contest == event.contest
    require(is_named, "is of another leaf than it shows", blames=VALIDATORS)
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
