"""Parts on their way to the chain: whose leaf it is, what both signed, what is due."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from election.client.leaf_requests import LeafRequest
from election.crypto.transcript import Address
from election.errors import ElectionError
from election.protocol.attestation import request_registration
from election.protocol.board import Log
from election.protocol.events import Event
from services.registrar.desks import UNKNOWN, Desk
from services.registrar.following import News, read_place, take_news
from services.registrar.publishing import Lists
from services.registrar.registering import ask_attesters, needs_lock
from services.registrar.work import Work
from services.shell.database import Database
from tests.services.registrar.small import (
    CTX,
    DAY,
    ELECTION_ID,
    MAIN,
    NO_LOCK,
    START,
    TIMES,
    open_small,
)

LOCK = Address(b"\x01" * 20)


@pytest.fixture
def desk(tmp_path: Path, register: Database) -> Desk:
    return open_small(tmp_path, register)[MAIN]


@pytest.mark.parametrize(
    ("wanted", "lock", "signed", "waits"),
    [
        (False, LOCK, b"", True),
        (True, LOCK, b"", False),
        (False, LOCK, b"signed", False),
        (False, NO_LOCK, b"", False),
        (False, None, b"", False),
    ],
)
def test_withdrawal_of_a_locked_leaf_waits_for_its_signature(
    wanted: bool, lock: Address | None, signed: bytes, waits: bool
) -> None:
    part: Any = SimpleNamespace(wanted=wanted, set_lock=lock, lock_signature=signed)
    assert needs_lock(part) is waits


class Peer:
    """An organisation that answers what no attestation is; asked: how often."""

    asked = 0

    async def call(self, *_: Any) -> Any:
        self.asked += 1
        return {"expiry": 1, "signature": "0xzz"}


@pytest.mark.parametrize(
    ("voter", "fact", "asked"),
    [
        ("V0", "attestation: is not readable", 1),
        ("V1", "leaf: is not the one of who applied", 0),
        ("V9", "leaf: is not the one of who applied", 0),
    ],
)
def test_organisations_are_asked_of_a_leaf_by_whose_it_is(
    desk: Desk, voter: str, fact: str, asked: int
) -> None:
    place = desk.lists.find("V0")
    assert place is not None
    claim = desk.lists.files[place.contest].claim(place.index)
    request = request_registration(CTX, place.leaf, nonce=0, lock=NO_LOCK)
    peer = Peer()
    peers: Any = {"portal": peer, "gateway": peer}
    asking = ask_attesters(
        peers, desk, LeafRequest(claim, request), voter_id=voter, now=START
    )
    with pytest.raises(ElectionError, match=fact):
        asyncio.run(asking)
    assert peer.asked == asked


def make_work(desk: Desk, register: Database, now: int) -> Work:
    context: Any = SimpleNamespace(
        database=register,
        clock=SimpleNamespace(now=lambda: now),
        account=SimpleNamespace(key=None),
        settings=SimpleNamespace(window=9),
    )
    return Work(context, {MAIN: desk})


@pytest.mark.parametrize(
    "now", [TIMES.start - 1, TIMES.start, TIMES.freeze], ids=["early", "idle", "late"]
)
def test_nothing_is_registered_out_of_time_nor_where_nothing_is_due(
    desk: Desk, register: Database, now: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And then no node is asked for anything."""
    monkeypatch.setattr(Desk, "connect", lambda _: pytest.fail("a node was asked"))
    due = [SimpleNamespace(id=1)] if now != TIMES.start else []
    monkeypatch.setattr("services.registrar.work.read_due", lambda *_, **__: due)
    desk.registration = TIMES.start
    common: Any = desk.terms.common
    common.chain_id = 7
    working: Coroutine[Any, Any, bool] = make_work(desk, register, now)._register_some(
        desk
    )
    assert asyncio.run(working) is False


def test_terms_are_old_once_leaves_should_move_and_no_list_is_there(
    desk: Desk, register: Database
) -> None:
    def waits_for(now: int, **changed: Any) -> list[str]:
        other = replace(desk, registration=START, **changed)
        said = asyncio.run(make_work(other, register, now).unready())
        return [each.partition(": ")[2] for each in said]

    nobody = Lists(ELECTION_ID, None, {})
    assert waits_for(START + DAY) == []
    assert waits_for(START - 1, lists=nobody) == []
    old = "its terms are from before the voter lists"
    assert waits_for(START, lists=nobody) == [old]
    away = "no node of its chain was reached"
    assert waits_for(START, lists=nobody, times=UNKNOWN) == [away]


def test_blocks_are_taken_once_and_none_before_those_that_were(
    desk: Desk, register: Database
) -> None:
    def take(since: int, block: int) -> bool:
        none: tuple[tuple[Log, Event], ...] = ()
        news = News(block, START, none, is_all=True)
        return register.run_now(take_news, desk, since, news)

    assert take(0, 5)
    assert not take(0, 6)  # another took them meanwhile
    assert not take(5, 4)  # of a node that is behind
    assert register.run_now(read_place, MAIN) == 5
    assert take(5, 5)
