"""Hashes of all that contracts announced, docs/protocol.md §7."""

from __future__ import annotations

from collections.abc import Iterable

from reference.log_file import Log
from reference.record import Record
from reference.transcript import keccak256, tagged_hash

_PARTS = ("election", "trustees", "issuers", "voter list", "tally")


def run_hashes(logs: Iterable[Log]) -> dict[bytes, bytes]:
    """Compute the running hash of every address that logged anything."""
    running: dict[bytes, bytes] = {}
    for log in logs:
        before = running.get(log.address, bytes(32))
        event = keccak256(b"".join(log.topics)), keccak256(log.data)
        running[log.address] = tagged_hash(
            "record", before, log.block, log.timestamp, *event
        )
    return running


def hash_record(record: Record) -> bytes:
    """Compute the hash of a whole record."""
    running = run_hashes(record.bundle.logs)
    at = {(each.part, each.contest): each.address for each in record.contracts.values()}
    deployed = record.every("ElectionDeployed")
    contests = deployed[-1]["contests"] if deployed else ()
    places = [(part, None) for part in _PARTS]
    places += [("box", contest["id"]) for contest in contests]
    hashes = [running.get(at.get(place, b""), bytes(32)) for place in places]
    bundle = record.bundle
    return tagged_hash("board", bundle.chain_id, bundle.election, *hashes)
