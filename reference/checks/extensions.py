"""C20: the polls were extended by right, docs/protocol.md §2."""

from __future__ import annotations

from typing import Final

from reference.ecdsa import claim_authority
from reference.errors import claim
from reference.record import Record
from reference.report import Cases
from reference.transcript import tagged_hash

_MOST: Final = 7_200
"""Seconds, all extensions together."""


def check_extensions(record: Record, cases: Cases) -> None:
    """Verify the counter, the sum and the signatures of every extension."""
    total = 0
    for counter, event in enumerate(record.every("Extended")):
        delta: int = event["delta"]
        total += delta
        with cases.case(f"extension {counter}"):
            claim(event["counter"] == counter, "is out of turn")
            claim(delta > 0 and total <= _MOST, "is of no time or of too much")
            digest = tagged_hash(
                "extend",
                record.bundle.chain_id,
                record.bundle.election,
                record.deployed["election_id"],
                counter,
                delta,
            )
            commission, observers = event["commission"], event["observers"]
            rules = record.rules
            claim_authority(digest, rules, commission=commission, observers=observers)
