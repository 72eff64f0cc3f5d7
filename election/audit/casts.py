"""The ballots of a box, each accepted again or refused, and their sum.

docs/protocol.md §3. They are verified many at a time; only where a batch does not hold,
its halves, to name those at fault. What is right is added up and forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from election.audit.errors import require
from election.audit.report import VALIDATORS
from election.audit.spread import Spread
from election.crypto.elgamal import Ciphertext, combine_ciphertexts
from election.crypto.group import G1_BYTES
from election.crypto.transcript import Hash
from election.errors import BallotError, ElectionError, EncodingError
from election.protocol.ballot import (
    VERIFIED_AT_ONCE,
    Ballot,
    accept_batch,
    accept_each,
)
from election.protocol.context import Box, decode_box
from election.protocol.encoding import decode_totals, encode_points, encode_totals
from election.protocol.events import BallotCast
from election.protocol.replay import Entry

_CREDENTIAL: Final = 32


@dataclass(frozen=True, slots=True)
class Casts:
    """What was found in a box.

    faults: what is wrong with a ballot, by its place in the box. totals: the sum of
    all, the wrong ones too, or why one of them cannot be added.
    """

    faults: Mapping[int, ElectionError]
    totals: Ciphertext | EncodingError


class Portion(NamedTuple):
    """Ballots that are verified together, and what they are checked against."""

    contest: int
    ctx: Hash
    election_keys: bytes
    credential_key: bytes
    events: tuple[BallotCast, ...]


def accept_casts(
    entries: Sequence[Entry[BallotCast]],
    box: Box,
    *,
    before: bytes | None = None,
    spread: Spread = map,
) -> Casts:
    """Accept again what a box has accepted; never raises for what is in it.

    before: the sum of the ballots before these, which were accepted, if there are any.
    spread: what runs a function over portions, in their order.
    """
    faults: dict[int, ElectionError] = {}
    slots = len(box.election_keys)
    totals: Ciphertext | EncodingError = combine_ciphertexts((), slots=slots)
    if before is not None:
        totals = decode_totals(before, slots=slots)
    starts = range(0, len(entries), VERIFIED_AT_ONCE)
    portions = (_cut_portion(entries, box, at) for at in starts)
    for start, held in zip(starts, spread(sum_portion, portions), strict=True):
        if held is not None and not isinstance(totals, EncodingError):
            totals += decode_totals(held, slots=slots)
            continue
        events = _cut_portion(entries, box, start).events
        found = accept_each([event.ballot for event in events], box)
        for at, (event, outcome) in enumerate(zip(events, found, strict=True), start):
            fault = _find_fault(event, outcome)
            if fault is not None:
                faults[at] = fault
        totals = _add(totals, events, found)
    return Casts(faults, totals)


def _cut_portion(entries: Sequence[Entry[BallotCast]], box: Box, at: int) -> Portion:
    return Portion(
        box.contest,
        box.ctx,
        encode_points(box.election_keys),
        encode_points((box.credential_key,)),
        tuple(entry.event for entry in entries[at : at + VERIFIED_AT_ONCE]),
    )


def sum_portion(portion: Portion) -> bytes | None:
    """Give the sum of a portion's ballots, encoded, or None if any has a fault.

    A process of its own may do it: what it takes and gives is bytes.
    """
    box = decode_box(
        portion.contest,
        portion.ctx,
        election_keys=portion.election_keys,
        credential_key=portion.credential_key,
    )
    try:
        ballots = accept_batch([event.ballot for event in portion.events], box)
    except BallotError:
        return None
    faults = map(_find_fault, portion.events, ballots)
    if any(fault is not None for fault in faults):
        return None
    ciphertexts = [ballot.record.ciphertext for ballot in ballots]
    return encode_totals(combine_ciphertexts(ciphertexts, slots=len(box.election_keys)))


def _find_fault(
    event: BallotCast, outcome: Ballot | BallotError
) -> ElectionError | None:
    if isinstance(outcome, BallotError):
        return outcome
    is_own = outcome.record.credential == event.credential
    is_named = outcome.ballot_hash == event.ballot_hash
    try:
        require(is_own, "is announced under another credential", blames=VALIDATORS)
        require(is_named, "is announced with another hash", blames=VALIDATORS)
    except ElectionError as error:
        return error
    return None


def _add(
    totals: Ciphertext | EncodingError,
    events: Sequence[BallotCast],
    found: Sequence[Ballot | BallotError],
) -> Ciphertext | EncodingError:
    if isinstance(totals, EncodingError):
        return totals
    slots = len(totals.slots)
    pairs = zip(events, found, strict=True)
    try:
        read = [_read_ciphertext(*pair, slots=slots) for pair in pairs]
    except EncodingError as error:
        return error
    return combine_ciphertexts((totals, *read), slots=slots)


def _read_ciphertext(
    event: BallotCast, outcome: Ballot | BallotError, *, slots: int
) -> Ciphertext:
    if isinstance(outcome, BallotError):
        # whether the box should have taken it is the claim of the ballots
        end = _CREDENTIAL + (1 + slots) * G1_BYTES
        return decode_totals(event.ballot[_CREDENTIAL:end], slots=slots)
    return outcome.record.ciphertext
