"""The application, asked as a consensus engine asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eth_typing import Address

from node import rlp
from node.block import ZERO_ADDRESS
from node.config import Config
from node.engine.comet import abci_pb2 as abci
from node.engine.comet.genesis import shared_part
from node.engine.comet.nonces import EARLY
from node.engine.local import LocalEngine
from node.errors import EngineProtocolError, ForeignGenesisError
from node.hashing import keccak
from node.keeping import continue_chain
from node.machine import APP_VERSION
from tests.node.conftest import Clock
from tests.node.engine.comet.conftest import Driver, make_driver
from tests.node.wallet import Wallet

_RECIPIENT = b"\x22" * 20


def test_a_block_of_the_engine_becomes_one_of_the_chain(
    driver: Driver, wallet: Wallet
) -> None:
    answer = driver.grow(1, wallet.sign(_RECIPIENT, value=1))
    head = driver.machine.chain.head
    assert (head.number, answer.app_hash) == (1, head.hash)
    assert [result.code for result in answer.tx_results] == [0]
    assert [each.block for each in driver.decided] == [head]


def test_the_head_names_the_engines_block(driver: Driver, wallet: Wallet) -> None:
    driver.grow(1)
    driver.grow(2, wallet.sign(_RECIPIENT))
    header = driver.machine.chain.head.header
    assert header.extra_data == (2).to_bytes(8, "big")
    assert header.parent_beacon_root == (2).to_bytes(32, "big")


def test_a_block_without_transactions_makes_none(driver: Driver) -> None:
    before = driver.machine.info()
    answer = driver.grow(1)
    after = driver.machine.info()
    assert answer.app_hash == before.last_block_app_hash == after.last_block_app_hash
    assert (after.last_block_height, after.engine_height) == (0, 1)


def test_nothing_is_kept_before_commit(driver: Driver, wallet: Wallet) -> None:
    block = driver.block(1, wallet.sign(_RECIPIENT))
    driver.ask("process_proposal", block)
    driver.ask("finalize_block", block)
    assert driver.machine.info().last_block_height == 0
    assert driver.machine.info().engine_height == 0


def test_what_was_processed_is_not_executed_again(
    driver: Driver, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = driver.block(1, wallet.sign(_RECIPIENT))
    driver.ask("process_proposal", block)

    def execute_again(*_arguments: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(driver.machine.chain, "execute_after", execute_again)
    assert driver.ask("finalize_block", block).app_hash


def test_a_proposal_with_what_is_no_transaction_is_rejected(
    driver: Driver, wallet: Wallet
) -> None:
    block = driver.block(1, wallet.sign(_RECIPIENT), b"\x02\xc0")
    assert driver.ask("process_proposal", block).verdict == 2


def test_a_network_of_another_chain_is_refused(driver: Driver, config: Config) -> None:
    shared = shared_part(config)
    shared["chain"]["id"] += 1
    other = abci.RequestInitChain(app_state_bytes=json.dumps(shared).encode())
    with pytest.raises(ForeignGenesisError):
        driver.ask("init_chain", other)


def test_spaces_in_the_genesis_do_not_matter(driver: Driver, config: Config) -> None:
    spaced = json.dumps(shared_part(config), indent=3).encode()
    asked = abci.RequestInitChain(app_state_bytes=spaced)
    answer = driver.ask("init_chain", asked)
    assert answer.app_hash == driver.machine.chain.head.hash


def test_checking_names_what_is_wrong(driver: Driver, wallet: Wallet) -> None:
    raw = wallet.sign(_RECIPIENT, gas=20_000)
    answer = driver.ask("check_tx", abci.RequestCheckTx(tx=raw))
    assert answer.code
    assert "intrinsic gas" in answer.log


def test_a_mined_transaction_leaves_the_engines_pool(
    driver: Driver, wallet: Wallet
) -> None:
    raw = wallet.sign(_RECIPIENT)
    again = abci.RequestCheckTx(tx=raw, type=1)
    assert driver.ask("check_tx", again).code == 0
    driver.grow(1, raw)
    assert driver.ask("check_tx", again).code


def _check(driver: Driver, raw: bytes, *, again: bool = False) -> int:
    """Return the code with which a transaction comes into the engine's pool."""
    asked = abci.RequestCheckTx(tx=raw, type=int(again))
    return int(driver.ask("check_tx", asked).code)


def test_what_no_next_block_can_hold_stays_out_of_the_engines_pool(
    driver: Driver, wallet: Wallet
) -> None:
    """With it there, empty blocks would follow each other for ever."""
    first, second, third = (wallet.sign(_RECIPIENT) for _ in range(3))
    assert _check(driver, second) == EARLY
    assert [_check(driver, raw) for raw in (first, second, third)] == [0, 0, 0]
    driver.grow(1, first)
    assert _check(driver, third, again=True) == EARLY
    assert [_check(driver, raw, again=True) for raw in (second, third)] == [0, 0]


def test_an_engine_that_begins_holds_nothing(driver: Driver, wallet: Wallet) -> None:
    first, second = (wallet.sign(_RECIPIENT) for _ in range(2))
    assert _check(driver, first) == 0
    driver.ask("info", abci.RequestInfo())
    assert _check(driver, second) == EARLY


def test_a_proposal_keeps_to_the_bytes_that_it_may_have(
    driver: Driver, wallet: Wallet
) -> None:
    driver.grow(1)
    raws = [wallet.sign(_RECIPIENT, data=b"\1" * 500) for _ in range(3)]
    room = 2 * (len(raws[0]) + 8)
    asked = abci.RequestPrepareProposal(max_tx_bytes=room, txs=[*raws, b"junk"])
    assert list(driver.ask("prepare_proposal", asked).txs) == raws[:2]


def test_after_a_rest_an_empty_block_brings_the_time_up_once(
    driver: Driver, wallet: Wallet
) -> None:
    """A block's time is when the one before was signed: after a rest, long ago."""
    raw = wallet.sign(_RECIPIENT)
    asked = abci.RequestPrepareProposal(max_tx_bytes=1_000, txs=[raw])

    def propose(now: float, recheck: int) -> list[bytes]:
        driver.clock[0] = now
        driver.ask("check_tx", abci.RequestCheckTx(tx=raw, type=recheck))
        return list(driver.ask("prepare_proposal", asked).txs)

    driver.grow(1)
    assert propose(2.0, recheck=0) == [raw]
    driver.grow(2)
    assert propose(4.1, recheck=0) == []
    driver.grow(3)
    assert propose(4.2, recheck=1) == [raw]
    driver.clock[0] = 60.0  # a block that took long is not a rest
    assert list(driver.ask("prepare_proposal", asked).txs) == [raw]


def test_a_block_has_its_engines_time_and_no_later_one(
    driver: Driver, wallet: Wallet
) -> None:
    for height in (1, 2, 3):
        block = driver.block(height, wallet.sign(_RECIPIENT), seconds=0)
        block.time.seconds = 1_900_000_000
        driver.ask("finalize_block", block)
        driver.ask("commit")
        assert driver.machine.chain.head.header.timestamp == 1_900_000_000


@pytest.mark.parametrize("message", [b"\xff", b"", b"\x0a\x05ab"])
def test_what_is_no_message_is_refused(driver: Driver, message: bytes) -> None:
    with pytest.raises(EngineProtocolError):
        driver.application.answer(message)


def test_commit_before_a_block_is_refused(driver: Driver) -> None:
    with pytest.raises(EngineProtocolError):
        driver.ask("commit")


@pytest.mark.parametrize("committed", [False, True])
def test_a_crash_leaves_a_height_that_the_engine_can_go_on_from(
    config: Config, wallet: Wallet, tmp_path: Path, committed: bool
) -> None:
    home = tmp_path / "chain"
    raw = wallet.sign(_RECIPIENT)
    with continue_chain(config, home, begin=True) as store:
        driver = make_driver(config, store)
        driver.ask("finalize_block", driver.block(7, raw))
        if committed:
            driver.ask("commit")
    with continue_chain(config, home) as store:
        info = make_driver(config, store).ask("info", abci.RequestInfo())
        assert info.last_block_height == (7 if committed else 0)
        assert info.app_version == APP_VERSION
        assert (info.last_block_app_hash == store.block(store.height).hash) is committed


# It keeps the value that it is sent, and logs nothing but that it was called.
_INITCODE = bytes.fromhex("600a600c600039600a6000f33460005560006000a000")


def test_both_engines_give_one_state(
    driver: Driver, config: Config, clock: Clock, wallet: Wallet
) -> None:
    """Blocks differ in time and in what the engine adds; what came of them does not."""
    contract = Address(keccak(rlp.encode([wallet.address, b""]))[-20:])
    raws = [wallet.sign(data=_INITCODE)]
    raws += [wallet.sign(to, value=n) for n in (1, 2) for to in (contract, _RECIPIENT)]
    local = LocalEngine(config, clock)
    for height, raw in enumerate(raws, 1):
        local.send_raw(raw)
        driver.grow(2 * height)  # of which the chain sees nothing
        driver.grow(2 * height + 1, raw)
    ours, theirs = driver.machine.chain, local.chain
    assert ours.head.number == theirs.head.number == len(raws)
    for number in range(1, len(raws) + 1):
        mine, other = ours.block(number), theirs.block(number)
        assert mine.header.receipts_root == other.header.receipts_root
        assert mine.header.bloom == other.header.bloom
        assert mine.receipts == other.receipts
    assert ours.head.receipts[0].succeeded
    for address in (wallet.address, contract, Address(_RECIPIENT), ZERO_ADDRESS):
        assert ours.account(address, ours.head) == theirs.account(address, theirs.head)
    assert ours.storage(contract, 0, block=ours.head) == 2
