"""Proofs are collected beside what a node has to do in time."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from typing_extensions import override

from node.engine.comet import finality
from node.engine.comet.engine_rpc import EngineRpc
from node.engine.comet.finality import Finality
from tests.node.engine.comet.conftest import Driver
from tests.node.wallet import Wallet

_SIGNED = {
    "block_id": {"hash": "00", "parts": {"total": 1, "hash": "00"}},
    "round": 0,
    "signatures": [],
}
_HASHES = "last_commit data validators next_validators consensus last_results evidence"


class _Engine(EngineRpc):
    """Tell of one header, that of a block."""

    def __init__(self, app_hash: bytes) -> None:
        super().__init__(Path("never-asked"))
        self._app_hash = app_hash

    @override
    async def commit(self, height: int) -> dict[str, Any]:
        header = {
            "version": {"block": "11"},
            "chain_id": "veche-1",
            "height": str(height),
            "time": "2030-01-01T00:00:00Z",
            "last_block_id": _SIGNED["block_id"],
            "app_hash": self._app_hash.hex().upper(),
            "proposer_address": "00",
            **{f"{name}_hash": "00" for name in _HASHES.split()},
        }
        return {"commit": _SIGNED, "header": header}


def test_a_proof_of_a_full_block_holds_up_nobody(
    driver: Driver, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its tries take long, and the engine's questions have to be answered meanwhile."""
    driver.grow(1, wallet.sign(b"\x22" * 20))
    block = driver.machine.chain.head
    turned = [0]

    def take_long(*_: Any) -> dict[str, Any]:
        before = turned[0]
        time.sleep(0.1)
        return {"turned": turned[0] - before}

    async def turn() -> None:
        while True:
            turned[0] += 1
            await asyncio.sleep(0.005)

    async def prove() -> Any:
        turning = asyncio.create_task(turn())
        proof = await Finality(_Engine(block.hash), "{}", list).prove(block, 0)
        turning.cancel()
        return proof["receipt"]

    monkeypatch.setattr(finality, "_receipt", take_long)
    assert asyncio.run(prove())["turned"] > 2
