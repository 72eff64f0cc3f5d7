"""A chain on disk answers as one in memory does, in this process and in the next."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import pytest
from eth_typing import Hash32

from node.chain import Chain
from node.config import Config
from node.disk import home as homes
from node.engine.local import LocalEngine
from node.errors import PermanentError, StoreError, UnknownBlockError
from node.keeping import continue_chain
from node.log_index import LogQuery
from node.rpc.dispatch import Dispatcher
from node.store import MemoryStore, Store
from tests.node.bytecode import assemble
from tests.node.conftest import Clock
from tests.node.disk.conftest import grow, tell_story
from tests.node.wallet import KEYS, Client, RpcFailureError, Wallet

_RECIPIENT = b"\x22" * 20


def _answers(config: Config, store: Store) -> list[object]:
    """Ask a store everything that a chain asks it."""
    chain = Chain(config, store)
    blocks = [store.block(number) for number in range(store.height + 1)]
    logs = [placed.log for placed in chain.logs(LogQuery(), first=0, last=99)]
    queries = [LogQuery((log.address,), ()) for log in logs]
    queries += [LogQuery((), (log.topics[:1],)) for log in logs if log.topics]
    sender = blocks[1].transactions[0].sender
    return [
        blocks,
        [store.header(block.number) for block in blocks],
        [store.block_by_hash(block.hash).number for block in blocks],
        [store.locate(tx.hash) for block in blocks for tx in block.transactions],
        [list(chain.logs(query, first=2, last=99)) for query in queries],
        [chain.account(sender, block) for block in blocks],
        dict(store.nodes),
        store.clock,
    ]


def test_disk_and_memory_answer_alike(
    config: Config, clock: Clock, tmp_path: Path
) -> None:
    memory = MemoryStore()
    tell_story(LocalEngine(config, clock, memory))
    wanted = _answers(config, memory)
    with continue_chain(config, tmp_path / "chain", begin=True) as store:
        tell_story(LocalEngine(config, clock, store))
        assert _answers(config, store) == wanted
    with continue_chain(config, tmp_path / "chain") as store:
        assert _answers(config, store) == wanted


def test_head_is_read_by_one_look(
    config: Config, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A block may be taken back between a look at the height and one at the block."""
    with continue_chain(config, tmp_path / "c", begin=True, passing=True) as store:
        for each in (MemoryStore(), store):
            engine = LocalEngine(config, clock, each)
            engine.mine()
            height = type(each).height.fget  # type: ignore[union-attr]

            def take_back(found: Store, height: Any = height) -> Any:
                told = height(found)
                monkeypatch.undo()
                found.truncate(0)
                return told

            monkeypatch.setattr(type(each), "height", property(take_back))
            assert engine.chain.head.number == 1
            monkeypatch.undo()


def test_place_of_what_was_taken_back_is_no_place(
    engine: LocalEngine, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = engine.send_raw(wallet.sign(_RECIPIENT))
    place = engine.machine._store.locate(digest)
    snapshot = engine.snapshot()
    engine.revert(snapshot)
    engine.machine.rewind(0)
    monkeypatch.setattr(engine.machine._store, "locate", lambda _: place)
    assert engine.chain.locate(digest) is None
    engine.mine()
    assert engine.chain.locate(digest) is None
    other = Wallet(KEYS[1])
    engine.machine.rewind(0)
    engine.send_raw(other.sign(_RECIPIENT))
    assert engine.chain.locate(digest) is None


def test_a_passing_chain_is_taken_back_as_one_in_memory(
    config: Config, clock: Clock, tmp_path: Path
) -> None:
    def take_back(store: Store) -> list[object]:
        engine = LocalEngine(config, clock, store)
        tell_story(engine)
        answers = _answers(config, store)[:-2]
        snapshot = engine.snapshot()
        engine.send_raw(Wallet(nonce=9).sign(_RECIPIENT))
        engine.send_raw(Wallet(nonce=10).sign(data=assemble("CALLER 0 0 LOG1")))
        engine.revert(snapshot)
        assert _answers(config, store)[:-2] == answers  # nodes stay
        engine.send_raw(Wallet(nonce=9).sign(_RECIPIENT, value=7))
        return _answers(config, store)

    wanted = take_back(MemoryStore())
    with continue_chain(config, tmp_path / "c", begin=True, passing=True) as store:
        assert take_back(store) == wanted


def test_an_instant_of_a_store_stays_as_it_was(
    config: Config, clock: Clock, tmp_path: Path
) -> None:
    with continue_chain(config, tmp_path / "c", begin=True, passing=True) as store:
        engine = LocalEngine(config, clock, store)
        tell_story(engine)
        before = _answers(config, store)
        with store.instant() as view:
            engine.mine()
            assert _answers(config, view) == before
            engine.machine.rewind(0)
            assert _answers(config, view) == before
            with pytest.raises(StoreError, match="cannot be written to"):
                view.keep_clock(7, None)
        assert store.height == 0


@pytest.mark.parametrize("number", [-1, 11, 2**64, 2**256])
def test_a_block_that_is_not_there_is_unknown(
    config: Config, home: Path, number: int
) -> None:
    with continue_chain(config, home) as store:
        for ask in (store.block, store.header):
            with pytest.raises(UnknownBlockError):
                ask(number)
        assert store.next_marked(b"\xff" + _RECIPIENT, abs(number)) is None
        with pytest.raises(UnknownBlockError):
            store.block_by_hash(Hash32(bytes(32)))
        assert store.locate(Hash32(bytes(32))) is None


def test_a_file_that_cannot_be_read_is_an_error_of_the_store(
    config: Config, home: Path
) -> None:
    with continue_chain(config, home) as store:
        pass
    for ask in (
        lambda: store.height,
        lambda: store.block(2**40),
        lambda: store.clock,
        lambda: store.nodes[bytes(32)],
    ):
        with pytest.raises(StoreError, match="cannot be read"):
            ask()


@pytest.mark.parametrize("table", ["headers", "transactions", "receipts"])
def test_a_block_of_which_a_part_is_not_there_is_unknown(
    config: Config, home: Path, table: str
) -> None:
    with continue_chain(config, home) as store:
        with store._environment.begin(write=True) as transaction:
            key = (2).to_bytes(8, "big")
            assert transaction.delete(key, db=store._tables[table])
        with pytest.raises(UnknownBlockError):
            store.block(2)


def test_a_store_without_a_block_has_no_head(config: Config, home: Path) -> None:
    with continue_chain(config, home) as store:
        table = store._tables["headers"]
        head = store.head()
        assert store.head() is head  # it is not decoded anew
        with store._environment.begin(write=True) as transaction:
            transaction.drop(table, delete=False)
        with pytest.raises(UnknownBlockError, match="latest"):
            store.head()


def test_the_moved_clock_goes_on_after_a_restart(
    config: Config, clock: Clock, tmp_path: Path
) -> None:
    def move_exactly(engine: LocalEngine) -> None:
        engine.mine(clock.now + 86_400)

    def move_by(engine: LocalEngine) -> None:
        clock.now += 10
        assert engine.mine().header.timestamp == clock.now + 86_400
        engine.increase_time(1_000)

    def look(engine: LocalEngine) -> None:
        assert engine.mine().header.timestamp == clock.now + 87_400

    for tell in (move_exactly, move_by, look):
        grow(config, tmp_path / "chain", clock, tell)


def test_nothing_takes_a_chain_on_disk_back(
    config: Config, clock: Clock, home: Path
) -> None:
    with continue_chain(config, home) as store:
        engine = LocalEngine(config, clock, store)
        head = engine.chain.head
        with pytest.raises(PermanentError):
            engine.snapshot()
        with pytest.raises(PermanentError):
            engine.machine.rewind(0)
        assert engine.chain.head == head


def test_decoded_blocks_in_memory_are_few(
    config: Config, clock: Clock, home: Path
) -> None:
    with continue_chain(config, home) as store:
        for number in range(store.height + 1):
            store.block(number)
        assert len(store._recent) == 8
        engine = LocalEngine(config, clock, store)
        for _ in range(9):
            engine.mine()
        assert len(store._recent) == 8


# A full disk


def _send_for_ever(engine: LocalEngine, wallet: Wallet) -> None:
    while True:
        engine.send_raw(wallet.sign(_RECIPIENT, data=bytes(100_000), gas=2_000_000))


def _send_until_full(engine: LocalEngine, wallet: Wallet) -> None:
    """Send large transactions until one is refused; nothing of that one stays."""
    with pytest.raises(StoreError, match="nothing was written, is the disk full"):
        _send_for_ever(engine, wallet)
    wallet.nonce -= 1
    assert len(engine.pending) == 0
    assert engine.next_nonce(wallet.address) == wallet.nonce


def _check_it_goes_on(config: Config, home: Path, clock: Clock, nonce: int) -> None:
    def send(engine: LocalEngine) -> None:
        digest = engine.send_raw(Wallet(nonce=nonce).sign(_RECIPIENT))
        assert engine.chain.locate(digest) is not None

    grow(config, home, clock, send)


def test_a_full_map_refuses_and_keeps_what_there_is(
    config: Config, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "_MAP_SIZE", 2**20)
    wallet = Wallet()
    grow(config, tmp_path / "c", clock, lambda e: _send_until_full(e, wallet))
    monkeypatch.setattr(homes, "_MAP_SIZE", 2**40)
    assert wallet.nonce > 1
    _check_it_goes_on(config, tmp_path / "c", clock, wallet.nonce)


def test_a_full_disk_refuses_and_keeps_what_there_is(
    config: Config, clock: Clock, tmp_path: Path
) -> None:
    """The system refuses to let the file grow, as a full disk does."""
    wallet = Wallet()

    def fill(engine: LocalEngine) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, hard))
        try:
            _send_until_full(engine, wallet)
            _send_until_full(engine, wallet)  # it still answers
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert engine.send_raw(wallet.sign(_RECIPIENT))  # and goes on with room

    grow(config, tmp_path / "c", clock, fill)
    _check_it_goes_on(config, tmp_path / "c", clock, wallet.nonce)


def test_a_client_is_told_that_nothing_is_taken_back(
    config: Config, clock: Clock, home: Path
) -> None:
    with continue_chain(config, home) as store:
        client = Client(Dispatcher(LocalEngine(config, clock, store)))
        with pytest.raises(RpcFailureError, match="kept on disk") as refusal:
            client.ask("evm_snapshot")
        assert refusal.value.code == -32_000
        assert client.ask("evm_revert", "0x1") is False
