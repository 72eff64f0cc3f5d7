from __future__ import annotations

from typing import Any

import pytest

from election.crypto.blind_credential import derive_ballot_key
from election.crypto.group import G, encode_g1
from election.crypto.signature import derive_address
from election.protocol.ballot import (
    NO_MEMO,
    accept_ballot,
    make_ballot,
    prepare_choice,
)
from election.protocol.board import Board
from election.protocol.encoding import decode_record
from election.protocol.events import BallotCast, Issued, TallyFrozen
from election.protocol.issuance import Credential
from tests.audit.cast_of_roles import recovery_of, source_of
from tests.audit.story import Told, name_voter
from tests.audit.tampering import change, drop, examine, find, put


def test_valid_ballot_in_place_of_another_is_found(told: Told) -> None:
    box, voter = told.boxes[2], name_voter(2, 0)
    issued = find(
        told.board,
        Issued,
        lambda entry: (entry.event.contest, entry.event.request.index) == (2, 0),
    )
    key = derive_ballot_key(recovery_of(voter), ctx=box.ctx, leaf=issued.event.leaf)
    address = derive_address(key)
    cast = find(told.board, BallotCast, lambda e: e.event.credential == address)
    sigma = decode_record(cast.event.ballot, slots=2).sigma
    source = source_of(voter, "second thought")
    raw = make_ballot(
        prepare_choice(1, box, source=source),
        box,
        credential=Credential(key, sigma),
        memo=NO_MEMO,
        source=source,
    )
    announced = accept_ballot(raw, box).ballot_hash
    tampered = change(told.board, cast, ballot=raw, ballot_hash=announced)
    faults = examine(tampered)
    assert faults.keys() == {"sums"}
    (finding,) = faults["sums"]
    assert finding.fact == "has another sum of ballots"
    assert (finding.blames, finding.contest) == ("validators", 2)


@pytest.mark.parametrize("contest", [1, 2, 4])
def test_ballot_that_is_left_out_is_found(board: Board, contest: int) -> None:
    cast = find(board, BallotCast, lambda entry: entry.contract.contest == contest)
    finding = examine(drop(board, cast))["sums"][0]
    assert finding.fact == "has another number of ballots"
    assert finding.contest == contest


@pytest.mark.parametrize("at", range(4))
def test_other_frozen_sum_is_found(board: Board, at: int) -> None:
    frozen = find(board, TallyFrozen)
    raw = frozen.event.totals
    totals = raw[: at * 128] + encode_g1(G) + raw[(at + 1) * 128 :]
    assert "sums" in examine(change(board, frozen, totals=totals))


@pytest.mark.parametrize("fields", [{"cast_count": 5}, {"totals": bytes(128)}])
def test_other_frozen_fields_are_found(board: Board, fields: dict[str, Any]) -> None:
    frozen = find(board, TallyFrozen)
    assert "sums" in examine(change(board, frozen, **fields))


def test_sum_that_was_frozen_twice_is_found(board: Board) -> None:
    log = find(board, TallyFrozen).log
    assert examine(put(board, log, log, log))["sums"][0].fact == "was frozen twice"
