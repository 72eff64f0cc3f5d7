"""C13: each ballot holds exactly one choice, docs/protocol.md §3 and §6."""

from __future__ import annotations

from reference.ballot import claim_ballot, read_record
from reference.errors import RefutedError, claim
from reference.record import Box, Event, Record
from reference.report import Cases


def check_ballots(record: Record, cases: Cases) -> None:
    """Verify every ballot of every contest, by itself."""
    for contest in record.contests:
        events = record.every("BallotCast", contest=contest["contest"])
        if not events:
            continue
        try:
            box = record.box(contest["contest"])
        except RefutedError as error:
            cases.total += len(events)
            cases.faults.append(f"contest {contest.contest}: {error}")
            continue
        for event in events:
            with cases.case(f"ballot of 0x{event['credential'].hex()}"):
                _claim_cast(event, box)


def _claim_cast(event: Event, box: Box) -> None:
    ballot = read_record(event["ballot"], slots=len(box.keys))
    h_b = claim_ballot(
        ballot, ctx=box.ctx, keys=box.keys, credential_key=box.credential_key
    )
    claim(event["credential"] == ballot.cred, "is announced under another credential")
    claim(event["ballot_hash"] == h_b, "is announced with another hash")
