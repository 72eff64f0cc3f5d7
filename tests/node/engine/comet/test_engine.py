"""What a network's node admits between blocks."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from typing_extensions import override

from node.engine.comet import abci_pb2 as abci
from node.engine.comet.engine import CometEngine
from node.engine.comet.engine_rpc import EngineRpc
from node.errors import AlreadyKnownError, TransactionRefusedError
from node.machine import StateMachine
from tests.node.engine.comet.conftest import Driver
from tests.node.wallet import Wallet
from tests.patience import PATIENCE

_EARLY, _LATE = 1_900_000_050, 1_900_000_150
# It reverts before second 1,900,000,100, and logs from then on.
_INITCODE = bytes.fromhex(
    "6016600c60003960166000f363713fb364421060105760006000a0005b60006000fd"
)
_ANY_TIME = bytes.fromhex("6005600c60003960056000f360006000a0")  # it logs


def test_what_was_refused_at_rest_does_not_stop_the_clock(
    driver: Driver, wallet: Wallet
) -> None:
    """Else whoever comes too early has all others refused until the next block."""
    clock = [_EARLY]
    engine = CometEngine(driver.machine, lambda: clock[0])
    driver.grow(1, wallet.sign(data=_INITCODE))
    contract = driver.machine.chain.head.receipts[0].created
    assert contract is not None
    early = Wallet("0x" + "7" * 64).sign(contract)
    with pytest.raises(TransactionRefusedError):
        engine.send_raw(early)
    clock[0] += 3_600
    engine.send_raw(early)


def test_a_stranger_goes_on_after_an_empty_block_of_the_engine(
    driver: Driver, wallet: Wallet
) -> None:
    """The first act after a rest waits for one, and more acts follow it meanwhile."""
    engine = CometEngine(driver.machine, lambda: _EARLY)
    driver.grow(1, wallet.sign(data=_ANY_TIME))
    contract = driver.machine.chain.head.receipts[0].created
    assert contract is not None
    stranger = Wallet("0x" + "8" * 64)
    first, second, third = (stranger.sign(contract) for _ in range(3))
    engine.send_raw(first)
    engine.send_raw(second)
    driver.grow(2)
    engine.send_raw(third)
    assert len(engine.pending) == 3


@dataclass
class Waiting:
    """A node to which strangers gave calls that do nothing before a second."""

    driver: Driver
    engine: CometEngine
    clock: list[int]
    contract: bytes

    def send(self, digit: str, count: int) -> list[bytes]:
        """Have one stranger send so many."""
        stranger = Wallet("0x" + digit * 64)
        raws = [stranger.sign(self.contract) for _ in range(count)]
        for raw in raws:
            self.engine.send_raw(raw)
        return raws

    def decide(self, height: int, *raws: bytes, seconds: int) -> None:
        """Have a block agreed on whose time this is."""
        self.driver.grow(height, *raws, seconds=seconds - height)
        self.engine.follow(self.driver.decided[-1])

    def left(self) -> list[bytes]:
        """Return what waits."""
        return [tx.raw for tx in self.engine.pending]


@pytest.fixture
def waiting(driver: Driver, wallet: Wallet) -> Waiting:
    clock = [_LATE]
    engine = CometEngine(driver.machine, lambda: clock[0])
    driver.grow(1, wallet.sign(data=_INITCODE))
    contract = driver.machine.chain.head.receipts[0].created
    assert contract is not None
    return Waiting(driver, engine, clock, contract)


def test_what_finds_no_room_is_neither_run_nor_kept(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever sends one thing again has a node run and write it each time."""
    (raw,) = waiting.send("8", 1)
    monkeypatch.delattr(StateMachine, "try_tx")
    monkeypatch.delattr(StateMachine, "keep_waiting")
    with pytest.raises(AlreadyKnownError):
        waiting.engine.send_raw(raw)


def test_what_was_mined_waits_no_more_and_nothing_is_run_again(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a thousand waiting, a node would run them after each block, and lag."""
    first, second = waiting.send("8", 2)
    (other,) = waiting.send("9", 1)
    monkeypatch.delattr(StateMachine, "try_tx")
    waiting.decide(2, first, seconds=_LATE)
    assert waiting.left() == [second, other]


def test_what_a_block_leaves_out_waits_on_if_the_next_one_may_hold_it(
    waiting: Waiting,
) -> None:
    """A block's time may be behind; but nothing has all nodes run it for ever."""
    (raw,) = waiting.send("8", 1)
    for height in (2, 3):
        waiting.decide(height, raw, seconds=_EARLY)
        assert waiting.left() == [raw]
    waiting.decide(4, raw, seconds=_EARLY)
    assert waiting.left() == []
    digest = waiting.driver.machine.accept(raw).hash
    assert waiting.engine.pending.why_dropped(digest) == "was left out of 3 blocks"


def test_what_a_block_leaves_out_and_the_next_would_goes(waiting: Waiting) -> None:
    """And with it a stranger's later ones, which nothing could ever run."""
    first, second, third = waiting.send("8", 3)
    (other,) = waiting.send("9", 1)
    waiting.clock[0] = _EARLY
    waiting.decide(2, first, seconds=_EARLY)
    assert waiting.left() == [other]
    pending, accept = waiting.engine.pending, waiting.driver.machine.accept
    assert "would fail" in str(pending.why_dropped(accept(first).hash))
    for raw in (second, third):
        assert "nonce too high" in str(pending.why_dropped(accept(raw).hash))


def test_an_engine_whose_nonce_was_used_elsewhere_lets_go(waiting: Waiting) -> None:
    """Its sender gave another one to another node."""
    waiting.send("8", 1)
    other = Wallet("0x" + "8" * 64).sign(waiting.contract, gas=900_000)
    waiting.decide(2, other, seconds=_LATE)
    assert waiting.left() == []


class _Pool(EngineRpc):
    """Take what the application lets in, as the engine's pool does."""

    def __init__(self, driver: Driver) -> None:
        super().__init__(Path("never-asked"))
        self._driver = driver
        self.held: list[bytes] = []

    @override
    async def broadcast(self, raw: bytes) -> tuple[int, str]:
        answer = self._driver.ask("check_tx", abci.RequestCheckTx(tx=raw))
        self.held += [] if answer.code else [raw]
        return int(answer.code), str(answer.log)


def _give(engine: CometEngine, pool: _Pool, *later: bytes) -> None:
    """Give on what waits, and then what a client sends later."""

    async def give_for_a_moment() -> None:
        with ThreadPoolExecutor(1) as writer:
            giving = asyncio.create_task(engine.give_on(pool, writer))
            await asyncio.sleep(0.05)
            for raw in later:
                engine.send_raw(raw)
            await asyncio.sleep(0.05)
            giving.cancel()
            with suppress(asyncio.CancelledError):
                await giving

    asyncio.run(give_for_a_moment())


def test_what_misses_a_nonce_waits_here_and_is_no_reason_for_a_block(
    driver: Driver, wallet: Wallet
) -> None:
    """A node would begin its engine anew every two minutes, and others make blocks."""
    driver.grow(1)
    engine, pool = CometEngine(driver.machine, lambda: _EARLY), _Pool(driver)
    first, second, third = (wallet.sign(b"\x22" * 20) for _ in range(3))
    engine.send_raw(second)
    engine.send_raw(third)
    assert not engine.awaits_block()
    _give(engine, pool, first)
    assert pool.held == [first, second, third]
    assert engine.awaits_block()


@pytest.mark.parametrize("turns", range(4))
def test_a_node_stops_whatever_arrives_at_that_moment(
    driver: Driver, wallet: Wallet, turns: int
) -> None:
    """Else it would be told to stop and give on for ever."""
    driver.grow(1)
    engine, pool = CometEngine(driver.machine, lambda: _EARLY), _Pool(driver)

    async def stop() -> bool:
        with ThreadPoolExecutor(1) as writer:
            giving = asyncio.create_task(engine.give_on(pool, writer))
            await asyncio.sleep(0.01)
            engine.send_raw(wallet.sign(b"\x22" * 20))
            for _ in range(turns):
                await asyncio.sleep(0)
            giving.cancel()
            await asyncio.wait({giving}, timeout=PATIENCE)
            is_done = giving.done()
            giving.cancel()
            with suppress(asyncio.CancelledError):
                await giving
        return is_done

    assert asyncio.run(stop())
