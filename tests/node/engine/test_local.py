from __future__ import annotations

from collections.abc import Mapping

import pytest
from eth_typing import Hash32

from node.block import Transaction
from node.config import Config, MiningMode
from node.engine.local import LocalEngine
from node.errors import (
    AlreadyKnownError,
    InsufficientFundsError,
    NonceError,
    SnapshotsFullError,
    StoreError,
    TimestampError,
    TransactionRefusedError,
    UnknownSnapshotError,
)
from node.evm.block_run import BlockRun
from node.evm.execute import Outcome
from tests.node.bytecode import assemble
from tests.node.conftest import Clock
from tests.node.wallet import KEYS, Wallet

_RECIPIENT = b"\x22" * 20


def test_each_transaction_gets_a_block_at_once(
    engine: LocalEngine, wallet: Wallet
) -> None:
    for number in (1, 2):
        digest = engine.send_raw(wallet.sign(_RECIPIENT))
        place = engine.chain.locate(digest)
        assert place is not None
        assert (place[0].number, place[1]) == (number, 0)


def test_a_nonce_ahead_waits_for_the_gap_to_close(
    engine: LocalEngine, wallet: Wallet
) -> None:
    later = engine.send_raw(wallet.sign(_RECIPIENT, nonce=1))
    assert engine.chain.locate(later) is None
    engine.send_raw(wallet.sign(_RECIPIENT, nonce=0))
    place = engine.chain.locate(later)
    assert place is not None
    assert place[0].number == 2
    assert len(engine.pending) == 0


def test_a_mined_transaction_is_refused_again(
    engine: LocalEngine, wallet: Wallet
) -> None:
    raw = wallet.sign(_RECIPIENT)
    engine.send_raw(raw)
    with pytest.raises(NonceError):
        engine.send_raw(raw)
    assert engine.chain.head.number == 1


def test_a_waiting_transaction_is_refused_again(
    engine: LocalEngine, wallet: Wallet
) -> None:
    engine.set_automine(False)
    raw = wallet.sign(_RECIPIENT)
    engine.send_raw(raw)
    with pytest.raises(AlreadyKnownError):
        engine.send_raw(raw)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(Wallet(chain_id=1).sign(_RECIPIENT), id="another chain"),
        pytest.param(Wallet().sign(_RECIPIENT, gas=60_000_001), id="gas"),
        pytest.param(Wallet().sign(_RECIPIENT, gas=20_000), id="intrinsic gas"),
        pytest.param(Wallet().sign(_RECIPIENT, nonce=999), id="nonce"),
        pytest.param(Wallet().sign(_RECIPIENT, value=10**30), id="funds"),
        pytest.param(Wallet().sign(data=bytes(49_153)), id="initcode"),
    ],
)
def test_what_is_refused_changes_nothing(engine: LocalEngine, raw: bytes) -> None:
    before = engine.chain.head
    with pytest.raises(TransactionRefusedError):
        engine.send_raw(raw)
    assert (engine.chain.head, len(engine.pending)) == (before, 0)


def test_waiting_transactions_share_a_block(
    engine: LocalEngine, wallet: Wallet
) -> None:
    engine.set_automine(False)
    second = Wallet(KEYS[1])
    for signer in (wallet, second, wallet):
        engine.send_raw(signer.sign(_RECIPIENT))
    assert engine.next_nonce(wallet.address) == 2
    assert len(engine.mine().transactions) == 3
    assert len(engine.pending) == 0


def test_switching_automine_on_makes_blocks_of_what_waits(
    engine: LocalEngine, wallet: Wallet
) -> None:
    engine.set_automine(False)
    for _ in range(2):
        engine.send_raw(wallet.sign(_RECIPIENT))
    engine.set_automine(True)
    assert engine.chain.head.number == 2


def test_what_no_longer_fits_the_block_waits_for_the_next(
    engine: LocalEngine, wallet: Wallet
) -> None:
    engine.set_automine(False)
    for _ in range(3):
        engine.send_raw(wallet.sign(data=assemble("INVALID"), gas=12_500_000))
    assert [len(engine.mine().transactions) for _ in range(3)] == [2, 1, 0]


def test_a_sender_whose_funds_are_spent_by_what_waits_is_refused(
    engine: LocalEngine, wallet: Wallet
) -> None:
    engine.set_automine(False)
    most = 9_999 * 10**18
    engine.send_raw(wallet.sign(_RECIPIENT, value=most))
    with pytest.raises(InsufficientFundsError):
        engine.send_raw(wallet.sign(_RECIPIENT, value=most))
    assert len(engine.mine().transactions) == 1


# Time


def test_blocks_take_the_clock(engine: LocalEngine, clock: Clock) -> None:
    assert engine.mine().header.timestamp == clock.now
    clock.now += 60
    assert engine.mine().header.timestamp == clock.now


def test_blocks_in_the_same_second_move_time_by_one(
    engine: LocalEngine, clock: Clock
) -> None:
    times = [engine.mine().header.timestamp - clock.now for _ in range(3)]
    assert times == [0, 1, 2]


def test_a_clock_that_falls_back_does_not_take_blocks_with_it(
    engine: LocalEngine, clock: Clock
) -> None:
    engine.mine()
    clock.now -= 1_000
    assert engine.mine().header.timestamp == clock.now + 1_001


def test_increased_time_adds_up(engine: LocalEngine, clock: Clock) -> None:
    assert engine.increase_time(100) == 100
    assert engine.increase_time(20) == 120
    assert engine.mine().header.timestamp == clock.now + 120


def test_an_exact_timestamp_is_met_and_time_goes_on_from_it(
    engine: LocalEngine, clock: Clock
) -> None:
    engine.set_next_timestamp(clock.now + 5_000)
    assert engine.next_timestamp() == clock.now + 5_000
    assert engine.mine().header.timestamp == clock.now + 5_000
    clock.now += 10
    assert engine.mine().header.timestamp == clock.now + 5_000


@pytest.mark.parametrize("step", [0, -1])
def test_time_never_goes_back(engine: LocalEngine, step: int) -> None:
    latest = engine.mine().header.timestamp
    with pytest.raises(TimestampError):
        engine.set_next_timestamp(latest + step)
    with pytest.raises(TimestampError):
        engine.mine(latest + step)
    assert engine.chain.head.number == 1


def test_time_can_be_set_no_further_than_blocks_can_follow(engine: LocalEngine) -> None:
    engine.mine(2**53 - 1)
    head = engine.mine().header.timestamp
    assert head == 2**53
    for act in (engine.increase_time, engine.set_next_timestamp, engine.mine):
        with pytest.raises(TimestampError):
            act(head + 1)
    assert engine.mine().header.timestamp == head + 1


def test_increased_time_is_bounded_in_all(engine: LocalEngine, clock: Clock) -> None:
    engine.increase_time(2**53 - 1 - clock.now)
    with pytest.raises(TimestampError, match="moved clock"):
        engine.increase_time(1)
    assert engine.mine().header.timestamp == 2**53 - 1


def test_an_exact_timestamp_stays_when_a_block_fails(
    engine: LocalEngine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise StoreError("nothing was written, is the disk full?")

    engine.set_next_timestamp(clock.now + 5_000)
    with monkeypatch.context() as patched:
        patched.setattr(engine.machine, "commit", fail)
        for timestamp in (None, clock.now + 9_000):
            with pytest.raises(StoreError):
                engine.mine(timestamp)
    with pytest.raises(TimestampError):
        engine.mine(0)
    assert engine.mine().header.timestamp == clock.now + 5_000


# Snapshots


def test_reverting_restores_the_exact_timestamp_that_was_waiting(
    engine: LocalEngine, clock: Clock
) -> None:
    engine.set_next_timestamp(clock.now + 5_000)
    snapshot = engine.snapshot()
    engine.mine()
    engine.mine()
    engine.revert(snapshot)
    assert engine.mine().header.timestamp == clock.now + 5_000


def test_reverting_forgets_an_exact_timestamp_set_later(
    engine: LocalEngine, clock: Clock
) -> None:
    snapshot = engine.snapshot()
    engine.set_next_timestamp(clock.now + 5_000)
    with pytest.raises(UnknownSnapshotError):
        engine.revert(snapshot + 1)
    assert engine.next_timestamp() == clock.now + 5_000
    engine.revert(snapshot)
    assert engine.mine().header.timestamp == clock.now


def test_reverting_restores_blocks_clock_and_pool(
    engine: LocalEngine, wallet: Wallet, clock: Clock
) -> None:
    engine.send_raw(wallet.sign(_RECIPIENT, value=1))
    engine.set_automine(False)
    waiting = engine.send_raw(wallet.sign(_RECIPIENT, value=2))
    before = engine.chain.head
    snapshot = engine.snapshot()
    engine.increase_time(1_000)
    engine.mine()
    engine.mine()
    engine.revert(snapshot)
    assert engine.chain.head == before
    assert [tx.hash for tx in engine.pending] == [waiting]
    assert engine.mine().header.timestamp == clock.now + 1


def test_a_reverted_transaction_can_be_sent_again(
    engine: LocalEngine, wallet: Wallet
) -> None:
    snapshot = engine.snapshot()
    raw = wallet.sign(_RECIPIENT)
    first = engine.send_raw(raw)
    engine.revert(snapshot)
    assert engine.send_raw(raw) == first


def test_a_snapshot_and_later_ones_are_spent(engine: LocalEngine) -> None:
    first, second = engine.snapshot(), engine.snapshot()
    engine.revert(first)
    for number in (first, second):
        with pytest.raises(UnknownSnapshotError):
            engine.revert(number)


def test_snapshots_are_bounded_and_going_back_makes_room(engine: LocalEngine) -> None:
    first, *_ = (engine.snapshot() for _ in range(1_024))
    with pytest.raises(SnapshotsFullError):
        engine.snapshot()
    engine.revert(first)
    engine.snapshot()


def test_an_earlier_snapshot_survives_a_later_revert(engine: LocalEngine) -> None:
    first = engine.snapshot()
    engine.mine()
    engine.revert(engine.snapshot())
    engine.revert(first)
    assert engine.chain.head.number == 0


def test_an_engine_without_automine_waits(config: Config, clock: Clock) -> None:
    mining = config.mining.model_copy(update={"mode": "by_call"})
    waiting = LocalEngine(config.model_copy(update={"mining": mining}), clock)
    waiting.send_raw(Wallet().sign(_RECIPIENT))
    assert (waiting.chain.head.number, len(waiting.pending)) == (0, 1)


@pytest.mark.parametrize("mode", ["at_once", "interval", "by_call"])
def test_time_that_passes_makes_a_block_in_one_mode_only(
    config: Config, clock: Clock, mode: str
) -> None:
    mining = config.mining.model_copy(update={"mode": mode})
    engine = LocalEngine(config.model_copy(update={"mining": mining}), clock)
    engine.tick()
    assert engine.chain.head.number == (mode == "interval")


def test_switching_automine_off_returns_to_the_files_mode(
    config: Config, clock: Clock
) -> None:
    mining = config.mining.model_copy(update={"mode": "interval"})
    engine = LocalEngine(config.model_copy(update={"mining": mining}), clock)
    engine.set_automine(True)
    engine.set_automine(False)
    assert engine.mode == "interval"


def test_a_trial_that_outlasts_its_second_is_not_run_again(
    engine: LocalEngine, wallet: Wallet, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stranger would have the node work twice for one transaction."""
    run: list[bytes] = []
    apply = BlockRun.apply

    def slow(block: BlockRun, tx: Transaction) -> Outcome:
        run.append(tx.hash)
        clock.now += 5
        return apply(block, tx)

    monkeypatch.setattr(BlockRun, "apply", slow)
    coming = engine.next_timestamp()
    digest = engine.send_raw(wallet.sign(_RECIPIENT))
    assert run == [digest]
    assert engine.chain.head.header.timestamp == coming


@pytest.mark.parametrize(
    ("mode", "ahead", "is_kept"),
    [("at_once", 0, False), ("at_once", 1, True), ("by_call", 0, True)],
)
def test_what_does_not_go_into_a_block_at_once_is_kept(
    engine: LocalEngine,
    monkeypatch: pytest.MonkeyPatch,
    mode: MiningMode,
    ahead: int,
    *,
    is_kept: bool,
) -> None:
    written: list[object] = []
    monkeypatch.setattr(engine.machine, "keep_waiting", written.append)
    engine.mode = mode
    engine.send_raw(Wallet().sign(_RECIPIENT, nonce=ahead))
    assert len(written) == 1 + is_kept  # the last one is what waits after it


def test_what_takes_the_place_of_what_waits_is_kept_before_it_is_mined(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the disk has the one that was replaced, if the node ends in between."""
    engine.mode = "by_call"
    first = engine.send_raw(Wallet().sign(_RECIPIENT, nonce=0))
    written: list[list[Hash32]] = []
    keep = engine.machine.keep_waiting

    def keeping(waiting: Mapping[Hash32, bytes]) -> None:
        written.append([*waiting])
        keep(waiting)

    monkeypatch.setattr(engine.machine, "keep_waiting", keeping)
    engine.mode = "at_once"
    second = engine.send_raw(Wallet().sign(_RECIPIENT, nonce=0, value=1))
    assert first != second
    assert written == [[second], []]
