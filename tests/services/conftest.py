from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.postgres import postgres_server


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server for all tests that want one."""
    with postgres_server() as url:
        yield url
