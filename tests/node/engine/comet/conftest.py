"""An application with a state machine of its own, driven message by message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from node.config import Config
from node.engine.comet import abci_pb2 as abci
from node.engine.comet.application import Application
from node.engine.comet.genesis import encode_shared, shared_part
from node.engine.comet.membership import Membership
from node.engine.comet.misbehaviour import Misbehaviours
from node.execution import Execution
from node.machine import StateMachine
from node.store import MemoryStore, Store


@dataclass
class Driver:
    """Play the consensus engine."""

    machine: StateMachine
    application: Application
    clock: list[float] = field(default_factory=lambda: [0.0])
    decided: list[Execution] = field(default_factory=list)

    def ask(self, name: str, value: Any = None) -> Any:
        """Send one message, return the value of its answer."""
        asked: dict[str, Any] = {name: abci.Empty() if value is None else value}
        request = abci.Request(**asked)
        answered = self.application.answer(request.SerializeToString())
        response = abci.Response.FromString(answered)
        assert response.WhichOneof("value") == name
        return getattr(response, name)

    def block(self, height: int, *txs: bytes, seconds: int = 1_900_000_000) -> Any:
        """Return the engine's block at a height."""
        return abci.RequestBlock(
            txs=txs,
            hash=height.to_bytes(32, "big"),
            height=height,
            time=abci.Timestamp(seconds=seconds + height),
        )

    def grow(self, height: int, *txs: bytes, seconds: int = 1_900_000_000) -> Any:
        """Decide on a block and commit it; returns what finalizing answered."""
        block = self.block(height, *txs, seconds=seconds)
        assert self.ask("process_proposal", block).verdict == 1
        answer = self.ask("finalize_block", block)
        self.ask("commit")
        return answer


def make_driver(
    config: Config,
    store: Store,
    peers: Sequence[str] = (),
    misbehaviours: Misbehaviours | None = None,
) -> Driver:
    """Return a driver of a machine on a store; peers: ids that its operator named."""
    machine = StateMachine(config, store)
    decided: list[Execution] = []
    genesis = encode_shared(shared_part(config))
    clock = [0.0]
    application = Application(
        Membership(machine, peers),
        genesis,
        misbehaviours or Misbehaviours(Path("never-written")),
        decided.append,
        now=lambda: clock[0],
    )
    return Driver(machine, application, clock, decided)


@pytest.fixture
def driver(config: Config) -> Driver:
    return make_driver(config, MemoryStore())
