"""C13: each ballot holds exactly one choice, docs/protocol.md §3 and §6."""

from __future__ import annotations

from reference.ballot import claim_ballot, read_record
from reference.curve import G1_BYTES, cut, decode_g1, decode_g2
from reference.errors import claim, refute
from reference.record import Event, Record
from reference.report import Cases


def check_ballots(record: Record, cases: Cases) -> None:
    """Verify every ballot of every contest, by itself."""
    for contest in record.contests:
        boxes = record.every("BoxOpened", contest=contest["contest"])
        if not boxes:
            cases.faults.append(f"contest {contest.contest}: has no box")
        for event in record.every("BallotCast", contest=contest["contest"]):
            with cases.case(f"ballot of 0x{event['credential'].hex()}"):
                _claim_cast(boxes[-1] if boxes else refute("is in no box"), event)


def _claim_cast(opened: Event, event: Event) -> None:
    keys = [decode_g1(raw) for raw in cut(opened["election_keys"], G1_BYTES)]
    ballot = read_record(event["ballot"], slots=len(keys))
    credential_key = decode_g2(opened["credential_key"])
    ctx: bytes = opened["ctx"]
    h_b = claim_ballot(ballot, ctx=ctx, keys=keys, credential_key=credential_key)
    claim(event["credential"] == ballot.cred, "is announced under another credential")
    claim(event["ballot_hash"] == h_b, "is announced with another hash")
