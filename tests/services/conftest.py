from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import httpcore2
import pytest

from tests.services.postgres import postgres_server


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server for all tests that want one."""
    with postgres_server() as url:
        yield url


@pytest.fixture(autouse=True, scope="session")
def _certificates_are_read_once() -> Iterator[None]:
    """Each client reads those of the system, which takes longer than most tests."""
    with pytest.MonkeyPatch.context() as patch:
        read = cache(httpcore2.default_ssl_context)
        patch.setattr(httpcore2, "default_ssl_context", read)
        yield
