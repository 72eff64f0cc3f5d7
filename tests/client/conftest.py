from __future__ import annotations

from collections.abc import Iterator

import pytest

from election.client.rpc import Connection, connect
from tests.client.devnet import run_node
from tests.client.stage import Stage, deploy
from tests.remembered import remembering_curve


@pytest.fixture(autouse=True, scope="package")
def _remembered_curve() -> Iterator[None]:
    with remembering_curve():
        yield


@pytest.fixture(scope="session")
def node_url() -> Iterator[str]:
    with run_node() as url:
        yield url


@pytest.fixture(scope="session")
def chain(node_url: str) -> Connection:
    return connect(node_url)


@pytest.fixture
def connection(chain: Connection) -> Iterator[Connection]:
    """A chain that forgets, after the test, what the test did."""
    snapshot = chain.request("evm_snapshot")
    yield chain
    chain.request("evm_revert", snapshot)


@pytest.fixture(scope="session")
def open_polls(chain: Connection) -> Stage:
    stage = deploy(chain)
    stage.make_keys()
    stage.publish_lists(3)
    stage.register_all()
    stage.issue_all()
    return stage


@pytest.fixture
def polls(open_polls: Stage, connection: Connection) -> Stage:
    """An election whose polls are open, every credential issued."""
    assert open_polls.connection is connection
    return open_polls
