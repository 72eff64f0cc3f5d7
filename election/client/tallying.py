"""From the ballots on the chain to a contest's counts, believing nothing on the way.

docs/protocol.md §5.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from itertools import chain, islice

from election.client.errors import UnexpectedAnswerError
from election.client.open_election import ContestBox, OpenElection
from election.crypto.discrete_log import build_table
from election.crypto.group import decode_g1
from election.crypto.signature import SigningKey, derive_address
from election.crypto.transcript import Hash, uint_word
from election.errors import CountError
from election.protocol.abi import ContractName, decode_event
from election.protocol.ballot import VERIFIED_AT_ONCE, Ballot, accept_batch
from election.protocol.decryption import (
    DecryptionShare,
    Result,
    ShareMessage,
    accept_decryption_share,
    find_result,
)
from election.protocol.encoding import encode_totals
from election.protocol.events import BallotCast, ShareAccepted, TallyFrozen
from election.protocol.tally import FrozenTally, aggregate_batches
from election.protocol.text import spell_number


def read_ballots(contest_box: ContestBox) -> tuple[Ballot, ...]:
    """Read all ballots of a box and verify each; raises BallotError."""
    return tuple(chain.from_iterable(iter_batches(contest_box)))


def iter_batches(contest_box: ContestBox) -> Iterator[tuple[Ballot, ...]]:
    """Read all ballots of a box in batches, and verify each; raises BallotError."""
    events = contest_box.handle.contract.iter_events()
    raws = (event.ballot for event in events if isinstance(event, BallotCast))
    while batch := tuple(islice(raws, VERIFIED_AT_ONCE)):
        yield accept_batch(batch, contest_box.box)


def recompute_tally(opened: OpenElection, contest_box: ContestBox) -> FrozenTally:
    """Add up the verified ballots and compare with what the chain froze.

    Raises BallotError, CountError, UnexpectedAnswerError if nothing is frozen.
    """
    contest = contest_box.box.contest
    block, frozen = _read_freeze(opened, contest)
    tally = aggregate_batches(iter_batches(contest_box), contest_box.box)
    if frozen.cast_count != tally.cast_count:
        raise CountError(f"contest {contest}", "other ballots than these were frozen")
    if frozen.totals != encode_totals(tally.totals):
        raise CountError(f"contest {contest}", "frozen totals are not the ballots' sum")
    return FrozenTally(contest, block, tally)


def _read_freeze(opened: OpenElection, contest: int) -> tuple[int, TallyFrozen]:
    contract = opened.tally.contract
    for log in contract.read_logs(None, Hash(uint_word(contest))):
        event = decode_event(log, contract.name)
        if isinstance(event, TallyFrozen):
            return log.block_number, event
    raise UnexpectedAnswerError(f"contest {contest}", "is not frozen yet")


def read_shares(opened: OpenElection, frozen: FrozenTally) -> list[DecryptionShare]:
    """Read the accepted decryption shares and verify each.

    Raises FaultyTrusteeError, UnexpectedAnswerError.
    """
    topic = Hash(uint_word(frozen.contest))
    events = opened.tally.contract.read_events(None, topic)
    given = [event for event in events if isinstance(event, ShareAccepted)]
    slots = range(1, len(frozen.tally.totals.slots) + 1)
    columns = [opened.trustees.verification_keys(slot) for slot in slots]
    seats = min(map(len, columns))
    _require_seats([event.trustee for event in given], seats=seats)
    return [
        accept_decryption_share(
            ShareMessage(event.decryption, event.t1, event.t2, event.s),
            frozen.tally,
            trustee=event.trustee,
            verification_keys=[decode_g1(keys[event.trustee - 1]) for keys in columns],
        )
        for event in given
    ]


def _require_seats(trustees: list[int], *, seats: int) -> None:
    """Raise UnexpectedAnswerError unless each has a seat and is there once."""
    for trustee in trustees:
        if not 1 <= trustee <= seats or trustees.count(trustee) != 1:
            fact = "has no seat, or more than one share"
            raise UnexpectedAnswerError(f"trustee {trustee}", fact)


def find_counts(opened: OpenElection, frozen: FrozenTally) -> Result:
    """Find the counts from the first k accepted shares; raises CountError."""
    shares = read_shares(opened, frozen)
    threshold = opened.deployed.trustees.threshold
    if len(shares) < threshold:
        fact = f"{spell_number(len(shares), 'share')} of trustees, {threshold} needed"
        raise CountError(f"contest {frozen.contest}", fact)
    return find_result(shares[:threshold], frozen.tally, table=build_table())


def submit_share(
    opened: OpenElection,
    frozen: FrozenTally,
    message: ShareMessage,
    *,
    key: SigningKey,
    leaving: AbstractContextManager[object] | None = None,
) -> bool:
    """Send a trustee's share; false if the contract has one of this trustee already.

    leaving: entered for the one request in which the share first leaves this machine.
    Raises UnexpectedAnswerError if the contract refuses the proof.
    """
    contest, trustee = frozen.contest, opened.trustees.seat(derive_address(key))
    if trustee and opened.tally.shares(contest, trustees=trustee)[-1]:
        return False
    act = opened.tally.submit_share(contest, trustee, share=message)
    with leaving or nullcontext():
        opened.connection.try_act(act, key=key)
    (receipt,) = opened.connection.send_all([act], key=key)
    events = (decode_event(log, ContractName.TALLY) for log in receipt.logs)
    if not any(isinstance(event, ShareAccepted) for event in events):
        raise UnexpectedAnswerError(f"share of trustee {trustee}", "was refused")
    return True
