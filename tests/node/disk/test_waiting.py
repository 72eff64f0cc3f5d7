"""What was acknowledged and waits is there when the node begins again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from eth_typing import Hash32

from node.config import Config
from node.disk.store import DiskStore
from node.engine.comet.engine import CometEngine
from node.engine.local import LocalEngine
from node.errors import NonceError, StoreError
from node.keeping import continue_chain
from node.machine import StateMachine
from tests.node.bytecode import COUNTER, deployment
from tests.node.conftest import Clock
from tests.node.wallet import KEYS, Wallet

_RECIPIENT = b"\x22" * 20
_STRANGER = "0x" + "77" * 32


@pytest.fixture
def chain(tmp_path: Path) -> Path:
    return tmp_path / "chain"


@contextmanager
def _begun(config: Config, chain: Path, clock: Clock) -> Iterator[LocalEngine]:
    """A node that makes blocks when it is told to."""
    with continue_chain(config, chain, begin=True) as store:
        engine = LocalEngine(config, clock, store)
        engine.mode = "by_call"
        yield engine


def test_what_waits_and_its_order_outlast_a_node(
    config: Config, clock: Clock, chain: Path, wallet: Wallet
) -> None:
    other = Wallet(KEYS[1])
    with _begun(config, chain, clock) as engine:
        sent = [engine.send_raw(w.sign(_RECIPIENT)) for w in (wallet, other, wallet)]
        later = engine.send_raw(wallet.sign(_RECIPIENT, nonce=7))
    with _begun(config, chain, clock) as engine:
        assert [tx.hash for tx in engine.pending] == [*sent, later]
        engine.mine()
        with pytest.raises(NonceError, match="too low"):
            engine.send_raw(other.sign(_RECIPIENT, nonce=0))
        assert [tx.hash for tx in engine.pending] == [later]
    with _begun(config, chain, clock) as engine:
        assert engine.chain.head.number == 1
        assert [tx.hash for tx in engine.pending] == [later]


def test_what_was_replaced_does_not_come_back(
    config: Config, clock: Clock, chain: Path, wallet: Wallet
) -> None:
    """What replaces comes after what follows it; a stranger's must not for that."""
    stranger = Wallet(_STRANGER)
    with _begun(config, chain, clock) as engine:
        engine.send_raw(wallet.sign(data=deployment(COUNTER)))
        counter = engine.mine().receipts[0].created
        engine.send_raw(stranger.sign(counter, gas=100_000))
        last = engine.send_raw(stranger.sign(counter, gas=100_000))
        first = engine.send_raw(stranger.sign(counter, gas=90_000, nonce=0))
        clock.now += 60  # all of it is tried anew
        engine.send_raw(wallet.sign(_RECIPIENT))
        assert [tx.hash for tx in engine.pending][:2] == [first, last]
    with _begun(config, chain, clock) as engine:
        assert [tx.hash for tx in engine.pending][:2] == [first, last]
        assert len(engine.mine().transactions) == 3


def test_what_can_no_longer_be_mined_is_let_go_of_with_a_reason(
    config: Config, clock: Clock, chain: Path, wallet: Wallet
) -> None:
    with _begun(config, chain, clock) as engine:
        spent = engine.send_raw(wallet.sign(_RECIPIENT, value=9_999 * 10**18))
    with continue_chain(config, chain) as store:  # by another program, as it were
        machine = LocalEngine(config, clock, store).machine
        kept = dict(zip([spent], store.waiting, strict=True))
        store.keep_waiting({})
        engine = LocalEngine(config, clock, store)
        engine.send_raw(wallet.sign(_RECIPIENT, nonce=0))
        machine.keep_waiting(kept)
    with _begun(config, chain, clock) as engine:
        assert not len(engine.pending)
        assert "nonce too low" in (engine.pending.why_dropped(spent) or "")


def test_timestamp_that_was_set_outlasts_a_node_and_ends_with_its_block(
    config: Config, clock: Clock, chain: Path
) -> None:
    with _begun(config, chain, clock) as engine:
        engine.set_next_timestamp(clock.now + 500)
    with _begun(config, chain, clock) as engine:
        engine.increase_time(5)
        assert engine.next_timestamp() == clock.now + 500
    with _begun(config, chain, clock) as engine:
        assert engine.mine().header.timestamp == clock.now + 500
    with _begun(config, chain, clock) as engine:
        assert engine.mine().header.timestamp == clock.now + 501


def test_what_cannot_be_kept_is_not_acknowledged(
    config: Config,
    clock: Clock,
    chain: Path,
    wallet: Wallet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor lost is what it would have replaced."""
    with _begun(config, chain, clock) as engine:
        first = engine.send_raw(wallet.sign(_RECIPIENT))

        def fail(*_: object) -> None:
            raise StoreError("full")

        with monkeypatch.context() as broken:
            broken.setattr(DiskStore, "keep_waiting", fail)
            with pytest.raises(StoreError):
                engine.send_raw(wallet.sign(_RECIPIENT, nonce=0, gas=50_000))
        assert [tx.hash for tx in engine.pending] == [first]
        assert len(engine.mine().transactions) == 1


def test_what_is_mined_at_once_is_written_once(
    config: Config, clock: Clock, chain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[int] = []
    write = DiskStore._write

    def count(store: DiskStore) -> Any:
        writes.append(store.height)
        return write(store)

    with continue_chain(config, chain, begin=True) as store:
        engine, wallet = LocalEngine(config, clock, store), Wallet()
        monkeypatch.setattr(DiskStore, "_write", count)
        engine.send_raw(wallet.sign(_RECIPIENT))
        assert len(writes) == 1
        gap = engine.send_raw(wallet.sign(_RECIPIENT, nonce=2))
        assert [*store.waiting] != []
        engine.send_raw(wallet.sign(_RECIPIENT, nonce=1))
        assert [*store.waiting] == []
        assert engine.chain.locate(gap)


def test_ready_ones_are_mined_at_a_start_where_blocks_come_at_once(
    config: Config, clock: Clock, chain: Path, wallet: Wallet
) -> None:
    with _begun(config, chain, clock) as engine:
        digest = engine.send_raw(wallet.sign(_RECIPIENT))
    with continue_chain(config, chain) as store:
        engine = LocalEngine(config, clock, store)
        engine.resume()
        assert engine.chain.locate(digest)


def test_node_of_a_network_gives_on_what_waited_when_it_ended(
    config: Config, clock: Clock, chain: Path, wallet: Wallet
) -> None:
    with continue_chain(config, chain, begin=True) as store:
        network = CometEngine(StateMachine(config, store), clock)
        digest = network.send_raw(wallet.sign(_RECIPIENT))
    with continue_chain(config, chain) as store:
        again = CometEngine(StateMachine(config, store), clock)
        assert [tx.hash for tx in again.pending] == [digest]
        again._drop(next(iter(again.pending)), "its network will not have it")
    with continue_chain(config, chain) as store:
        assert store.waiting == ()


def test_order_of_arrival_is_kept_whatever_the_hashes(
    config: Config, chain: Path
) -> None:
    kept = {Hash32(bytes([n]) * 32): bytes([n]) for n in (3, 1, 2)}
    with continue_chain(config, chain, begin=True) as store:
        store.keep_waiting(kept)
        assert store.waiting == (b"\3", b"\1", b"\2")


def test_what_was_to_be_mined_at_once_and_cannot_be_kept_is_not_acknowledged(
    config: Config, clock: Clock, chain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails after the transaction was let in, while its block is made."""
    with continue_chain(config, chain, begin=True) as store:
        engine = LocalEngine(config, clock, store)

        def fail(*_: object) -> None:
            raise StoreError("full")

        monkeypatch.setattr(engine, "_mine_at_once", fail)
        with pytest.raises(StoreError):
            engine.send_raw(Wallet().sign(_RECIPIENT))
        assert not len(engine.pending)
