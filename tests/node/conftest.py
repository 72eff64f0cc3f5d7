"""A fresh chain per test, with a clock that stands still until moved."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from eth_typing import Address

from node.config import Config, read_config
from node.engine.local import LocalEngine
from node.rpc.dispatch import Dispatcher
from tests.node.bytecode import COUNTER, deployment
from tests.node.wallet import Client, Wallet


@dataclass
class Clock:
    """Seconds since 1970, moved by hand."""

    now: int = 1_800_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture(scope="session")
def config() -> Config:
    return read_config()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def engine(config: Config, clock: Clock) -> LocalEngine:
    return LocalEngine(config, clock)


@pytest.fixture
def client(engine: LocalEngine) -> Client:
    return Client(Dispatcher(engine))


@pytest.fixture
def wallet() -> Wallet:
    return Wallet()


@pytest.fixture
def counter(client: Client, wallet: Wallet) -> Address:
    """Deploy a contract that counts calls without input and refuses others."""
    receipt = client.send(wallet.sign(data=deployment(COUNTER)))
    return Address(bytes.fromhex(receipt["contractAddress"][2:]))
