"""One network for all tests of a file: it costs more than a fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.network.ground import Ground, open_ground


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with open_ground(tmp_path_factory.mktemp("network")) as ground:
        yield ground
        ground.require_whole()


@pytest.fixture
def ground(running: Ground) -> Iterator[Ground]:
    """All make blocks when a fault is over, and so before the next.

    What a test that failed left undone does not fail the next.
    """
    running.restore()
    yield running
    running.await_growth(running.running(), 1)
    running.require_agreement()
