"""What the portal keeps, on each of the two databases, also when many act at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier
from typing import Final

import pytest

from services.portal.filings import (
    APPLY,
    WITHDRAW,
    FiledPart,
    Wish,
    find_wish,
    list_untold,
    note_agreed,
    note_filing,
    note_told,
)
from services.portal.sessions import (
    Limits,
    begin_login,
    begin_session,
    end_all_sessions,
    end_login,
    find_session,
    forget_old,
)
from services.portal.tables import TABLES
from services.portal.tickets import Opening, TicketError, mint_ticket, use_ticket
from services.shell.database import Database, sqlite_url
from services.shell.schema import compare_schema, upgrade_schema
from tests.services.postgres import make_database

MIGRATIONS: Final = "services/portal/migrations"
ELECTION: Final = "0x" + "01" * 20
LEAF: Final = "0x" + "02" * 32
OPENING: Final = Opening(ELECTION, 1, 0, LEAF, "V1", "0x" + "03" * 32, 1)
MANY: Final = 8
NOW: Final = 1_000_000
_NUMBERS: Final = count()
LIMITS: Final = Limits(idle=900, longest=9_000)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A portal's database without anybody."""
    url = sqlite_url(tmp_path / "portal.sqlite")
    if request.param == "postgresql":
        name = f"portal{next(_NUMBERS)}"
        url = make_database(request.getfixturevalue("server"), name)
    made = Database(url)
    made.run_now(upgrade_schema, MIGRATIONS, TABLES)
    yield made
    made.close()


def at_once(act: Callable[[int], str]) -> Counter[str]:
    """Let many act at once; counts what each came to."""
    barrier = Barrier(MANY)

    def run(number: int) -> str:
        barrier.wait()
        return act(number)

    with ThreadPoolExecutor(MANY) as pool:
        return Counter(pool.map(run, range(MANY)))


def test_database_is_what_the_tables_say(database: Database) -> None:
    assert database.run_now(compare_schema, TABLES) == []


def test_of_many_requests_at_once_by_one_ticket_or_many_one_is_attested(
    database: Database,
) -> None:
    cookie = database.run_now(begin_session, account="a", replaced=None, now=NOW)
    minted = [f"ticket {number}" for number in range(MANY)]
    for each in minted:
        database.run_now(
            mint_ticket, ticket=each, cookie=cookie, opening=OPENING, now=NOW
        )

    def use(ticket: str, number: int) -> str:
        subject = f"0x{number:064x}"
        try:
            database.run_now(use_ticket, ticket=ticket, subject=subject, now=NOW)
        except TicketError as error:
            return error.code
        return ""

    found = at_once(lambda number: use(minted[number], number))
    assert found == {"": 1, "other_request": MANY - 1}
    found = at_once(lambda number: use(minted[0], number))
    assert found[""] <= 1
    assert set(found) <= {"", "used_ticket", "other_request"}


def test_browser_that_comes_back_many_times_at_once_is_taken_once(
    database: Database,
) -> None:
    database.run_now(begin_login, state="s", browser="b", now=NOW)

    def come(_: int) -> str:
        return str(database.run_now(end_login, state="s", browser="b", now=NOW))

    assert at_once(come) == {"True": 1, "False": MANY - 1}


def test_session_ends_with_its_time_and_on_all_devices(database: Database) -> None:
    def begin(account: str) -> str:
        return database.run_now(begin_session, account=account, replaced=None, now=NOW)

    def is_alive(cookie: str, now: int = NOW) -> bool:
        found = database.run_now(find_session, cookie=cookie, limits=LIMITS, now=now)
        return found is not None

    one, two, other = begin("a"), begin("a"), begin("b")
    database.run_now(end_all_sessions, account="a")
    assert (is_alive(one), is_alive(two), is_alive(other)) == (False, False, True)
    database.run_now(forget_old, limits=LIMITS, now=NOW + LIMITS.idle)
    assert not is_alive(other)


def test_what_was_agreed_to_last_is_what_is_attested(database: Database) -> None:
    for serial, action in (("S1", APPLY), ("S2", WITHDRAW)):
        wish = Wish("a", "V1", action, [FiledPart(ELECTION, 1, None, None)])
        database.run_now(note_filing, serial, wish, now=NOW)
        database.run_now(note_filing, serial, wish, now=NOW)
        assert [each.serial for each in database.run_now(list_untold)] == []
        database.run_now(note_agreed, serial=serial, now=NOW)
        assert [each.serial for each in database.run_now(list_untold)] == [serial]
        database.run_now(note_told, serial=serial, now=NOW)
        found = database.run_now(find_wish, election=ELECTION, leaf=LEAF, voter_id="V1")
        assert found is not None
        assert found[0] == action
    for whose in (None, "V2"):
        assert not database.run_now(
            find_wish, election=ELECTION, leaf=LEAF, voter_id=whose
        )
