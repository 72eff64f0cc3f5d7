"""One process of JavaScript for all tests of a worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.booth.node_js import Answerer, answering


@pytest.fixture(scope="session")
def javascript() -> Iterator[Answerer]:
    with answering() as answerer:
        yield answerer
