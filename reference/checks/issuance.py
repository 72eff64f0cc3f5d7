"""C12: each voter was issued one credential, docs/protocol.md §6."""

from __future__ import annotations

from collections import Counter

from reference.curve import decode_g1
from reference.errors import claim
from reference.record import Record
from reference.report import Cases


def check_issuance(record: Record, cases: Cases) -> None:
    """Decode M' of every issuance, and look for another of its leaf."""
    issued = record.every("Issued")
    leaves = Counter(event["leaf"] for event in issued)
    for event in issued:
        with cases.case(f"issuance to leaf 0x{event['leaf'].hex()}"):
            decode_g1(event["blinded"])
            claim(leaves[event["leaf"]] == 1, "is one of several")
