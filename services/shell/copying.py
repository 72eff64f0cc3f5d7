"""Copy the home of a service while it serves or not, and make a home of a copy.

A copy is a folder: `files/` has configuration and keys, which stay sealed; rows of the
database stand in `rows.jsonl`, all of one instant, whichever kind of database it is.
It is read back before it is called done.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, MetaData, func, insert, select

from election.whole_file import write_whole
from scripts.shared.errors import InputError
from scripts.shared.files.failures import name_unreadable, name_unwritable
from scripts.shared.files.whole_folder import make_whole
from services.shell.database import naming_damage, open_database
from services.shell.home import Home
from services.shell.schema import read_version, upgrade_schema
from services.shell.service import Service
from services.shell.settings import read_settings

_FORMAT: Final = "veche-service-copy/1"
_ROWS: Final = "rows.jsonl"
_PRIVATE_FOLDER: Final = 0o700
_PRIVATE_FILE: Final = 0o600
_AT_ONCE: Final = 1_000  # rows
_LEFT_OUT: Final = (
    *(".lock", ".sqlite", ".sqlite-wal", ".sqlite-shm"),
    # what an issuer answered is in one home only: a copy of an earlier day would answer
    # a second request of a leaf, and without the record it answers nothing
    *(".answered", ".answered-journal", ".verified", ".verified-journal"),
)


def back_up(service: Service, home: Home, to: Path) -> dict[str, Any]:
    """Copy a home into a new folder, and read the copy; raises InputError.

    A copy that fails is none. Returns how many rows it has, and the SHA-256 of
    `rows.jsonl`.
    """
    home.require()
    settings = read_settings(home.config, service.settings)
    if to.exists():
        raise InputError(str(to), "is there already", hint="give another --to")
    with make_whole(to, last=_ROWS) as beside:
        with name_unwritable(to):
            (beside / "files").mkdir(mode=_PRIVATE_FOLDER)
            for path in sorted(home.folder.iterdir()):
                if path.is_file() and not path.name.endswith(_LEFT_OUT):
                    _copy(path, beside / "files" / path.name)
        database = open_database(settings.database, home.database)
        try:
            with naming_damage(database):
                database.run_now(_write_rows, service, beside / _ROWS)
        finally:
            database.close()
        rows = sum(1 for _ in read_rows(beside / _ROWS, service))
        digest = _digest(beside / _ROWS)
    return {"rows": rows, "sha256": digest}


def restore(service: Service, home: Home, source: Path) -> dict[str, Any]:
    """Make a home of a copy, where none is; raises InputError.

    The database is made at the version of the copy, filled, and brought up to date; the
    home is there once that is done, or not at all.
    """
    if home.folder.exists() and any(home.folder.iterdir()):
        hint = "give another --home; nothing is overwritten"
        raise InputError(str(home.folder), "is not empty", hint=hint)
    path = source / _ROWS
    rows = sum(
        1 for _ in read_rows(path, service)
    )  # all of it, before anything is made
    with make_whole(home.folder, last=home.config.name) as beside:
        made = Home(beside, home.name)
        with name_unwritable(home.folder):
            for each in sorted((source / "files").iterdir()):
                _copy(each, beside / each.name)
        settings = read_settings(made.config, service.settings)
        database = open_database(settings.database, made.database)
        try:
            database.run_now(_fill, service, path)
            found = database.run_now(_count, service.tables)
        finally:
            database.close()
        if found != rows:
            raise InputError(str(path), f"has {rows} rows, the database then {found}")
    return {"rows": rows, "home": str(home.folder)}


def _copy(path: Path, to: Path) -> None:
    shutil.copyfile(path, to)
    to.chmod(_PRIVATE_FILE)


def _write_rows(connection: Connection, service: Service, path: Path) -> None:
    with name_unwritable(path), write_whole(path, replacing=False, mode=0o600) as file:
        hashed = hashlib.sha256()
        count = 0

        def put(value: Any) -> None:
            line = json.dumps(value, ensure_ascii=False).encode() + b"\n"
            hashed.update(line)
            file.write(line)

        version = read_version(connection)
        put({"format": _FORMAT, "service": service.name, "version": version})
        for table in service.tables.sorted_tables:
            found = connection.execution_options(yield_per=_AT_ONCE)
            for row in found.execute(select(table)).mappings():
                put([table.name, {key: _spell(value) for key, value in row.items()}])
                count += 1
        end = {"rows": count, "sha256": hashed.hexdigest()}
        file.write(json.dumps(end).encode() + b"\n")


def read_rows(path: Path, service: Service) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read the rows of a copy; raises InputError unless it is whole."""
    hashed, count = hashlib.sha256(), 0
    broken = InputError(str(path), "is cut or was changed; nothing was made of it")
    is_odd = suppress(ValueError, KeyError, TypeError)
    with name_unreadable(path), path.open("rb") as file, is_odd:
        head = json.loads(first := file.readline())
        if (head["format"], head["service"]) != (_FORMAT, service.name):
            raise InputError(str(path), f"is no copy of a {service.name}")
        hashed.update(first)
        for line in file:
            value = json.loads(line)
            if isinstance(value, dict):
                if value != {"rows": count, "sha256": hashed.hexdigest()}:
                    raise broken
                if file.read(1):
                    raise broken
                return
            hashed.update(line)
            count += 1
            name, row = value
            yield name, {key: _read(each) for key, each in row.items()}
    raise broken


def _read_version_of(path: Path) -> str:
    with path.open("rb") as file:
        return str(json.loads(file.readline())["version"])


def _fill(connection: Connection, service: Service, path: Path) -> None:
    steps, tables = service.migrations, service.tables
    upgrade_schema(connection, steps, tables, to=_read_version_of(path))
    if _count(connection, tables):
        fact = "database: has rows already; give an empty one"
        raise InputError("config.toml", fact)
    waiting: list[dict[str, Any]] = []
    last = ""
    for name, row in read_rows(path, service):
        if waiting and (name != last or len(waiting) == _AT_ONCE):
            connection.execute(insert(tables.tables[last]), waiting)
            waiting = []
        waiting.append(row)
        last = name
    if waiting:
        connection.execute(insert(tables.tables[last]), waiting)
    _set_counters(connection, tables)
    upgrade_schema(connection, steps, tables)


def _set_counters(connection: Connection, tables: MetaData) -> None:
    """Let PostgreSQL number new rows after those that were brought."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables.sorted_tables:
        numbered = table.autoincrement_column
        if numbered is not None:
            largest = select(func.coalesce(func.max(numbered), 0) + 1).scalar_subquery()
            named = func.pg_get_serial_sequence(table.name, numbered.name)
            connection.execute(select(func.setval(named, largest, False)))


def _count(connection: Connection, tables: MetaData) -> int:
    counts = (select(func.count()).select_from(each) for each in tables.sorted_tables)
    return sum(connection.execute(each).scalar_one() for each in counts)


def _spell(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return {"base64": base64.b64encode(bytes(value)).decode()}
    return value


def _read(value: Any) -> Any:
    if isinstance(value, Mapping):
        return base64.b64decode(value["base64"], validate=True)
    return value


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
