"""A request for a credential is kept only with both attestations, and one of a leaf."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from election.crypto.group import G, encode_g1
from election.crypto.scalar import Scalar
from election.crypto.signature import (
    Signature,
    SigningKey,
    derive_address,
    sign_hash,
)
from election.crypto.transcript import Hash, hash_bytes
from election.protocol.attestation import (
    Action,
    Request,
    Role,
    attest,
    derive_lock_hash,
    request_withdrawal,
)
from election.protocol.voter_list import LeafState
from services.registrar.applications import file_application, withdraw
from services.registrar.desks import Desk
from services.registrar.issue_requests import (
    Asked,
    accept_request,
    read_group,
    read_state,
    settle_requests,
)
from services.registrar.lock_signatures import accept_lock_signature
from services.registrar.tables import HELD, followed, leaves, parts, requests, sends
from services.shell.cells import neutralise
from services.shell.database import Database
from services.shell.problems import Problem
from tests.client.stage import PORTAL, SMS_GATEWAY, make_key
from tests.services.registrar.small import CTX, MAIN, NO_LOCK, START, open_small

NOW = START
LOCK = make_key("lock")
NOTHING = Signature(27, 0, 0)


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> Desk:
    return open_small(tmp_path, database)[MAIN]


def put_leaf(database: Database, desk: Desk, **changed: Any) -> Hash:
    """Let the chain have the first voter's leaf online."""
    place = desk.lists.find("V0")
    assert place is not None
    values: dict[str, Any] = {
        "election": MAIN,
        "leaf": place.leaf,
        "contest": 1,
        "place": place.index,
        "state": int(LeafState.ONLINE),
        "nonce": 1,
        "lock": NO_LOCK,
        "blinded": b"",
        "block": 1,
        "at": NOW,
    }

    def put(connection: Connection) -> None:
        connection.execute(insert(leaves).values(**{**values, **changed}))

    database.run_now(put)
    return place.leaf


def pass_time(database: Database, time: int) -> None:
    def put(connection: Connection) -> None:
        connection.execute(delete(followed))
        connection.execute(insert(followed).values(election=MAIN, block=1, time=time))

    database.run_now(put)


def ask(
    desk: Desk,
    words: int,
    *,
    keys: tuple[SigningKey, SigningKey] = (PORTAL, SMS_GATEWAY),
    nonce: int = 1,
    expiry: int = NOW + 840,
    lock: SigningKey | None = None,
) -> Asked:
    place = desk.lists.find("V0")
    assert place is not None
    blinded = encode_g1(G * Scalar(words))
    request = Request(CTX, Action.ISSUE, place.leaf, nonce, hash_bytes(blinded))
    portal = attest(request, keys[0], role=Role.PORTAL, expiry=expiry)
    gateway = attest(request, keys[1], role=Role.SMS_GATEWAY, expiry=expiry)
    signed = None if lock is None else sign_hash(derive_lock_hash(request), lock)
    return Asked(1, place.index, place.leaf, blinded, portal, gateway, signed)


def send(database: Database, desk: Desk, asked: Asked, now: int = NOW) -> str:
    return database.run_now(accept_request, desk, asked, now=now)


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Problem) as found:
        act()
    return found.value.code


@pytest.mark.parametrize(
    "keys", [(PORTAL, PORTAL), (SMS_GATEWAY, SMS_GATEWAY), (SMS_GATEWAY, PORTAL)]
)
def test_one_organisation_cannot_ask_alone(
    database: Database, desk: Desk, keys: tuple[SigningKey, SigningKey]
) -> None:
    put_leaf(database, desk)
    asked = ask(desk, 2, keys=keys)
    assert refused(lambda: send(database, desk, asked)) == "bad_attestation"
    assert database.run_now(read_state, MAIN, asked.leaf) == "none"


def test_leaf_that_never_moved_is_told_like_a_bad_attestation(
    database: Database, desk: Desk
) -> None:
    assert refused(lambda: send(database, desk, ask(desk, 2))) == "bad_attestation"
    put_leaf(database, desk)
    elsewhere = replace(ask(desk, 2), index=ask(desk, 2).index ^ 1)
    assert refused(lambda: send(database, desk, elsewhere)) == "bad_attestation"
    old = ask(desk, 2, nonce=0)
    assert refused(lambda: send(database, desk, old)) == "bad_attestation"


def test_same_request_again_is_one(database: Database, desk: Desk) -> None:
    put_leaf(database, desk)
    assert send(database, desk, ask(desk, 2)) == "queued"
    assert send(database, desk, ask(desk, 2, expiry=NOW + 850)) == "queued"

    def count(connection: Connection) -> int:
        return int(connection.scalar(select(func.count()).select_from(requests)) or 0)

    assert database.run_now(count) == 1


def test_other_request_waits_until_a_final_block_is_later_than_the_first(
    database: Database, desk: Desk
) -> None:
    put_leaf(database, desk)
    send(database, desk, ask(desk, 2))
    later = NOW + 841
    other = ask(desk, 3, expiry=later + 800)
    assert refused(lambda: send(database, desk, other, later)) == "another_request"
    pass_time(database, NOW + 840)
    assert refused(lambda: send(database, desk, other, later)) == "another_request"
    pass_time(database, later)
    assert send(database, desk, other, later) == "queued"


def test_of_two_requests_at_once_one_is_kept(database: Database, desk: Desk) -> None:
    put_leaf(database, desk)
    barrier = Barrier(4)

    def run(words: int) -> str:
        barrier.wait()
        try:
            return send(database, desk, ask(desk, words))
        except Problem as problem:
            return problem.code
        except IntegrityError:
            return "met"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(run, range(2, 6)))
    assert found.count("queued") == 1
    assert {*found} <= {"queued", "another_request", "met"}

    def count(connection: Connection) -> int:
        query = select(func.count()).where(requests.c.state.in_(HELD))
        return int(connection.scalar(query) or 0)

    assert database.run_now(count) == 1


def test_expired_request_is_told_as_such(database: Database, desk: Desk) -> None:
    leaf = put_leaf(database, desk)
    late = ask(desk, 2, expiry=NOW - 1)
    assert refused(lambda: send(database, desk, late)) == "expired"
    send(database, desk, ask(desk, 2))
    pass_time(database, NOW + 900)
    database.run_now(settle_requests, MAIN, now=NOW + 900)
    assert database.run_now(read_state, MAIN, leaf) == "expired"


def test_issued_leaf_takes_no_other_request(database: Database, desk: Desk) -> None:
    first = ask(desk, 2)
    put_leaf(
        database, desk, state=int(LeafState.ISSUED), nonce=2, blinded=first.blinded
    )
    assert send(database, desk, first) == "issued"
    other = ask(desk, 3)
    assert refused(lambda: send(database, desk, other)) == "another_request"


def test_locked_leaf_needs_its_own_signature(database: Database, desk: Desk) -> None:
    put_leaf(database, desk, lock=derive_address(LOCK))
    for signer in (None, PORTAL):
        asked = ask(desk, 2, lock=signer)
        assert refused(partial(send, database, desk, asked)) == "bad_lock"
    assert send(database, desk, ask(desk, 2, lock=LOCK)) == "queued"


def test_lock_where_there_is_none_and_a_signature_that_is_none_are_refused(
    database: Database, desk: Desk
) -> None:
    put_leaf(database, desk)
    asked = ask(desk, 2, lock=LOCK)
    assert refused(lambda: send(database, desk, asked)) == "bad_lock"
    database.run_now(
        lambda c: c.execute(update(leaves).values(lock=derive_address(LOCK)))
    )
    none = replace(asked, lock=NOTHING)
    assert refused(lambda: send(database, desk, none)) == "bad_lock"


def test_attested_leaf_that_never_moved_is_nobodys(
    database: Database, desk: Desk
) -> None:
    asked = ask(desk, 2, nonce=0)
    assert refused(lambda: send(database, desk, asked)) == "bad_attestation"


@pytest.mark.parametrize("state", [LeafState.NONE, LeafState.PAPER])
def test_leaf_that_votes_on_paper_gets_no_credential(
    database: Database, desk: Desk, state: LeafState
) -> None:
    put_leaf(database, desk, state=int(state))
    assert refused(lambda: send(database, desk, ask(desk, 2))) == "not_online"


def test_other_request_waits_while_the_first_is_under_way(
    database: Database, desk: Desk
) -> None:
    leaf = put_leaf(database, desk)
    send(database, desk, ask(desk, 2))
    row = {"hash": "0x1", "raw": "0x", "state": "open", "block": 0, "expiry": 0}
    row |= {"election": MAIN, "leaf": leaf, "action": 3, "chain": 7, "nonce": 0}
    database.run_now(lambda c: c.execute(insert(sends).values(at=NOW, **row)))
    later = NOW + 841
    pass_time(database, later)
    other = ask(desk, 3, expiry=later + 800)
    assert refused(lambda: send(database, desk, other, later)) == "another_request"


def test_point_outside_the_group_is_refused(database: Database, desk: Desk) -> None:
    put_leaf(database, desk)
    place = ask(desk, 2)
    blinded = b"\x00" * 127 + b"\x05"
    request = Request(CTX, Action.ISSUE, place.leaf, 1, hash_bytes(blinded))
    asked = replace(
        place,
        blinded=blinded,
        portal=attest(request, PORTAL, role=Role.PORTAL, expiry=NOW + 800),
        gateway=attest(request, SMS_GATEWAY, role=Role.SMS_GATEWAY, expiry=NOW + 800),
    )
    assert refused(lambda: send(database, desk, asked)) == "bad_request"


@pytest.mark.parametrize(("now", "count"), [(NOW, 0), (NOW + 180, 1)])
def test_group_waits_for_its_time(
    database: Database, desk: Desk, now: int, count: int
) -> None:
    put_leaf(database, desk)
    send(database, desk, ask(desk, 2))
    group = database.run_now(read_group, MAIN, now=now, every=180, most=9)
    assert len(group) == count


def test_group_goes_early_when_an_attestation_soon_expires(
    database: Database, desk: Desk
) -> None:
    put_leaf(database, desk)
    send(database, desk, ask(desk, 2, expiry=NOW + 60))
    group = database.run_now(read_group, MAIN, now=NOW, every=180, most=9)
    assert len(group) == 1


@pytest.mark.parametrize("signer", [PORTAL, LOCK], ids=["another", "own"])
def test_withdrawal_of_a_locked_leaf_takes_its_own_signature_only(
    database: Database, desk: Desk, signer: SigningKey
) -> None:
    lock = derive_address(LOCK)
    desks = {MAIN: desk}
    database.run_now(
        file_application, "a0", consent="C", locks={MAIN: lock}, desks=desks, now=NOW
    )
    leaf = put_leaf(database, desk, lock=lock)
    database.run_now(withdraw, "a0", consent="W", elections=None, desks=desks, now=NOW)
    signature = sign_hash(
        derive_lock_hash(request_withdrawal(CTX, leaf, nonce=1)), signer
    )

    def act() -> None:
        database.run_now(
            accept_lock_signature, desk, leaf, nonce=1, signature=signature
        )

    if signer is PORTAL:
        assert refused(act) == "bad_lock"
    else:
        act()

    def kept(connection: Connection) -> bool:
        return bool(connection.scalar(select(parts.c.lock_signature)))

    assert database.run_now(kept) is (signer is LOCK)


@pytest.mark.parametrize(
    ("row_nonce", "signed", "code"),
    [(1, 2, "bad_lock"), (1, None, "bad_lock"), (1, 1, "no_application")],
    ids=["another counter", "no signature", "nothing filed"],
)
def test_lock_signs_for_what_was_filed_at_its_counter(
    database: Database, desk: Desk, row_nonce: int, signed: int | None, code: str
) -> None:
    leaf = put_leaf(database, desk, lock=derive_address(LOCK), nonce=row_nonce)
    nonce = signed or row_nonce
    digest = derive_lock_hash(request_withdrawal(CTX, leaf, nonce=nonce))
    signature = sign_hash(digest, LOCK) if signed else NOTHING

    def act() -> None:
        database.run_now(
            accept_lock_signature, desk, leaf, nonce=nonce, signature=signature
        )

    assert refused(act) == code


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "%1"])
def test_cell_that_a_spreadsheet_would_run_is_text(cell: str) -> None:
    assert neutralise(cell) == f"'{cell}"
    assert neutralise("Иванов, 5-7") == "Иванов, 5-7"
