from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from services.registrar.tables import METADATA
from services.shell.database import Database, sqlite_url
from services.shell.schema import upgrade_schema
from tests.services.postgres import make_database

MIGRATIONS: Final = "services/registrar/migrations"
_NUMBERS: Final = count()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A register without anybody, on each of the two databases."""
    if request.param == "sqlite":
        url = sqlite_url(tmp_path / "registrar.sqlite")
    else:
        url = make_database(
            request.getfixturevalue("server"), f"registrar{next(_NUMBERS)}"
        )
    with _opened(url) as made:
        yield made


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Database]:
    """A register without anybody, in a file: where both databases do the same."""
    with _opened(sqlite_url(tmp_path / "registrar.sqlite")) as made:
        yield made


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    made = Database(url)
    made.run_now(upgrade_schema, MIGRATIONS, METADATA)
    yield made
    made.close()
