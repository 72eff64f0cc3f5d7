"""C10: each voter moved one step at a time, docs/protocol.md §6."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reference.errors import claim, refute
from reference.merkle import is_in_tree
from reference.record import Event, Record
from reference.report import Cases
from reference.transcript import tagged_hash

_NONE, _ONLINE, _PAPER, _ISSUED = range(4)
_MOVES: Final = {
    "Registered": (_NONE, _ONLINE),
    "Withdrawn": (_ONLINE, _NONE),
    "PaperMarked": (_NONE, _PAPER),
    "Issued": (_ONLINE, _ISSUED),
}


def check_leaves(record: Record, cases: Cases) -> None:
    """Repeat the moves of every leaf, with its path under the list of that moment."""
    lists: dict[int, Event] = {}
    states: dict[bytes, tuple[int, int]] = {}
    for event in record.every("ListPublished", *_MOVES):
        if event.name == "ListPublished":
            lists[event["contest"]] = event
            continue
        start, end = _MOVES[event.name]
        state, nonce = states.get(event["leaf"], (_NONE, 0))
        states[event["leaf"]] = end, event["nonce"] + 1
        with cases.case(f"{event.name} of leaf 0x{event['leaf'].hex()}"):
            _claim_place(record, event, lists=lists)
            claim(state == start, f"came in state {state}")
            claim(nonce == event["nonce"], "does not follow the step before it")


def _claim_place(record: Record, event: Event, *, lists: Mapping[int, Event]) -> None:
    request = event["request"]
    contest, index = request["contest"], request["index"]
    election_id = record.deployed["election_id"]
    leaf = tagged_hash("leaf", election_id, contest, index, request["voter"])
    is_own = event["leaf"] == leaf and event["contest"] == contest
    claim(is_own, "is of another leaf")
    published = lists.get(contest) or refute("came before there was a list")
    is_listed = is_in_tree(
        leaf,
        index=index,
        size=published["size"],
        proof=request["proof"],
        root=published["root"],
    )
    claim(is_listed, "is not on the voter list")
