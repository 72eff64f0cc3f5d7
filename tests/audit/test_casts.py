from __future__ import annotations

from dataclasses import replace

import pytest

from election.audit.casts import Casts, accept_casts
from election.crypto.elgamal import combine_ciphertexts
from election.crypto.transcript import Address, Hash
from election.errors import BallotError, EncodingError
from election.protocol.ballot import accept_ballot
from election.protocol.board import Log
from election.protocol.encoding import decode_record
from election.protocol.events import BallotCast
from election.protocol.replay import Contract, Entry, Part
from tests import honest
from tests.audit.elsewhere import spread_elsewhere

BOX = Contract(Address(bytes(20)), Part.BOX, 1)
LOG = Log(BOX.address, (), b"", 0, 0, Hash(bytes(32)), 0)
BALLOTS = honest.box()
RAWS = [honest.ballot(choice, n) for n, choice in enumerate((1, 2, 3, 1, 2), 1)]


def entry_of(raw: bytes, at: int) -> Entry[BallotCast]:
    ballot_hash = accept_ballot(RAWS[at], BALLOTS).ballot_hash
    return Entry(LOG, BOX, BallotCast(Address(raw[12:32]), ballot_hash, raw))


def cast_all() -> list[Entry[BallotCast]]:
    return [entry_of(raw, at) for at, raw in enumerate(RAWS)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 256])
@pytest.mark.parametrize("wrong", [(), (3,), (0, 4), (0, 1, 2, 3, 4)])
def test_only_wrong_ballots_are_refused_in_batches_of_any_size(
    size: int, wrong: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("election.audit.casts.VERIFIED_AT_ONCE", size)
    entries = cast_all()
    for at in wrong:
        raw = bytearray(entries[at].event.ballot)
        raw[32 * 44] ^= 1  # memo
        entries[at] = entry_of(bytes(raw), at)
    casts = accept_casts(entries, BALLOTS, spread=spread_elsewhere)
    assert tuple(casts.faults) == wrong
    for at, error in casts.faults.items():
        assert isinstance(error, BallotError)
        assert entries[at].event.credential.hex() in error.subject
    ciphertexts = [decode_record(raw, slots=3).ciphertext for raw in RAWS]
    assert casts.totals == combine_ciphertexts(ciphertexts, slots=3)


@pytest.mark.parametrize("is_other_voter", [True, False])
def test_ballot_that_is_announced_as_another_is_found(is_other_voter: bool) -> None:
    entries = cast_all()
    event, other = entries[3].event, entries[2].event
    changed = (
        replace(event, credential=other.credential)
        if is_other_voter
        else replace(event, ballot_hash=other.ballot_hash)
    )
    entries[3] = Entry(LOG, BOX, changed)
    casts = accept_casts(entries, BALLOTS)
    assert tuple(casts.faults) == (3,)
    assert casts.totals == accept_casts(cast_all(), BALLOTS).totals


def test_box_without_ballots_has_none() -> None:
    assert accept_casts([], BALLOTS) == Casts({}, combine_ciphertexts((), slots=3))


def test_sum_is_none_when_a_ballot_cannot_be_added() -> None:
    entries = cast_all()
    entries[1] = entry_of(RAWS[1][:32] + b"\1" + RAWS[1][33:], 1)
    casts = accept_casts(entries, BALLOTS)
    assert tuple(casts.faults) == (1,)
    assert isinstance(casts.totals, EncodingError)
