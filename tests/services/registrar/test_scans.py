"""What is asked again and again never reads all that there ever was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import Connection, event

from election.crypto.transcript import Hash
from services.registrar.applications import describe_person, file_application
from services.registrar.following import settle_applications
from services.registrar.issue_requests import read_group, read_state, settle_requests
from services.registrar.outbox import keep_sends, read_open, read_taken
from services.registrar.registering import read_due
from services.registrar.tables import METADATA
from services.registrar.work import accept_filed, count_open
from services.shell.database import Database, sqlite_url
from services.shell.schema import upgrade_schema
from tests.services.registrar.conftest import MIGRATIONS
from tests.services.registrar.small import MAIN, NO_LOCK, START, TIMES, open_small

_SEND: Final = {"election": MAIN, "leaf": b"", "action": 1, "chain": 7, "nonce": 1}
_SIGNED: Final = {"hash": "", "raw": "", "state": "open", "block": 0, "expiry": 1}
_LOCKS: Final = {MAIN: NO_LOCK}


def file_one(connection: Connection, desks: Any) -> None:
    file_application(
        connection, "a0", consent="C", locks=_LOCKS, desks=desks, now=START
    )


_ASKED: Final[dict[str, Callable[[Connection, Any], Any]]] = {
    "file": file_one,
    "show": lambda c, desks: describe_person(c, "a0", desks=desks),
    "accept": lambda c, desks: accept_filed(c, desks=desks, now=START),
    "due": lambda c, _: read_due(c, MAIN, now=1, most=32),
    "keep": lambda c, _: keep_sends(c, [{**_SEND, **_SIGNED}], now=1),
    "count": lambda c, _: count_open(c, 7),
    "open": lambda c, _: (read_open(c, 7), read_taken(c, 7)),
    "group": lambda c, _: read_group(c, MAIN, now=1, every=1, most=32),
    "state": lambda c, _: read_state(c, MAIN, Hash(bytes(32))),
    "requests": lambda c, _: settle_requests(c, MAIN, now=1),
    "freeze": lambda c, desks: settle_applications(c, desks=desks, now=TIMES.freeze),
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, Any]:
    folder = tmp_path_factory.mktemp("register")
    database = Database(sqlite_url(folder / "registrar.sqlite"))
    database.run_now(upgrade_schema, MIGRATIONS, METADATA)
    return database, open_small(Path(folder), database)


@pytest.mark.parametrize("name", _ASKED)
def test_no_question_reads_a_whole_table(
    ground: tuple[Database, Any], name: str
) -> None:
    database, desks = ground
    plans = database.run_now(explain, lambda each: _ASKED[name](each, desks))
    assert plans
    assert not [each for each in plans if each.startswith("SCAN ")]


def explain(connection: Connection, act: Callable[[Connection], Any]) -> list[str]:
    """Give the plan of every statement that an act executes."""
    said: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, text: str, given: Any, *_: Any) -> None:
        said.append((text, given))

    event.listen(connection, "before_cursor_execute", note)
    act(connection)
    event.remove(connection, "before_cursor_execute", note)
    return [
        row[3]
        for text, given in said
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given)
    ]
