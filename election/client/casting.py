"""Bring ballots into the box: as a relay, from an account that is no voter's.

docs/protocol.md §6. Casting is idempotent: whoever is not sure whether a ballot is
stored casts it again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from election.client.contracts.ballot_box import LARGEST_BATCH
from election.client.open_election import ContestBox
from election.client.wire import Receipt
from election.crypto.signature import SigningKey
from election.crypto.transcript import Address, Hash, address_word
from election.errors import BallotError
from election.protocol.abi import ContractName, decode_event
from election.protocol.ballot import Ballot, accept_batch
from election.protocol.events import BallotCast


@dataclass(frozen=True, slots=True)
class Void:
    """A ballot that does not count, and the one that does, by tracking code."""

    credential: Address
    tracking_code: Hash
    counts: Hash


@dataclass(frozen=True, slots=True)
class CastResult:
    """What became of ballots, by credential.

    cast: stored now. already_there: the same ballot was in the box before. void: the
    box has another ballot of the credential, which counts instead.
    """

    cast: tuple[Address, ...]
    already_there: tuple[Address, ...]
    void: tuple[Void, ...] = ()


def cast_ballots(
    contest_box: ContestBox, records: Sequence[bytes], *, key: SigningKey
) -> CastResult:
    """Cast ballots of one contest, in the order of their credentials.

    That order tells nothing of the order in which they came. Every ballot is verified
    before any is sent. Raises BallotError, ContractRefusedError.
    """
    ballots = _accept(contest_box, records)
    credentials = tuple(ballot.record.credential for ballot in ballots)
    used = contest_box.handle.used(credentials)
    raws = sorted(set(records), key=_credential)
    waiting = [raw for raw, is_used in zip(raws, used, strict=True) if not is_used]
    acts = [
        contest_box.handle.cast(waiting[at : at + LARGEST_BATCH])
        for at in range(0, len(waiting), LARGEST_BATCH)
    ]
    connection = contest_box.handle.contract.connection
    receipts = connection.send_all(acts, key=key) if acts else ()
    cast = {credential for receipt in receipts for credential in _stored(receipt)}
    void = tuple(
        each for ballot in ballots for each in _find_other(contest_box, ballot, cast)
    )
    gone = cast | {each.credential for each in void}
    others = tuple(each for each in credentials if each not in gone)
    return CastResult(tuple(sorted(cast)), others, void)


def _find_other(
    contest_box: ContestBox, ballot: Ballot, cast: Collection[Address]
) -> Iterator[Void]:
    """Find the ballot in the box that counts instead of this one, if it is another."""
    credential = ballot.record.credential
    if credential in cast:
        return
    topic = Hash(address_word(credential))
    for event in contest_box.handle.contract.read_events(None, topic):
        if isinstance(event, BallotCast) and event.ballot_hash != ballot.ballot_hash:
            (counts,) = accept_batch([event.ballot], contest_box.box)
            yield Void(credential, ballot.tracking_code, counts.tracking_code)


def _accept(contest_box: ContestBox, records: Sequence[bytes]) -> tuple[Ballot, ...]:
    raws = sorted(set(records), key=_credential)
    ballots = tuple(
        ballot
        for at in range(0, len(raws), LARGEST_BATCH)
        for ballot in accept_batch(raws[at : at + LARGEST_BATCH], contest_box.box)
    )
    for before, after in pairwise(ballots):
        if before.record.credential == after.record.credential:
            name = after.record.credential.hex()
            raise BallotError(f"ballot {name}", "is there twice, in two versions")
    return ballots


def _credential(raw: bytes) -> bytes:
    return raw[:32]


def _stored(receipt: Receipt) -> list[Address]:
    events = (decode_event(log, ContractName.BALLOT_BOX) for log in receipt.logs)
    return [event.credential for event in events if isinstance(event, BallotCast)]
