"""The state machine, driven as any engine would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from eth.vm.forks.prague.constants import HISTORY_STORAGE_ADDRESS
from eth_typing import Address

from node.block import Transaction
from node.config import Config
from node.errors import (
    BlockFullError,
    GasLimitError,
    HeightError,
    NonceError,
    NothingFinalizedError,
    NotPermittedError,
    OversizedError,
    TimestampError,
)
from node.evm.block_run import BlockRun
from node.evm.execute import Call
from node.execution import Proposal
from node.machine import StateMachine
from node.store import MemoryStore
from node.transaction import accept_transaction
from tests.node.bytecode import assemble
from tests.node.wallet import CHAIN_ID, KEYS, Wallet

_RECIPIENT = b"\x22" * 20


@pytest.fixture
def machine(config: Config) -> StateMachine:
    return StateMachine(config, MemoryStore())


def _accept(raw: bytes) -> Transaction:
    return accept_transaction(raw, CHAIN_ID)


def _propose(machine: StateMachine, *transactions: Transaction) -> Proposal:
    head = machine.chain.head
    return Proposal(head.number + 1, head.header.timestamp + 1, transactions)


def _grow(machine: StateMachine, *transactions: Transaction) -> None:
    machine.finalize(_propose(machine, *transactions))
    machine.commit()


# The way of a block


def test_a_committed_block_is_what_info_tells(
    machine: StateMachine, wallet: Wallet
) -> None:
    before = machine.info()
    _grow(machine, _accept(wallet.sign(_RECIPIENT, value=1)))
    after = machine.info()
    assert (before.last_block_height, after.last_block_height) == (0, 1)
    assert after.last_block_app_hash == machine.chain.head.hash
    assert after.last_block_app_hash != before.last_block_app_hash


def test_nothing_is_kept_before_commit(config: Config, wallet: Wallet) -> None:
    store = MemoryStore()
    machine = StateMachine(config, store)
    before, nodes = machine.info(), dict(store.nodes)
    proposal = _propose(machine, _accept(wallet.sign(_RECIPIENT, value=1)))
    machine.process(proposal)
    machine.finalize(proposal)
    assert (machine.info(), store.nodes) == (before, nodes)


def test_what_was_processed_is_not_executed_again(
    machine: StateMachine, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposal = _propose(machine, _accept(wallet.sign(_RECIPIENT, value=1)))
    machine.process(proposal)
    monkeypatch.setattr(BlockRun, "apply", None)  # would not run
    assert machine.finalize(proposal).block == machine.commit()


def test_another_block_is_agreed_on_than_was_processed_here(
    machine: StateMachine, wallet: Wallet
) -> None:
    ours = _propose(machine, _accept(wallet.sign(_RECIPIENT, value=1)))
    theirs = replace(ours, timestamp=ours.timestamp + 5)
    machine.process(ours)
    machine.finalize(theirs)
    assert machine.commit().header.timestamp == ours.timestamp + 5


def test_a_proposal_of_before_the_last_commit_is_stale(
    machine: StateMachine,
) -> None:
    proposal = _propose(machine)
    machine.process(proposal)
    _grow(machine)
    with pytest.raises(HeightError):
        machine.finalize(proposal)


def test_what_was_not_finalized_is_not_committed(machine: StateMachine) -> None:
    machine.process(_propose(machine))
    with pytest.raises(NothingFinalizedError):
        machine.commit()
    _grow(machine)
    with pytest.raises(NothingFinalizedError):
        machine.commit()
    assert machine.info().last_block_height == 1


@pytest.mark.parametrize("height", [0, 2])
def test_a_height_that_does_not_follow_is_refused(
    machine: StateMachine, height: int
) -> None:
    with pytest.raises(HeightError):
        machine.process(replace(_propose(machine), height=height))


@pytest.mark.parametrize("timestamp", [2**64, 2**256])
def test_a_timestamp_that_no_header_holds_is_refused(
    machine: StateMachine, timestamp: int
) -> None:
    with pytest.raises(TimestampError):
        machine.process(replace(_propose(machine), timestamp=timestamp))
    machine.process(replace(_propose(machine), timestamp=2**64 - 1))


def test_time_that_goes_back_is_refused(machine: StateMachine, config: Config) -> None:
    timestamp = config.chain.genesis_timestamp - 1
    with pytest.raises(TimestampError):
        machine.process(replace(_propose(machine), timestamp=timestamp))


def test_blocks_of_one_second_have_one_time(
    machine: StateMachine, config: Config
) -> None:
    """Else many small blocks would take the chain's time ahead of the world's."""
    timestamp = config.chain.genesis_timestamp
    machine.process(replace(_propose(machine), timestamp=timestamp))


def test_a_proposal_stands_in_its_header(machine: StateMachine) -> None:
    proposal = Proposal(
        1,
        machine.chain.head.header.timestamp + 9,
        (),
        prev_randao=b"\x01" * 32,  # type: ignore[arg-type]  # a hash
        parent_beacon_root=b"\x02" * 32,  # type: ignore[arg-type]  # a hash
        extra_data=b"\x03",
    )
    header = machine.finalize(proposal).block.header
    assert header.prev_randao == b"\x01" * 32
    assert header.parent_beacon_root == b"\x02" * 32
    assert header.extra_data == b"\x03"


def test_two_machines_agree_on_every_hash(config: Config) -> None:
    hashes = []
    for _ in range(2):
        machine, wallet = StateMachine(config, MemoryStore()), Wallet()
        for value in (1, 2):
            _grow(machine, _accept(wallet.sign(_RECIPIENT, value=value)))
        hashes.append(machine.info().last_block_app_hash)
    assert hashes[0] == hashes[1]


def test_what_cannot_run_is_left_out_with_the_reason(
    machine: StateMachine, wallet: Wallet
) -> None:
    burners = [
        _accept(wallet.sign(data=assemble("INVALID"), gas=15_000_000)) for _ in range(3)
    ]
    ahead = _accept(Wallet(KEYS[1]).sign(_RECIPIENT, nonce=1, gas=21_000))
    execution = machine.finalize(_propose(machine, ahead, *burners))
    assert execution.block.transactions == tuple(burners[:2])
    assert [(tx, type(error)) for tx, error in execution.refused] == [
        (ahead, NonceError),
        (burners[2], BlockFullError),
    ]


def test_block_of_more_bytes_than_the_rules_say_is_cut(config: Config) -> None:
    raws = [Wallet(key).sign(_RECIPIENT, gas=21_000) for key in KEYS]
    bound = {"block_size": len(raws[0]) + len(raws[1]) - 1}
    small = {"admission": config.admission.model_copy(update=bound)}
    machine = StateMachine(config.model_copy(update=small), MemoryStore())
    first, second = map(_accept, raws)
    execution = machine.finalize(_propose(machine, first, second))
    assert execution.block.transactions == (first,)
    ((left_out, why),) = execution.refused
    assert (left_out, type(why)) == (second, BlockFullError)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"to": _RECIPIENT, "gas": 20_999}, GasLimitError),
        ({"to": _RECIPIENT, "data": bytes(100), "gas": 21_999}, GasLimitError),
        ({"data": bytes(49_153)}, OversizedError),
        ({"to": _RECIPIENT, "nonce": 2**64 - 1}, NonceError),
    ],
)
def test_what_no_pool_admits_is_left_out_when_somebody_proposes_it(
    machine: StateMachine, fields: dict[str, Any], reason: type[Exception]
) -> None:
    tx = _accept(Wallet().sign(**fields))
    execution = machine.finalize(_propose(machine, tx))
    assert execution.block.transactions == ()
    assert [type(error) for _, error in execution.refused] == [reason]


def test_a_store_that_has_blocks_is_continued(config: Config) -> None:
    store = MemoryStore()
    first = StateMachine(config, store)
    _grow(first)
    assert StateMachine(config, store).info() == first.info()


def test_a_call_sees_what_the_next_block_begins_with(machine: StateMachine) -> None:
    """EIP-2935 writes the parent's hash before the first transaction runs."""
    _grow(machine)
    head = machine.chain.head
    call = Call(
        sender=Address(_RECIPIENT),
        to=Address(HISTORY_STORAGE_ADDRESS),
        value=0,
        payload=head.number.to_bytes(32, "big"),
        gas=100_000,
        gas_price=0,
    )
    asked = machine.chain.simulate_next(call, timestamp=head.header.timestamp + 1)
    assert asked.output == head.hash


# What is prepared


def _prepare(
    machine: StateMachine, waiting: Sequence[Transaction]
) -> list[tuple[Address, int]]:
    return [(tx.sender, tx.nonce) for tx in machine.prepare(waiting)]


def _sign(wallet: Wallet, nonce: int, gas: int = 21_000) -> Transaction:
    return _accept(wallet.sign(_RECIPIENT, nonce=nonce, gas=gas))


def test_nonces_are_ordered_whatever_the_arrival(
    machine: StateMachine, wallet: Wallet
) -> None:
    waiting = [_sign(wallet, nonce) for nonce in (2, 0, 1)]
    assert _prepare(machine, waiting) == [(wallet.address, n) for n in (0, 1, 2)]


def test_a_gap_makes_the_later_nonces_wait(
    machine: StateMachine, wallet: Wallet
) -> None:
    waiting = [_sign(wallet, nonce) for nonce in (0, 2)]
    assert _prepare(machine, waiting) == [(wallet.address, 0)]


def test_nonces_begin_where_the_chain_is(machine: StateMachine, wallet: Wallet) -> None:
    _grow(machine, _sign(wallet, 0))
    waiting = [_sign(wallet, nonce) for nonce in (0, 1)]
    assert _prepare(machine, waiting) == [(wallet.address, 1)]


def test_senders_come_in_order_of_arrival(
    machine: StateMachine, wallet: Wallet
) -> None:
    second = Wallet(KEYS[1])
    waiting = [_sign(second, 0), _sign(wallet, 0)]
    assert _prepare(machine, waiting) == [(second.address, 0), (wallet.address, 0)]


def test_what_exceeds_the_blocks_gas_waits(
    machine: StateMachine, wallet: Wallet
) -> None:
    second = Wallet(KEYS[1])
    waiting = [
        _sign(wallet, 0, gas=15_000_000),
        _sign(wallet, 1, gas=20_000_000),
        _sign(second, 0, gas=15_000_000),
    ]
    assert _prepare(machine, waiting) == [(wallet.address, 0), (second.address, 0)]


def test_a_nonce_that_was_used_is_refused_before_anything_is_run(
    machine: StateMachine, wallet: Wallet
) -> None:
    raw = wallet.sign(_RECIPIENT, value=1, nonce=0)
    _grow(machine, _accept(raw))
    with pytest.raises(NonceError, match="too low"):
        machine.check_tx(raw)


def test_a_stranger_is_refused_what_nobody_may_before_anything_is_run(
    machine: StateMachine,
) -> None:
    """Who is not named calls contracts alone."""
    stranger = Wallet("0x" + "17" * 32)
    with pytest.raises(NotPermittedError, match="no contract"):
        machine.check_tx(stranger.sign(_RECIPIENT))
