"""Who is registered cannot be found out by asking: same words, same work.

Work is counted: statements of the database, and signatures that are recovered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import event

from election.crypto import signature
from election.crypto.signature import derive_address
from election.crypto.transcript import Hash
from election.protocol import attestation
from services.registrar import lock_signatures
from services.registrar.desks import Desk
from services.registrar.issue_requests import Asked, accept_request, read_state
from services.registrar.lock_signatures import accept_lock_signature
from services.shell.database import Database
from services.shell.problems import Problem
from tests.client.stage import make_key
from tests.services.registrar.small import MAIN, NO_LOCK, open_small
from tests.services.registrar.test_issue_requests import LOCK, NOW, ask, put_leaf

STRANGER: Final = make_key("stranger")
UNKNOWN: Final = Hash(b"\x0a" * 32)
NO_PLACE: Final = 10**6


@pytest.fixture
def desk(tmp_path: Path, database: Database) -> Desk:
    return open_small(tmp_path, database)[MAIN]


@dataclass
class Counted:
    """What was done since it was last taken."""

    statements: int = 0
    recovered: int = 0

    def take(self) -> tuple[int, int]:
        found = self.statements, self.recovered
        self.statements = self.recovered = 0
        return found


@pytest.fixture
def counted(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    made = Counted()

    def note(*_: Any) -> None:
        made.statements += 1

    def recover(*given: Any) -> Any:
        made.recovered += 1
        return signature.recover_signer(*given)

    for module in (attestation, lock_signatures):
        monkeypatch.setattr(module, "recover_signer", recover)
    event.listen(database.engine, "before_cursor_execute", note)
    yield made
    event.remove(database.engine, "before_cursor_execute", note)


def told(counted: Counted, act: Callable[[], Any]) -> tuple[Any, ...]:
    """Give what a stranger hears, and what it took."""
    counted.take()
    try:
        heard: Any = act()
    except Problem as problem:
        heard = (problem.code, problem.status, problem.title, problem.retry_after)
    return heard, *counted.take()


def test_stranger_who_asks_for_a_credential_learns_of_nobody(
    database: Database, desk: Desk, counted: Counted
) -> None:
    asked = ask(desk, 2, keys=(STRANGER, STRANGER), lock=STRANGER)
    kinds = (asked, replace(asked, leaf=UNKNOWN), replace(asked, index=NO_PLACE))

    def hear() -> set[tuple[Any, ...]]:
        def send(each: Asked) -> Callable[[], str]:
            return lambda: database.run_now(accept_request, desk, each, now=NOW)

        return {told(counted, send(each)) for each in kinds}

    before = hear()
    put_leaf(database, desk, lock=derive_address(LOCK))
    assert len(before) == 1
    assert hear() == before
    ((heard, _statements, recovered),) = before
    assert heard[0] == "bad_attestation"
    assert recovered == 1


@pytest.mark.parametrize("lock", [NO_LOCK, derive_address(LOCK)], ids=["none", "lock"])
@pytest.mark.parametrize("nonce", [0, 1])
def test_stranger_who_signs_for_a_lock_learns_of_nobody(
    database: Database, desk: Desk, counted: Counted, lock: Any, nonce: int
) -> None:
    signed = ask(desk, 2, lock=STRANGER).lock
    assert signed is not None

    def sign(leaf: Hash) -> tuple[Any, ...]:
        return told(
            counted,
            lambda: database.run_now(
                accept_lock_signature, desk, leaf, nonce=nonce, signature=signed
            ),
        )

    own = put_leaf(database, desk, lock=lock)
    assert sign(own) == sign(UNKNOWN)
    assert sign(own)[0][0] == "bad_lock"
    assert sign(own)[2] == 1


def test_leaf_of_a_voter_and_one_of_nobody_have_the_same_state(
    database: Database, desk: Desk, counted: Counted
) -> None:
    def look(leaf: Hash) -> tuple[Any, ...]:
        return told(counted, lambda: database.run_now(read_state, MAIN, leaf))

    assert look(put_leaf(database, desk)) == look(UNKNOWN)
    assert look(UNKNOWN)[0] == "none"
