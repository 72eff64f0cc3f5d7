"""What the database holds over all workers, on both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier
from typing import Any, Final

import pytest
from sqlalchemy import Connection, Table, insert, select

from election.crypto.transcript import Hash
from election.protocol.attestation import ATTESTED, Action, Request
from services.gateway.codes import MOST_WRONG, TRIES, mark_code
from services.gateway.issues import Issue, open_issue, prove_issue
from services.gateway.messages import (
    Outcome,
    RefusalError,
    list_waiting,
    mark_sending,
)
from services.gateway.tables import TABLES, issues, limits, messages, phones
from services.shell.database import Database, sqlite_url
from tests.services.gateway.stage import CONTEST, PHONE, VOTER
from tests.services.postgres import make_database, postgres_server

WORKERS: Final = 8
NOW: Final = 1_000_000
KEY: Final = bytes(32)


@pytest.fixture(params=["sqlite", "postgresql"])
def workers(request: Any, tmp_path: Path) -> Iterator[list[Database]]:
    """As many databases as workers, each with connections of its own."""
    with ExitStack() as stack:
        url = sqlite_url(tmp_path / "gateway.sqlite")
        if request.param == "postgresql":
            url = make_database(stack.enter_context(postgres_server()), "gateway")
        made = [Database(url) for _ in range(WORKERS)]
        TABLES.create_all(made[0].engine)
        row = {"voter_id": VOTER, "phone": PHONE, "changed_at": 0}
        made[0].run_now(lambda each: each.execute(insert(phones), [row]))
        yield made
        for each in made:
            each.close()


def at_once(workers: list[Database], act: Any, *args: Any, **named: Any) -> list[Any]:
    """Do the same in all workers at one moment; returns results or refusals."""
    barrier = Barrier(len(workers))

    def run(database: Database) -> Any:
        barrier.wait()
        try:
            return database.run_now(act, *args, **named)
        except RefusalError as error:
            return error.code

    with ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(run, workers))


def read_all(connection: Connection, table: Table) -> Any:
    return connection.execute(select(table)).all()


def make_issue() -> Issue:
    word = Hash(bytes([1]) * 32)
    request = Request(word, Action.ISSUE, word, 1, word)
    return Issue("0x" + "08" * 20, CONTEST, VOTER, request, "ru")


def test_of_many_requests_at_once_one_is_kept_and_one_code_sent(
    workers: list[Database],
) -> None:
    rows = at_once(workers, open_issue, make_issue(), now=NOW)
    assert len({row.serial for row in rows if not isinstance(row, str)}) == 1
    kept, sent = (workers[0].run_now(read_all, each) for each in (issues, messages))
    assert (len(kept), len(sent)) == (1, 1)


def test_of_many_workers_one_sends_a_message(workers: list[Database]) -> None:
    workers[0].run_now(open_issue, make_issue(), now=NOW)
    (number,) = workers[0].run_now(list_waiting, now=NOW, most=9)
    marked = at_once(workers, mark_sending, number, mark=b"x" * 32, now=NOW)
    assert sum(each is not None for each in marked) == 1


def test_guesses_at_once_have_no_more_tries_than_one_after_another(
    workers: list[Database],
) -> None:
    row = workers[0].run_now(open_issue, make_issue(), now=NOW)
    mark = mark_code(KEY, row.serial, "123456")
    (number,) = workers[0].run_now(list_waiting, now=NOW, most=9)
    workers[0].run_now(mark_sending, number, mark=mark, now=NOW)
    outcomes: Counter[Outcome] = Counter()
    for _ in range(3):
        tried = at_once(
            workers,
            prove_issue,
            row.serial,
            "000000",
            subject=row.subject,
            key=KEY,
            now=NOW,
        )
        outcomes.update(outcome for outcome, _row in tried)
    assert outcomes == {Outcome.WRONG: TRIES, Outcome.NONE: 3 * WORKERS - TRIES}
    counted = workers[0].run_now(lambda each: each.execute(select(limits)).one())
    assert counted.wrong == TRIES <= MOST_WRONG


def test_right_code_at_once_is_one_attestation(workers: list[Database]) -> None:
    row = workers[0].run_now(open_issue, make_issue(), now=NOW)
    mark = mark_code(KEY, row.serial, "123456")
    (number,) = workers[0].run_now(list_waiting, now=NOW, most=9)
    workers[0].run_now(mark_sending, number, mark=mark, now=NOW)
    tried = at_once(
        workers,
        prove_issue,
        row.serial,
        "123456",
        subject=row.subject,
        key=KEY,
        now=NOW,
    )
    assert {(outcome, each.expiry) for outcome, each in tried} == {
        (Outcome.RIGHT, NOW + ATTESTED)
    }
