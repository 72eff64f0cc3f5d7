from __future__ import annotations

from dataclasses import replace

import pytest

from election.client.board_reader import read_board
from election.client.casting import cast_ballots
from election.client.contract import Contract
from election.client.contracts.key_ceremony import KeyCeremony
from election.client.errors import ContractRefusedError, UnexpectedAnswerError
from election.client.rpc import Connection
from election.client.tallying import (
    find_counts,
    read_ballots,
    read_shares,
    recompute_tally,
    submit_share,
)
from election.crypto.signature import SigningKey
from election.crypto.transcript import Address
from election.errors import CountError
from election.protocol.decryption import make_share
from election.protocol.events import ShareAccepted
from election.protocol.replay import Part, replay_board
from election.protocol.tally import FrozenTally, TallyState
from tests.client.stage import RELAY, TRUSTEES, Stage, make_source, travel


@pytest.fixture
def closed(polls: Stage) -> Stage:
    """An election after its polls: three ballots in contest 1, none in 30."""
    cast_ballots(polls.boxes[1], polls.ballots(1, [1, 2, 2]), key=RELAY)
    travel(polls.connection, polls.manifest.times.cast_closing)
    return polls


@pytest.fixture
def frozen(closed: Stage) -> FrozenTally:
    closed.connection.send(closed.opened.tally.freeze(1), key=RELAY)
    return recompute_tally(closed.opened, closed.boxes[1])


def give_share(stage: Stage, frozen: FrozenTally, key: SigningKey) -> bool:
    source = make_source("share")
    message = make_share(frozen.tally, stage.shares[key], source=source)
    return submit_share(stage.opened, frozen, message, key=key)


def test_counts_are_found_and_published(closed: Stage, frozen: FrozenTally) -> None:
    for key in (TRUSTEES[0], TRUSTEES[2]):
        assert give_share(closed, frozen, key)
    result = find_counts(closed.opened, frozen)
    assert (result.trustees, result.counts) == ((1, 3), (1, 2))
    closed.connection.send(closed.opened.tally.finalize(1, result), key=RELAY)
    assert closed.opened.tally.counts(1) == (1, 2)
    assert closed.opened.tally.state(1) is TallyState.FINAL


def test_share_given_twice_is_sent_once(closed: Stage, frozen: FrozenTally) -> None:
    assert give_share(closed, frozen, TRUSTEES[1])
    head = closed.connection.read_head()
    assert not give_share(closed, frozen, TRUSTEES[1])
    assert closed.connection.read_head() == head
    assert [share.trustee for share in read_shares(closed.opened, frozen)] == [2]


def test_share_of_a_trustee_without_a_seat_is_one_error(
    closed: Stage, frozen: FrozenTally, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert give_share(closed, frozen, TRUSTEES[1])
    monkeypatch.setattr(KeyCeremony, "n", lambda _: 1)
    with pytest.raises(UnexpectedAnswerError, match="trustee 2: has no seat"):
        read_shares(closed.opened, frozen)


def test_share_of_trustee_0_is_one_error(
    closed: Stage, frozen: FrozenTally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted from the end, it would be the last trustee's."""
    assert give_share(closed, frozen, TRUSTEES[2])
    (event,) = (
        each
        for each in closed.opened.tally.contract.read_events()
        if isinstance(each, ShareAccepted)
    )
    lie = replace(event, trustee=0)
    monkeypatch.setattr(Contract, "read_events", lambda *_: (lie,))
    with pytest.raises(UnexpectedAnswerError, match="trustee 0: has no seat"):
        read_shares(closed.opened, frozen)


def test_second_share_of_a_trustee_is_one_error(
    closed: Stage, frozen: FrozenTally, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert give_share(closed, frozen, TRUSTEES[1])
    read = Contract.read_events
    monkeypatch.setattr(Contract, "read_events", lambda *args: 2 * read(*args))
    with pytest.raises(UnexpectedAnswerError, match="more than one share"):
        read_shares(closed.opened, frozen)


def test_share_that_the_contract_refuses_is_an_error(
    closed: Stage, frozen: FrozenTally
) -> None:
    share = closed.shares[TRUSTEES[0]]
    message = make_share(frozen.tally, share, source=make_source("share"))
    wrong = replace(message, s=message.s ^ 1)
    with pytest.raises(UnexpectedAnswerError, match="share of trustee 1: was refused"):
        submit_share(closed.opened, frozen, wrong, key=TRUSTEES[0])


def test_share_of_nobody_is_refused(closed: Stage, frozen: FrozenTally) -> None:
    message = make_share(
        frozen.tally, closed.shares[TRUSTEES[0]], source=make_source("share")
    )
    with pytest.raises(ContractRefusedError, match="tally: no such trustee"):
        submit_share(closed.opened, frozen, message, key=RELAY)


def test_fewer_shares_than_the_threshold_give_no_counts(
    closed: Stage, frozen: FrozenTally
) -> None:
    give_share(closed, frozen, TRUSTEES[0])
    with pytest.raises(CountError, match="1 share of trustees, 2 needed"):
        find_counts(closed.opened, frozen)


def test_contest_that_is_not_frozen_is_said_so(closed: Stage) -> None:
    with pytest.raises(UnexpectedAnswerError, match="contest 30: is not frozen yet"):
        recompute_tally(closed.opened, closed.boxes[30])


def test_sum_of_other_ballots_than_were_frozen_is_refused(
    closed: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that leaves one ballot out must not get the others' sum decrypted."""
    closed.connection.send(closed.opened.tally.freeze(1), key=RELAY)
    ballots = read_ballots(closed.boxes[1])
    monkeypatch.setattr(
        "election.client.tallying.iter_batches", lambda _: iter([ballots[:-1]])
    )
    with pytest.raises(CountError, match="other ballots than these"):
        recompute_tally(closed.opened, closed.boxes[1])
    last = replace(ballots[-1].record, ciphertext=ballots[0].record.ciphertext)
    swapped = (*ballots[:-1], replace(ballots[-1], record=last))
    monkeypatch.setattr(
        "election.client.tallying.iter_batches", lambda _: iter([swapped])
    )
    with pytest.raises(CountError, match="frozen totals are not the ballots' sum"):
        recompute_tally(closed.opened, closed.boxes[1])


def test_board_holds_all_contracts_and_nothing_undecoded(closed: Stage) -> None:
    board = read_board(closed.connection, closed.opened.address)
    replay = replay_board(board)
    assert not replay.refused
    parts = sorted(contract.part.name for contract in replay.contracts.values())
    boxes = [Part.BOX] * 2
    others = [part for part in Part if part is not Part.BOX]
    assert parts == sorted(part.name for part in (*others, *boxes))
    assert all(board.code[address] for address in replay.contracts)
    assert len(board.code) == len(replay.contracts) + 6  # blueprints and proofs
    assert board.answers
    assert board.head.number >= max(log.block_number for log in board.logs)


def test_board_of_no_election_is_refused(connection: Connection) -> None:
    with pytest.raises(UnexpectedAnswerError, match="is no election"):
        read_board(connection, Address(bytes([9]) * 20))
