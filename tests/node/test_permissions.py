"""Who may do what, at admission and in a block that somebody else proposes."""

from __future__ import annotations

from typing import Any

import pytest
from eth_typing import Address

from node.config import Config
from node.engine.local import LocalEngine
from node.errors import (
    NotPermittedError,
    OversizedError,
    TracelessError,
    TransactionRefusedError,
    WouldFailError,
)
from node.execution import Proposal
from node.genesis import make_genesis
from node.permissions import (
    PERMISSIONS,
    PERMISSIONS_CODE,
    SENDER,
    Rules,
    Standing,
    check_before,
)
from node.rpc.dispatch import Dispatcher
from node.transaction import accept_transaction
from tests.node.bytecode import COUNTER, assemble, deployment
from tests.node.strict import deploy, stranger, strict_config, strict_engine
from tests.node.wallet import CHAIN_ID, KEYS, Client, RpcFailureError, Wallet

_LOCK = bytes.fromhex("f83d08ba")
_SILENT = deployment(assemble("STOP"))
# Makes a contract of whatever it is given, as open factories do, and logs.
_FACTORY = deployment(
    assemble("CALLDATASIZE 0 0 CALLDATACOPY CALLDATASIZE 0 0 CREATE 0 0 LOG1")
)


@pytest.fixture
def engine(config: Config) -> LocalEngine:
    return strict_engine(config)


@pytest.fixture
def counter(engine: LocalEngine, wallet: Wallet) -> bytes:
    return deploy(engine, deployment(COUNTER), wallet)


def _refused(engine: LocalEngine, raw: bytes) -> TransactionRefusedError:
    """Return why a transaction is refused: alike when it is sent and when proposed."""
    waiting = len(engine.pending)
    with pytest.raises(TransactionRefusedError) as refusal:
        engine.send_raw(raw)
    assert len(engine.pending) == waiting
    head = engine.chain.head
    tx = accept_transaction(raw, CHAIN_ID)
    proposal = Proposal(head.number + 1, head.header.timestamp + 1, (tx,))
    execution = engine.machine.finalize(proposal)
    assert execution.block.transactions == ()
    assert [str(error) for _, error in execution.refused] == [str(refusal.value)]
    return refusal.value


def test_the_contract_is_what_its_mnemonics_say() -> None:
    topic = "0xa0d284f934841d5da15b78ed55d5a38bfcaf4a559b36589d8e4d42d5b350d825"
    assert (
        assemble(
            "CALLVALUE CALLDATASIZE 4 XOR OR 0 CALLDATALOAD 224 SHR 0xf83d08ba XOR OR"
            " CALLER SLOAD 2 AND ISZERO OR 70 JUMPI 1 0 SSTORE"
            f" CALLER {topic} 0 0 LOG2 STOP JUMPDEST 0 0 REVERT"
        )
        == PERMISSIONS_CODE
    )


@pytest.mark.parametrize(
    "change",
    [
        {"anyone_deploys": True},
        {"anyone_sends": True},
        {"deployers": ()},
        {"senders": ("0x" + "11" * 20,)},
        {"stranger_gas": 1_000_000},
        {"stranger_size": 1_000},
        {"block_size": 1_000},
    ],
)
def test_other_rules_are_another_chain(config: Config, change: dict[str, Any]) -> None:
    ours, theirs = strict_config(config), strict_config(config, **change)
    assert make_genesis(ours)[0].hash != make_genesis(theirs)[0].hash


def test_quotas_of_one_node_are_no_rules(config: Config) -> None:
    ours, theirs = strict_config(config), strict_config(config, waiting=7)
    assert make_genesis(ours)[0].hash == make_genesis(theirs)[0].hash


@pytest.mark.parametrize("who", ["stranger", "sender"])
def test_only_deployers_make_contracts(config: Config, who: str) -> None:
    wallet = stranger()
    senders = ("0x" + wallet.address.hex(),) if who == "sender" else ()
    engine = strict_engine(config, senders=senders)
    refusal = _refused(engine, wallet.sign(data=deployment(COUNTER)))
    assert isinstance(refusal, NotPermittedError)
    assert refusal.rule == "deployers"


def test_who_may_not_deploy_has_no_initcode_run(config: Config) -> None:
    tx = accept_transaction(stranger().sign(data=deployment(COUNTER)), CHAIN_ID)
    standing = Standing(SENDER, locked=False, is_stranger=False)
    rules = Rules.of(strict_config(config))
    with pytest.raises(NotPermittedError, match="deployers"):
        check_before(tx, standing, rules, reaches_contract=False)


def test_what_fits_into_no_block_does_not_wait_for_one(config: Config) -> None:
    tx = accept_transaction(Wallet().sign(b"\x22" * 20, data=b"\1" * 500), CHAIN_ID)
    standing = Standing(SENDER, locked=False, is_stranger=False)
    rules = Rules.of(strict_config(config, block_size=500))
    with pytest.raises(OversizedError, match="block_size"):
        check_before(tx, standing, rules, reaches_contract=False)


def test_nobody_deploys_through_a_contract_that_makes_contracts(
    engine: LocalEngine, wallet: Wallet
) -> None:
    factory = deploy(engine, _FACTORY, wallet)
    refusal = _refused(engine, stranger().sign(factory, data=_SILENT))
    assert isinstance(refusal, NotPermittedError)
    engine.send_raw(wallet.sign(factory, data=_SILENT))
    assert engine.mine().receipts[0].succeeded


def test_a_lock_ends_deployment_for_all_and_for_good(
    engine: LocalEngine, wallet: Wallet
) -> None:
    factory = deploy(engine, _FACTORY, wallet)
    engine.send_raw(wallet.sign(PERMISSIONS, data=_LOCK))
    receipt = engine.mine().receipts[0]
    assert (receipt.succeeded, len(receipt.logs)) == (True, 1)
    engine.send_raw(wallet.sign(PERMISSIONS, data=_LOCK))
    engine.mine()
    for raw in (
        wallet.sign(data=deployment(COUNTER)),
        wallet.sign(factory, data=_SILENT, nonce=wallet.nonce - 1),
    ):
        refusal = _refused(engine, raw)
        assert isinstance(refusal, NotPermittedError)
        assert refusal.rule == "lock"


def test_a_lock_ends_deployment_where_anyone_deployed(
    config: Config, wallet: Wallet
) -> None:
    engine = strict_engine(config, anyone_deploys=True)
    deploy(engine, deployment(COUNTER), stranger())
    engine.send_raw(wallet.sign(PERMISSIONS, data=_LOCK))
    engine.mine()
    assert isinstance(
        _refused(engine, stranger(2).sign(data=_SILENT)), NotPermittedError
    )


@pytest.mark.parametrize(
    ("data", "value"), [(b"", 0), (_LOCK + b"\x00", 0), (b"\x01" * 4, 0), (_LOCK, 1)]
)
def test_nothing_else_locks(
    engine: LocalEngine, wallet: Wallet, data: bytes, value: int
) -> None:
    engine.send_raw(wallet.sign(PERMISSIONS, data=data, value=value))
    assert not engine.mine().receipts[0].succeeded
    deploy(engine, deployment(COUNTER), wallet)


def test_a_sender_who_may_not_deploy_cannot_lock(config: Config) -> None:
    wallet = Wallet(KEYS[1])
    engine = strict_engine(config, senders=("0x" + wallet.address.hex(),))
    engine.send_raw(wallet.sign(PERMISSIONS, data=_LOCK))
    assert not engine.mine().receipts[0].succeeded


@pytest.mark.parametrize(
    ("target", "fields", "words"),
    [
        (b"\x22" * 20, {}, "has no contract"),
        (PERMISSIONS, {"data": _LOCK}, "has no contract"),
        (None, {"value": 1}, "sends value"),
        (None, {"gas": 20_000_001}, "asks 20000001"),
    ],
)
def test_what_strangers_may_not_send_is_named(
    config: Config,
    wallet: Wallet,
    target: bytes | None,
    fields: dict[str, Any],
    words: str,
) -> None:
    engine = strict_engine(config, stranger_gas=20_000_000)
    counter = deploy(engine, deployment(COUNTER), wallet)
    guest = stranger()
    engine.send_raw(wallet.sign(guest.address, value=10**18))
    engine.mine()
    refusal = _refused(engine, guest.sign(target or counter, **fields))
    assert words in str(refusal)


def test_a_large_transaction_of_a_stranger_is_refused(
    config: Config, wallet: Wallet
) -> None:
    engine = strict_engine(config, stranger_size=1_000)
    counter = deploy(engine, deployment(COUNTER), wallet)
    refusal = _refused(engine, stranger().sign(counter, data=bytes(1_000)))
    assert isinstance(refusal, OversizedError)
    assert "admission.stranger_size" in str(refusal)


def test_strangers_call_any_contract(engine: LocalEngine, counter: bytes) -> None:
    engine.send_raw(stranger().sign(counter))
    assert engine.mine().receipts[0].succeeded


def test_a_strangers_call_that_fails_is_refused_with_the_contracts_reason(
    engine: LocalEngine, counter: bytes
) -> None:
    raw = stranger().sign(counter, data=b"\x01")
    assert isinstance(_refused(engine, raw), WouldFailError)
    with pytest.raises(
        RpcFailureError, match=r"would fail.*counter: closed"
    ) as failure:
        Client(Dispatcher(engine)).send(raw)
    assert failure.value.code == 3
    assert failure.value.data is not None


def test_a_strangers_call_that_leaves_no_log_is_refused(
    engine: LocalEngine, wallet: Wallet
) -> None:
    silent = deploy(engine, _SILENT, wallet)
    assert isinstance(_refused(engine, stranger().sign(silent)), TracelessError)


def test_what_is_refused_leaves_no_nonce_used(
    engine: LocalEngine, counter: bytes
) -> None:
    guest = stranger()
    _refused(engine, guest.sign(counter, data=b"\x01"))
    assert engine.next_nonce(Address(guest.address)) == 0
    engine.send_raw(guest.sign(counter, nonce=0))
    assert engine.mine().receipts[0].succeeded


def test_a_stranger_does_not_wait_for_an_earlier_nonce(
    engine: LocalEngine, counter: bytes
) -> None:
    with pytest.raises(TransactionRefusedError, match="nonce too high"):
        engine.send_raw(stranger().sign(counter, nonce=1))


def test_who_is_named_has_a_failure_mined(
    engine: LocalEngine, wallet: Wallet, counter: bytes
) -> None:
    engine.send_raw(wallet.sign(counter, data=b"\x01"))
    assert not engine.mine().receipts[0].succeeded


def test_a_transaction_that_asks_for_the_whole_block_is_mined(
    config: Config,
) -> None:
    """As ape sends them, from the accounts of the test mnemonic."""
    engine = LocalEngine(config, lambda: 1_800_000_000)
    wallet, limit = Wallet(), config.gas.block_limit
    created = Client(Dispatcher(engine)).send(
        wallet.sign(data=deployment(COUNTER), gas=limit)
    )
    counter = bytes.fromhex(created["contractAddress"][2:])
    engine.set_automine(False)
    for _ in range(2):
        engine.send_raw(wallet.sign(counter, gas=limit))
    assert [len(engine.mine().transactions) for _ in range(3)] == [1, 1, 0]
