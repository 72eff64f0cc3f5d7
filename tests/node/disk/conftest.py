"""Chains in folders, with some of everything in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from node.config import Config
from node.disk.store import DiskStore
from node.engine.local import LocalEngine
from node.keeping import continue_chain
from tests.node.bytecode import COUNTER, assemble, deployment
from tests.node.conftest import Clock
from tests.node.wallet import KEYS, KINDS, Wallet

Tell = Callable[[LocalEngine], None]


def tell_story(engine: LocalEngine) -> None:
    """Make blocks of every kind: transfer, creation, logs, failure, empty, several."""
    wallet, second = Wallet(), Wallet(KEYS[1])
    engine.send_raw(wallet.sign(b"\x22" * 20, value=1, kind="legacy"))
    engine.send_raw(wallet.sign(data=deployment(COUNTER)))
    created = engine.chain.head.receipts[0].created
    for kind in KINDS:
        engine.send_raw(wallet.sign(created, kind=kind))
    engine.send_raw(wallet.sign(created, data=b"\x01"))
    engine.send_raw(wallet.sign(data=assemble("CALLER 0 0 LOG1 0 0 LOG0")))
    engine.mine()
    engine.set_automine(False)
    for signer in (wallet, second, wallet):
        engine.send_raw(signer.sign(created, data=b""))
    engine.set_next_timestamp(engine.chain.head.header.timestamp + 86_400)
    engine.mine()
    engine.set_automine(True)


def grow(config: Config, home: Path, clock: Clock, tell: Tell = tell_story) -> None:
    """Tell a story to the chain of a folder, which is made if it is missing."""
    with continue_chain(config, home, begin=True) as store:
        tell(LocalEngine(config, clock, store))


def everything(store: DiskStore) -> list[object]:
    """Return all blocks, the number of nodes and the clock."""
    blocks = [store.block(number) for number in range(store.height + 1)]
    return [blocks, len(store.nodes), store.clock]


@pytest.fixture
def home(config: Config, clock: Clock, tmp_path: Path) -> Path:
    """A folder that a node left in order."""
    grow(config, tmp_path / "chain", clock)
    return tmp_path / "chain"
