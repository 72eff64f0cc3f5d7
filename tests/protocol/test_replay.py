"""Election announces its contracts; everything else is kept apart."""

from __future__ import annotations

from dataclasses import replace

from eth_abi.abi import encode

from election.crypto.transcript import Address, Hash, hash_bytes, uint_word
from election.protocol.board import Board, Head, Log
from election.protocol.replay import Contract, Part, find_contracts, replay_board
from election.protocol.views import list_calls, list_views

ELECTION, BOX, STRANGER = (Address(bytes([n]) * 20) for n in (1, 2, 3))
CREATED = Log(
    ELECTION,
    (hash_bytes(b"BoxCreated(uint256,address,bytes32)"), Hash(uint_word(7))),
    encode(["address", "bytes32"], ["0x" + BOX.hex(), bytes(32)]),
    1,
    1,
    Hash(bytes(32)),
    0,
)
CAST = replace(
    CREATED,
    address=BOX,
    topics=(hash_bytes(b"BallotCast(address,bytes32,bytes)"), Hash(uint_word(9))),
    data=bytes(32) + uint_word(64) + bytes(32),
)


def board_of(*logs: Log) -> Board:
    return Board(1, ELECTION, logs, {}, {}, Head(9, 9))


def test_contracts_are_those_that_election_announces() -> None:
    own, forged = CREATED, replace(CREATED, address=STRANGER)
    assert find_contracts(ELECTION, [forged]) == (Contract(ELECTION, Part.ELECTION),)
    found = find_contracts(ELECTION, [own])
    assert found[1:] == (Contract(BOX, Part.BOX, 7),)
    assert found[1].title == "box of contest 7"


def test_first_announcement_of_an_address_counts() -> None:
    other = replace(CREATED, topics=(CREATED.topics[0], Hash(uint_word(8))))
    found = find_contracts(ELECTION, [CREATED, other])
    assert [contract.contest for contract in found] == [None, 7]


def test_events_before_the_announcement_are_decoded() -> None:
    replay = replay_board(board_of(CAST, CREATED))
    assert [type(entry.event).__name__ for entry in replay.entries] == [
        "BallotCast",
        "BoxCreated",
    ]
    assert replay.entries[0].contract.contest == 7


def test_foreign_and_broken_logs_are_kept_apart() -> None:
    foreign = replace(CREATED, address=STRANGER)
    broken = replace(CREATED, data=b"")
    replay = replay_board(board_of(foreign, CREATED, broken))
    assert len(replay.entries) == 1
    assert replay.refused.keys() == {0, 2}
    assert [entry.log for entry in replay.entries] == [CREATED]


def test_reader_asks_what_the_auditor_expects() -> None:
    contracts = find_contracts(ELECTION, [CREATED])
    views = list_views(contracts, (), trustees=0)
    assert list_calls(ELECTION, [CAST, CREATED]) == tuple(v.call for v in views)
    titles = [view.title for view in views]
    assert titles[0] == "election: record_hash()"
    assert titles[-1] == "box of contest 7: cast_count()"


def test_absurd_number_of_trustees_asks_for_ten() -> None:
    tally = Contract(STRANGER, Part.TALLY)
    views = list_views([tally], (1,), trustees=2**255)
    assert sum(view.function == "share" for view in views) == 10
