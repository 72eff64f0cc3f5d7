"""A service's database: SQLite in its home, or PostgreSQL; one transaction a call.

The work is synchronous SQLAlchemy in a few threads, so that a handler awaits it while
others go on. On SQLite a transaction that writes holds the database from its beginning
(BEGIN IMMEDIATE), so that none fails halfway; on PostgreSQL it is SERIALIZABLE and is
tried again when the server finds that two met.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    OperationalError,
)

from scripts.shared.errors import InputError

_THREADS: Final = 4
_BUSY: Final = 10  # seconds that SQLite waits for another process
_TRIES: Final = 12
_ATTEMPTS: Final = {"40001": _TRIES, "40P01": _TRIES, "23505": 3}
"""By PostgreSQL's code: a serialization failure, a deadlock, a row that is there.

Done again, they pass: a row that another transaction kept meanwhile is a violation
first, and is seen by whoever looks for it again.
"""

Args = ParamSpec("Args")
Result = TypeVar("Result")


class Database:
    """Run functions of a connection, each in one transaction."""

    def __init__(self, url: str, *, file: Path | None = None) -> None:
        self.url = url
        self.file = file
        self.engine = _make_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = Lock()
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="database")

    async def run(
        self,
        act: Callable[Concatenate[Connection, Args], Result],
        *args: Args.args,
        **named: Args.kwargs,
    ) -> Result:
        """Run `act(connection, ...)` in ONE transaction, in a thread.

        It is undone if `act` raises. On PostgreSQL it may run more than once, so it
        does nothing but read and write this database.
        """
        loop = asyncio.get_running_loop()
        work = partial(self.run_now, act, *args, **named)
        return await loop.run_in_executor(self._pool, work)

    def run_now(
        self,
        act: Callable[Concatenate[Connection, Args], Result],
        *args: Args.args,
        **named: Args.kwargs,
    ) -> Result:
        """Run `act(connection, ...)` in one transaction, here."""
        if self.is_sqlite:
            with self._writing, self.engine.begin() as connection:
                return act(connection, *args, **named)
        for attempt in range(_TRIES):
            try:
                with self.engine.begin() as connection:
                    return act(connection, *args, **named)
            except DBAPIError as error:
                code = str(getattr(error.orig, "sqlstate", None))
                if attempt + 1 >= _ATTEMPTS.get(code, 1):
                    raise
            time.sleep(random.uniform(0.002, 0.01) * 2 ** min(attempt, 6))  # noqa: S311
        raise AssertionError

    def close(self) -> None:
        """Finish what is running, and let go of all connections."""
        self._pool.shutdown(wait=True)
        with suppress(OperationalError):
            self.engine.dispose()


def sqlite_url(path: Path) -> str:
    """Name a file as SQLAlchemy does."""
    return f"sqlite+pysqlite:///{path}"


def open_database(setting: str | None, file: Path) -> Database:
    """Open what config.toml names, or the file in the home; raises InputError."""
    if setting is None:
        if not file.exists():  # SQLite would make it readable for others
            file.touch(mode=0o600)
        return Database(sqlite_url(file), file=file)
    try:
        url = make_url(setting)
    except ArgumentError:
        raise InputError("config.toml", "database: is no address of one") from None
    if url.drivername != "postgresql+psycopg":
        fact = "database: begins with postgresql+psycopg://, or is left out"
        raise InputError("config.toml", fact)
    return Database(setting)


@contextmanager
def naming_damage(database: Database) -> Iterator[None]:
    """Turn what SQLite says of a file that is none of its own into an InputError."""
    try:
        yield
    except DatabaseError as error:
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code is None or code & 0xFF not in _DAMAGED:
            raise
        raise _damaged(database) from None


def require_undamaged(database: Database) -> None:
    """Read all of an SQLite file; raises InputError if its pages do not fit.

    250 MB of half a million voters take two seconds; who serves the home goes on.
    """
    if database.file is None:
        return
    address = f"file:{quote(str(database.file))}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=_BUSY)) as own:
            (found,) = own.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise _damaged(database)


def _damaged(database: Database) -> InputError:
    hint = "keep the home as it is, and make another of the last backup by `restore`"
    return InputError(str(database.file), "is damaged", hint=hint)


_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _make_engine(url: str) -> Engine:
    # hide_parameters: what a statement carried is names and numbers of people
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            hide_parameters=True,
            connect_args={"timeout": _BUSY, "check_same_thread": False},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_at_once)
        return engine
    return create_engine(
        url,
        hide_parameters=True,
        isolation_level="SERIALIZABLE",
        pool_size=_THREADS,
        pool_pre_ping=True,
    )


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_at_once(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
