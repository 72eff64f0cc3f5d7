from __future__ import annotations

from dataclasses import replace

import pytest

from election.audit.casts import Cast, accept_casts
from election.crypto.transcript import Address, Hash
from election.errors import BallotError
from election.protocol.ballot import Ballot
from election.protocol.board import Log
from election.protocol.events import BallotCast
from election.protocol.replay import Contract, Entry, Part
from tests import honest

BOX = Contract(Address(bytes(20)), Part.BOX, 1)
LOG = Log(BOX.address, (), b"", 0, 0, Hash(bytes(32)), 0)
CHOICES = (1, 2, 3, 1, 2)


def entry_of(raw: bytes) -> Entry[BallotCast]:
    return Entry(LOG, BOX, BallotCast(Address(raw[12:32]), Hash(bytes(32)), raw))


def cast_all() -> list[Entry[BallotCast]]:
    ballots = (honest.ballot(choice, n) for n, choice in enumerate(CHOICES, 1))
    return [entry_of(raw) for raw in ballots]


def is_accepted(cast: Cast) -> bool:
    return isinstance(cast.outcome, Ballot)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 256])
@pytest.mark.parametrize("wrong", [(), (3,), (0, 4), (0, 1, 2, 3, 4)])
def test_only_wrong_ballots_are_refused_in_batches_of_any_size(
    size: int, wrong: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("election.audit.casts._BATCH", size)
    entries = cast_all()
    for at in wrong:
        raw = bytearray(entries[at].event.ballot)
        raw[32 * 44] ^= 1  # memo
        entries[at] = replace(entries[at], event=entry_of(bytes(raw)).event)
    casts = accept_casts(entries, honest.box())
    assert [cast.entry for cast in casts] == entries
    refused = [at for at, cast in enumerate(casts) if not is_accepted(cast)]
    assert tuple(refused) == wrong
    for at in wrong:
        error = casts[at].outcome
        assert isinstance(error, BallotError)
        assert entries[at].event.credential.hex() in error.subject


def test_box_without_ballots_has_none() -> None:
    assert accept_casts([], honest.box()) == ()
