"""eth-tester's own tests of a backend, against the one on the node's executor."""

from __future__ import annotations

import pytest
from eth_tester import EthereumTester
from eth_tester.utils.backend_testing import BaseTestBackendDirect

from node.evm.interpreter import Computation
from rehearsal.tester_backend import VecheBackend


@pytest.fixture
def eth_tester() -> EthereumTester:
    return EthereumTester(VecheBackend())


class TestBackend(BaseTestBackendDirect):  # type: ignore[misc]  # eth-tester has no types
    """All of them, as they are."""


def test_backend_executes_as_the_node_does_after_a_reset(
    eth_tester: EthereumTester,
) -> None:
    for _ in range(2):
        state = eth_tester.backend.chain.get_vm().state
        assert state.computation_class is Computation
        eth_tester.reset_to_genesis()
