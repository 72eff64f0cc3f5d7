"""The running hash of what a contract announced, and one hash of a whole record.

docs/protocol.md §7. A contract keeps its own; whoever has its logs computes it again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from election.crypto.transcript import (
    ZERO_HASH,
    Address,
    Hash,
    Tag,
    address_word,
    bytes_word,
    hash_fields,
    hash_word,
    uint_word,
)
from election.protocol.board import Log
from election.protocol.replay import Contract, Part

_ALONE = (Part.ELECTION, Part.TRUSTEES, Part.ISSUERS, Part.VOTER_LIST, Part.TALLY)


_NONE: Final[Mapping[Address, Hash]] = MappingProxyType({})


def run_hashes(
    logs: Iterable[Log], *, start: Mapping[Address, Hash] = _NONE
) -> Mapping[Address, Hash]:
    """Compute the running hash of each address, zero for one without a log.

    start: of the logs before.
    """
    hashes = defaultdict(lambda: ZERO_HASH, start)
    for log in logs:
        hashes[log.address] = add_log(hashes[log.address], log)
    return hashes


def run_hashes_until(
    logs: Iterable[Log],
    blocks: Iterable[int],
    *,
    start: Mapping[Address, Hash] = _NONE,
) -> Mapping[int, Mapping[Address, Hash]]:
    """Compute the running hashes as they were after each of these blocks.

    logs: in the order of the chain, which is walked once. start: of the logs before.
    """
    found: dict[int, Mapping[Address, Hash]] = {}
    hashes = defaultdict(lambda: ZERO_HASH, start)
    waiting = iter(logs)
    log = next(waiting, None)
    for block in sorted(set(blocks)):
        while log is not None and log.block_number <= block:
            hashes[log.address] = add_log(hashes[log.address], log)
            log = next(waiting, None)
        found[block] = hashes.copy()
    return found


def add_log(before: Hash, log: Log) -> Hash:
    """Add what a contract announced next to its running hash."""
    return hash_fields(
        Tag.RECORD,
        hash_word(before),
        uint_word(log.block_number),
        uint_word(log.timestamp),
        bytes_word(b"".join(log.topics)),
        bytes_word(log.data),
    )


def derive_record_hash(
    contracts: Iterable[Contract],
    hashes: Mapping[Address, Hash],
    contests: Iterable[int],
    *,
    chain_id: int,
) -> Hash:
    """Derive the hash of a record from the running hashes of its contracts.

    contests: in their order; zero stands for a box that is not made.
    """
    found = {(each.part, each.contest): each.address for each in contracts}
    places = [(part, None) for part in _ALONE] + [(Part.BOX, c) for c in contests]
    at = [found.get(place) for place in places]
    running = (ZERO_HASH if each is None else hashes[each] for each in at)
    election = found[Part.ELECTION, None]
    return hash_fields(
        Tag.BOARD,
        uint_word(chain_id),
        address_word(election),
        *map(hash_word, running),
    )
