"""The shipped chain as a network would hold it: one deployer, and nobody else named."""

from __future__ import annotations

from typing import Any

from node.config import Config
from node.engine.local import LocalEngine
from tests.node.conftest import Clock
from tests.node.wallet import Wallet


def strict_config(config: Config, **admission: Any) -> Config:
    """Return a configuration in which only the first account is named, and deploys."""
    held = {"anyone_deploys": False} | admission
    return config.model_copy(
        update={
            "admission": config.admission.model_copy(update=held),
            "accounts": config.accounts[:1],
            "mining": config.mining.model_copy(update={"mode": "by_call"}),
        }
    )


def stranger(number: int = 1) -> Wallet:
    """Return a key that nobody named."""
    return Wallet("0x" + (number << 128 | 7).to_bytes(32, "big").hex())


def strict_engine(config: Config, **admission: Any) -> LocalEngine:
    return LocalEngine(strict_config(config, **admission), Clock())


def deploy(engine: LocalEngine, initcode: bytes, wallet: Wallet) -> bytes:
    """Have a contract made, in a block of its own."""
    digest = engine.send_raw(wallet.sign(data=initcode))
    engine.mine()
    place = engine.chain.locate(digest)
    assert place is not None
    created = place[0].receipts[place[1]].created
    assert created is not None
    return created
