"""Bring ballots into the box: as a relay, from an account that is no voter's.

docs/protocol.md §6. Casting is idempotent: whoever is not sure whether a ballot is
stored casts it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from election.client.contracts.ballot_box import LARGEST_BATCH
from election.client.open_election import ContestBox
from election.client.wire import Receipt
from election.crypto.signature import SigningKey
from election.crypto.transcript import Address, Hash, address_word
from election.errors import BallotError
from election.protocol.abi import ContractName, decode_event
from election.protocol.ballot import Ballot, accept_ballot, accept_batch
from election.protocol.context import Box
from election.protocol.encoding import encode_record
from election.protocol.events import BallotCast


@dataclass(frozen=True, slots=True)
class SortedBallots:
    """Ballots of one contest that may be cast, and why each other one may not.

    accepted: by increasing credential, which tells nothing of the order in which they
    came. refused: by place among the records.
    """

    accepted: tuple[Ballot, ...]
    refused: Mapping[int, BallotError]


@dataclass(frozen=True, slots=True)
class Void:
    """A ballot that does not count, and the one that does, by tracking code."""

    credential: Address
    tracking_code: Hash
    counts: Hash


@dataclass(frozen=True, slots=True)
class CastResult:
    """What became of ballots, by tracking code, which is what a voter knows.

    cast: stored now. already_there: the same ballot, by its hash, was in the box
    before. void: the box has another ballot of the credential, which counts instead.
    unseen: the node calls the credential used and shows no ballot of it.
    """

    cast: tuple[Hash, ...] = ()
    already_there: tuple[Hash, ...] = ()
    void: tuple[Void, ...] = ()
    unseen: tuple[Hash, ...] = ()

    def __add__(self, other: CastResult) -> CastResult:
        """Tell of the ballots of both."""
        return CastResult(
            self.cast + other.cast,
            self.already_there + other.already_there,
            self.void + other.void,
            self.unseen + other.unseen,
        )


def sort_ballots(records: Sequence[bytes], box: Box) -> SortedBallots:
    """Verify every record, so that a wrong one stops no other.

    Of two ballots of one credential the first given is accepted.
    """
    accepted: dict[Address, Ballot] = {}
    refused: dict[int, BallotError] = {}
    for at in range(0, len(records), LARGEST_BATCH):
        found = _accept_each(records[at : at + LARGEST_BATCH], box)
        for place, ballot in enumerate(found, at):
            if isinstance(ballot, BallotError):
                refused[place] = ballot
                continue
            credential = ballot.record.credential
            first = accepted.setdefault(credential, ballot)
            if first.ballot_hash != ballot.ballot_hash:
                fact = "is there twice, in two versions"
                refused[place] = BallotError(f"ballot {credential.hex()}", fact)
    return SortedBallots(tuple(accepted[each] for each in sorted(accepted)), refused)


def cast_ballots(
    contest_box: ContestBox, records: Sequence[bytes], *, key: SigningKey
) -> CastResult:
    """Cast ballots of one contest, all of which have to hold before any is sent.

    Raises BallotError, ContractRefusedError.
    """
    found = sort_ballots(records, contest_box.box)
    for error in found.refused.values():
        raise error
    return cast_accepted(contest_box, found.accepted, key=key)


def cast_accepted(
    contest_box: ContestBox, ballots: Sequence[Ballot], *, key: SigningKey
) -> CastResult:
    """Cast sorted ballots of one contest that are not in the box; raises ClientError.

    What is there already is known by its ballot hash, never by its credential alone.
    """
    used = contest_box.handle.used([each.record.credential for each in ballots])
    pairs = list(zip(ballots, used, strict=True))
    waiting = [encode_record(each.record) for each, is_used in pairs if not is_used]
    acts = [
        contest_box.handle.cast(waiting[at : at + LARGEST_BATCH])
        for at in range(0, len(waiting), LARGEST_BATCH)
    ]
    connection = contest_box.handle.contract.connection
    receipts = connection.send_all(acts, key=key) if acts else ()
    stored = {each for receipt in receipts for each in _read_stored(receipt)}
    cast = [each for each in ballots if each.ballot_hash in stored]
    result = CastResult(cast=tuple(each.tracking_code for each in cast))
    for ballot in ballots:
        if ballot.ballot_hash not in stored:
            result += _look_up(contest_box, ballot)
    return result


def _look_up(contest_box: ContestBox, ballot: Ballot) -> CastResult:
    """Look what the box has of the credential of a ballot that was not stored now."""
    credential = ballot.record.credential
    topic = Hash(address_word(credential))
    events = contest_box.handle.contract.read_events(None, topic)
    shown = [each for each in events if isinstance(each, BallotCast)]
    if any(each.ballot_hash == ballot.ballot_hash for each in shown):
        return CastResult(already_there=(ballot.tracking_code,))
    if not shown:
        return CastResult(unseen=(ballot.tracking_code,))
    counts = accept_ballot(shown[0].ballot, contest_box.box).tracking_code
    return CastResult(void=(Void(credential, ballot.tracking_code, counts),))


def _accept_each(
    records: Sequence[bytes], box: Box
) -> tuple[Ballot | BallotError, ...]:
    """Verify records together, and one by one only if that fails."""
    try:
        return accept_batch(records, box)
    except BallotError:
        return tuple(_try(raw, box) for raw in records)


def _try(raw: bytes, box: Box) -> Ballot | BallotError:
    try:
        return accept_ballot(raw, box)
    except BallotError as error:
        return error


def _read_stored(receipt: Receipt) -> Iterator[Hash]:
    for log in receipt.logs:
        event = decode_event(log, ContractName.BALLOT_BOX)
        if isinstance(event, BallotCast):
            yield event.ballot_hash
