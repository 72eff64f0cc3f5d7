from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import pytest

from election.client.casting import cast_ballots
from election.client.errors import TransactionLostError
from election.errors import BallotError
from election.protocol.ballot import accept_batch
from election.protocol.events import BallotCast
from tests.client.stage import RELAY, Stage


def test_ballots_are_cast_and_then_are_there(polls: Stage) -> None:
    records = polls.ballots(1, [1, 2, 1])
    first = cast_ballots(polls.boxes[1], records[:2], key=RELAY)
    second = cast_ballots(polls.boxes[1], records, key=RELAY)
    third = cast_ballots(polls.boxes[1], records, key=RELAY)
    assert len(first.cast) == 2
    assert not first.already_there
    assert len(second.cast) == 1
    assert second.already_there == first.cast
    assert not third.cast
    assert polls.boxes[1].handle.cast_count() == 3


def test_ballot_given_twice_is_cast_once(polls: Stage) -> None:
    records = polls.ballots(1, [1])
    result = cast_ballots(polls.boxes[1], records * 2, key=RELAY)
    assert len(result.cast) == 1


def test_nothing_is_sent_when_one_ballot_is_wrong(polls: Stage) -> None:
    good, bad = polls.ballots(1, [1, 2])
    flipped = bad[:-1] + bytes([bad[-1] ^ 1])
    with pytest.raises(BallotError, match=bad[12:32].hex()):
        cast_ballots(polls.boxes[1], [good, flipped], key=RELAY)
    assert polls.boxes[1].handle.cast_count() == 0


def test_why_nobody_knows_what_became_of_a_ballot_is_raised(
    polls: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = TransactionLostError("transaction", "not mined in time")
    monkeypatch.setattr("election.client.casting._send", lambda *_, **__: (set(), why))
    with pytest.raises(TransactionLostError, match="not mined in time"):
        cast_ballots(polls.boxes[1], polls.ballots(1, [1]), key=RELAY)


def test_two_ballots_of_one_credential_are_refused(polls: Stage) -> None:
    one, other = polls.ballots(1, [1])[0], polls.ballots(1, [2])[0]
    with pytest.raises(BallotError, match="in two versions"):
        cast_ballots(polls.boxes[1], [one, other], key=RELAY)


def test_second_ballot_of_a_voter_is_void_and_named_beside_the_one_that_counts(
    polls: Stage,
) -> None:
    """Else a voter who changed his mind would take the first for the second."""
    box = polls.boxes[1]
    one, other = polls.ballots(1, [1])[0], polls.ballots(1, [2])[0]
    cast_ballots(box, [one], key=RELAY)
    codes = [accept_batch([raw], box.box)[0].tracking_code for raw in (other, one)]
    result = cast_ballots(box, [other], key=RELAY)
    assert (result.cast, result.already_there) == ((), ())
    (void,) = result.void
    assert [void.tracking_code, void.counts] == codes
    again = cast_ballots(box, [one], key=RELAY)
    assert (again.already_there, again.void) == ((void.counts,), ())


def test_ballot_of_another_contest_is_refused(polls: Stage) -> None:
    with pytest.raises(BallotError):
        cast_ballots(polls.boxes[1], polls.ballots(30, [1]), key=RELAY)


def test_ballots_above_the_largest_batch_go_in_several(
    polls: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("election.client.casting.LARGEST_BATCH", 2)
    head = polls.connection.read_head().number
    result = cast_ballots(polls.boxes[30], polls.ballots(30, [3, 3, 3]), key=RELAY)
    assert len(result.cast) == 3
    assert polls.connection.read_head().number == head + 2


def cast_in_order(polls: Stage, records: Sequence[bytes]) -> list[bytes]:
    """Cast ballots as they arrive; list them as the chain does, and undo it."""
    snapshot = polls.connection.request("evm_snapshot")
    cast_ballots(polls.boxes[30], records, key=RELAY)
    events = polls.boxes[30].handle.contract.read_events()
    polls.connection.request("evm_revert", snapshot)
    return [event.ballot for event in events if isinstance(event, BallotCast)]


def test_order_of_arrival_does_not_show_in_the_order_of_casting(
    polls: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even in which ballots stand in one batch."""
    monkeypatch.setattr("election.client.casting.LARGEST_BATCH", 2)
    records = polls.ballots(30, [3, 1, 2])
    orders = [cast_in_order(polls, each) for each in permutations(records)]
    assert all(order == sorted(records) for order in orders)
