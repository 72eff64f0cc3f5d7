"""Bring ballots into the box: as a relay, from an account that is no voter's.

docs/protocol.md §6. Casting is idempotent: whoever is not sure whether a ballot is
stored casts it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from election.client.contracts.ballot_box import LARGEST_BATCH
from election.client.errors import (
    ClientError,
    ConnectionFailedError,
    WrongChainError,
)
from election.client.open_election import ContestBox
from election.client.wire import Receipt
from election.crypto.signature import SigningKey
from election.crypto.transcript import Address, Hash, address_word
from election.errors import BallotError, ElectionError, EncodingError
from election.protocol.abi import ContractName, decode_event
from election.protocol.ballot import (
    VERIFIED_AT_ONCE,
    Ballot,
    accept_ballot,
    accept_each,
)
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
class Unknown:
    """A ballot that was sent, or was to be after one that was, and may be in the box.

    why: what the client met after it began to send, if anything but silence.
    """

    tracking_code: Hash
    why: ClientError | None = None


@dataclass(frozen=True, slots=True)
class CastResult:
    """What became of ballots, by tracking code, which is what a voter knows.

    cast: stored now. already_there: the same ballot, byte for byte, is in the box, by
    another call or by this one. void: the box has another ballot of the credential,
    which counts instead. unseen: the node calls the credential used and shows no ballot
    of it. unknown: sent, and not seen in the box.
    """

    cast: tuple[Hash, ...] = ()
    already_there: tuple[Hash, ...] = ()
    void: tuple[Void, ...] = ()
    unseen: tuple[Hash, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    def __add__(self, other: CastResult) -> CastResult:
        """Tell of the ballots of both."""
        return CastResult(
            self.cast + other.cast,
            self.already_there + other.already_there,
            self.void + other.void,
            self.unseen + other.unseen,
            self.unknown + other.unknown,
        )


def sort_ballots(
    records: Sequence[bytes], box: Box, done: Callable[[int], object] = int
) -> SortedBallots:
    """Verify every record, so that a wrong one stops no other.

    Of two ballots of one credential the first given is accepted. done: told of so many
    more that were verified.
    """
    accepted: dict[Address, Ballot] = {}
    refused: dict[int, BallotError] = {}
    for at in range(0, len(records), VERIFIED_AT_ONCE):
        found = accept_each(records[at : at + VERIFIED_AT_ONCE], box)
        for place, ballot in enumerate(found, at):
            if isinstance(ballot, BallotError):
                refused[place] = ballot
                continue
            credential = ballot.record.credential
            first = accepted.setdefault(credential, ballot)
            if first.ballot_hash != ballot.ballot_hash:
                fact = "is there twice, in two versions"
                refused[place] = BallotError(f"ballot {credential.hex()}", fact)
        done(len(found))
    return SortedBallots(tuple(accepted[each] for each in sorted(accepted)), refused)


def cast_ballots(
    contest_box: ContestBox, records: Sequence[bytes], *, key: SigningKey
) -> CastResult:
    """Cast ballots of one contest, all of which have to hold before any is sent.

    Raises BallotError, and ClientError also for what was sent and is not in the box.
    """
    found = sort_ballots(records, contest_box.box)
    for error in found.refused.values():
        raise error
    result = cast_accepted(contest_box, found.accepted, key=key)
    for each in result.unknown:
        if each.why is not None:
            raise each.why
    return result


def cast_accepted(
    contest_box: ContestBox, ballots: Sequence[Ballot], *, key: SigningKey
) -> CastResult:
    """Cast sorted ballots of one contest that are not in the box.

    What is there already is known by the ballot's bytes, never by its credential alone.
    Raises ClientError before any is sent; afterwards only if the node cannot be asked
    any more.
    """
    used = contest_box.handle.used([each.record.credential for each in ballots])
    pairs = list(zip(ballots, used, strict=True))
    waiting = [encode_record(each.record) for each, is_used in pairs if not is_used]
    stored, why = _send(contest_box, waiting, key=key)
    result = CastResult()
    for ballot, is_used in pairs:
        code = ballot.tracking_code
        if encode_record(ballot.record) in stored:
            result += CastResult(cast=(code,))
        elif found := _look_up(contest_box, ballot):
            result += found
        elif is_used:
            result += CastResult(unseen=(code,))
        else:
            result += CastResult(unknown=(Unknown(code, why),))
    return result


def _send(
    contest_box: ContestBox, records: Sequence[bytes], *, key: SigningKey
) -> tuple[set[bytes], ClientError | None]:
    """Send records; give those that were seen to be stored, and what went wrong.

    Raises what came before the first was sent, and that the node cannot be asked.
    """
    handle = contest_box.handle
    connection = handle.contract.connection
    acts = [
        handle.cast(records[at : at + LARGEST_BATCH])
        for at in range(0, len(records), LARGEST_BATCH)
    ]
    offered = connection.progress.offered
    try:
        receipts = connection.send_all(acts, key=key) if acts else ()
    except (ConnectionFailedError, WrongChainError):
        raise
    except ClientError as error:
        if connection.progress.offered == offered:
            raise
        # Perhaps only since another relay was first with the whole batch, which leaves
        # a transaction nothing to do; so the box is looked at, whatever the node says.
        return set(), error
    address = handle.contract.address
    return {raw for each in receipts for raw in _read_stored(each, address)}, None


def _look_up(contest_box: ContestBox, ballot: Ballot) -> CastResult | None:
    """Look what the box has of the credential of a ballot that was not stored now.

    None if the node shows nothing of it that a box can hold: a ballot of another
    credential, one that does not verify, or two. Whatever the node shows is no fault of
    the ballot in hand.
    """
    credential = ballot.record.credential
    topic = Hash(address_word(credential))
    try:
        events = contest_box.handle.contract.read_events(None, topic)
        event = events[0] if len(events) == 1 else None
        if not isinstance(event, BallotCast):
            return None
        if event.ballot == encode_record(ballot.record):
            return CastResult(already_there=(ballot.tracking_code,))
        counts = accept_ballot(event.ballot, contest_box.box)
    except WrongChainError:
        raise
    except ConnectionFailedError as error:
        if error.may_come_back:
            raise
        return None
    except ElectionError:
        return None
    if counts.record.credential != credential:
        return None
    return CastResult(
        void=(Void(credential, ballot.tracking_code, counts.tracking_code),)
    )


def _read_stored(receipt: Receipt, box: Address) -> Iterator[bytes]:
    """Read which ballots a box says it stored; what cannot be read says nothing."""
    for log in receipt.logs:
        if log.address != box:
            continue
        with suppress(EncodingError):
            event = decode_event(log, ContractName.BALLOT_BOX)
            if isinstance(event, BallotCast):
                yield event.ballot
