"""The one-way clock of an election, and its one exception.

docs/protocol.md §2. Intervals are half open; block timestamps judge.
"""

from __future__ import annotations

from enum import IntEnum

from election.crypto.transcript import (
    Address,
    Hash,
    Tag,
    address_word,
    hash_fields,
    hash_word,
    uint_word,
)
from election.protocol.manifest import Times


class Phase(IntEnum):
    """The phases; TALLY and FINAL follow from acts, all others from the time."""

    SETUP = 0
    KEYS = 1
    LIST = 2
    REGISTRATION = 3
    FREEZE = 4
    VOTING = 5
    GRACE = 6
    CLOSED = 7
    TALLY = 8
    FINAL = 9


def phase_at(times: Times, now: int, *, extension: int) -> Phase:
    """Tell the phase at a time, up to CLOSED; extension shifts both closings.

    All in Unix seconds.
    """
    starts = (
        (times.keys, Phase.KEYS),
        (times.voter_list, Phase.LIST),
        (times.registration, Phase.REGISTRATION),
        (times.freeze, Phase.FREEZE),
        (times.opening, Phase.VOTING),
        (times.issue_closing + extension, Phase.GRACE),
        (times.cast_closing + extension, Phase.CLOSED),
    )
    reached = [phase for start, phase in starts if start <= now]
    return reached[-1] if reached else Phase.SETUP


def derive_extension_hash(
    election_id: Hash,
    *,
    chain_id: int,
    election: Address,
    counter: int,
    delta: int,
) -> Hash:
    """Derive what commission and observers sign to shift both closings by delta.

    counter: how many extensions there were before. delta: seconds.
    """
    return hash_fields(
        Tag.EXTEND,
        uint_word(chain_id),
        address_word(election),
        hash_word(election_id),
        uint_word(counter),
        uint_word(delta),
    )
