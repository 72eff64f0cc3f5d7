"""Which ballots a proof of a transaction shows to be stored, by which boxes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from election.crypto.transcript import ZERO_HASH, Address, Hash
from election.errors import BallotError, EncodingError
from election.protocol.abi import ContractName, decode_event
from election.protocol.ballot import accept_ballot
from election.protocol.board import Log
from election.protocol.events import BallotCast
from election.protocol.terms import ElectionTerms
from scripts.shared.errors import InputError
from scripts.shared.session import go_by

if TYPE_CHECKING:
    from finality.verify import Proven


def known_terms(terms: Path | None, terms_hash: str | None) -> ElectionTerms | None:
    """Read the terms that a hash pins, if they are given; raises InputError."""
    if terms is None and terms_hash is None:
        return None
    if terms is None or terms_hash is None:
        raise InputError("--terms", "goes with --terms-hash")
    return go_by(terms, terms_hash)


def list_ballots(
    proven: Proven, terms: ElectionTerms | None
) -> list[dict[str, str | int]]:
    """Name the ballots that a transaction stored, by their boxes' own events.

    With terms, only those of their boxes, by contest and tracking code: anybody can
    make a contract that says the same. Without them, whatever calls itself a ballot.
    """
    if proven.transaction is None:
        return []
    found: list[dict[str, str | int]] = []
    _, receipt = proven.transaction
    for each in receipt.logs:
        log = Log(
            Address(each.address),
            tuple(map(Hash, each.topics)),
            each.data,
            *(proven.block.number, proven.block.timestamp, ZERO_HASH, 0),
        )
        try:
            event = decode_event(log, ContractName.BALLOT_BOX)
        except EncodingError:
            continue
        if isinstance(event, BallotCast):
            found += _name(log, event, terms)
    return found


def _name(
    log: Log, event: BallotCast, terms: ElectionTerms | None
) -> list[dict[str, str | int]]:
    named: dict[str, str | int] = {
        "box": f"0x{log.address.hex()}",
        "ballot_hash": f"0x{event.ballot_hash.hex()}",
    }
    if terms is None:
        return [named]
    for number, contest in terms.contests.items():
        if contest.terms.box != log.address:
            continue
        try:
            ballot = accept_ballot(event.ballot, contest.box)
        except BallotError:
            return []
        code = f"0x{ballot.tracking_code.hex()}"
        return [{"contest": number, "tracking_code": code, **named}]
    return []
