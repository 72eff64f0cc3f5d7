"""Every blinded message can be signed without harm, and each leaf has one at most.

docs/protocol.md §6. A point outside the subgroup would draw the issuers' keys out of
their answers.
"""

from __future__ import annotations

from collections import Counter

from election.audit.checks.leaves import LEAF, name_leaf
from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.spread import Elsewhere, verify_spread
from election.crypto.group import decode_all_g1, decode_g1
from election.errors import EncodingError
from election.protocol.events import Issued
from election.protocol.replay import Entry
from election.protocol.voter_list import LeafState


def check_issuance(evidence: Evidence) -> Outcome:
    """Decode M' of every issuance, and count the issuances of its leaf."""
    issued = evidence.every(Issued)
    leaves = Counter(entry.log.topics[LEAF] for entry in issued)

    def is_only(entry: Entry[Issued]) -> bool:
        leaf = entry.log.topics[LEAF]
        was_issued = evidence.past.leaf(leaf).state is LeafState.ISSUED
        return leaves[leaf] == 1 and not was_issued

    def verify(entry: Entry[Issued]) -> None:
        decode_g1(entry.event.blinded)
        require(is_only(entry), "is one of several", blames=VALIDATORS)

    return verify_spread(
        issued,
        verify,
        Elsewhere(lambda entry: (entry.event.blinded, is_only(entry)), can_be_signed),
        spread=evidence.spread,
        name=name_leaf,
        blames=VALIDATORS,
    )


def can_be_signed(packed: tuple[tuple[bytes, bool], ...]) -> bool:
    """Tell whether all of these M' are in the subgroup, and each is its leaf's only."""
    try:
        decode_all_g1([blinded for blinded, _ in packed])
    except EncodingError:
        return False
    return all(is_only for _, is_only in packed)
