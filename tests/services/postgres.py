"""A PostgreSQL server for tests: on a socket in a folder, gone with the test.

Debian's package `postgresql` has it. The server refuses to run as root, so root starts
it as `postgres`, or `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine, text

_PLACES: Final = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
MISSING: Final = "PostgreSQL is not installed: apt-get install postgresql"


def find_program(name: str) -> str:
    """Find a program of PostgreSQL; raises FileNotFoundError, which says what to do."""
    found = shutil.which(name) or next(
        (str(place / name) for place in _PLACES if (place / name).exists()), None
    )
    if found is None:
        raise FileNotFoundError(MISSING)
    return found


@contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server; yields the URL of its first database, without a name at its end."""
    folder = Path(tempfile.mkdtemp(prefix="veche-pg-"))
    account = _account()
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    data = folder / "data"
    options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off"
    try:
        _run(account, "initdb", "--no-sync", "-A", "trust", "-U", "veche", "-D", data)
        _run(
            account,
            "pg_ctl",
            "-w",
            "-D",
            data,
            "-o",
            options,
            "-l",
            folder / "log",
            "start",
        )
        try:
            yield f"postgresql+psycopg://veche@/{{name}}?host={folder}"
        finally:
            _run(account, "pg_ctl", "-w", "-m", "immediate", "-D", data, "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_database(server: str, name: str) -> str:
    """Make an empty database; returns its URL."""
    engine = create_engine(server.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine.dispose()
    return server.format(name=name)


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def _run(account: pwd.struct_passwd | None, name: str, *words: str | Path) -> None:
    options: dict[str, Any] = {}
    if account:
        options = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    shows = subprocess.PIPE if name == "initdb" else subprocess.DEVNULL
    done = subprocess.run(  # noqa: S603  a program of the system
        [find_program(name), *map(str, words)],
        stdout=shows,
        stderr=subprocess.STDOUT,
        cwd="/",
        check=False,
        **options,
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {(done.stdout or b'').decode()[-500:]}")
