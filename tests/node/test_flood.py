"""Fresh keys without end send junk to a contract that an anonymous sender needs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from node.config import Config
from node.engine.local import LocalEngine
from node.errors import TransactionRefusedError
from node.execution import Proposal
from node.rpc.dispatch import Dispatcher
from node.transaction import accept_transaction
from tests.node.bytecode import assemble, deployment
from tests.node.strict import deploy, stranger, strict_config, strict_engine
from tests.node.wallet import CHAIN_ID, Client, RpcFailureError, Wallet

# Takes the first word of its input once, whatever follows: logs it and keeps it. A word
# that it has does nothing, in silence; zero reverts, after 5,000 rounds.
BOX = assemble(
    "0 CALLDATALOAD DUP1 ISZERO 22 JUMPI DUP1 SLOAD 20 JUMPI"
    " 1 DUP2 SSTORE 0 0 LOG1 STOP JUMPDEST STOP"
    " JUMPDEST 5000 JUMPDEST 1 SWAP1 SUB DUP1 26 JUMPI 0 0 REVERT"
)
_MOST = 30_000_000  # gas
_TAKEN, _OWN, _HONEST = (number.to_bytes(32, "big") for number in (1, 2, 3))

Junk = Callable[[Wallet, bytes], bytes]
JUNK: dict[str, Junk] = {
    "reverts": lambda key, box: key.sign(box, data=bytes(32), gas=_MOST),
    "is large": lambda key, box: key.sign(box, data=bytes(199_000), gas=_MOST),
    "asks for too much": lambda key, box: key.sign(box, data=_OWN, gas=_MOST + 1),
    "changes nothing": lambda key, box: key.sign(box, data=_TAKEN, gas=_MOST),
    "counts once": lambda key, box: key.sign(box, data=_OWN, gas=_MOST),
    "is long and counts once": lambda key, box: key.sign(
        box, data=_OWN + b"\x01" * 190_000, gas=_MOST
    ),
    "goes nowhere": lambda key, _: key.sign(b"\x22" * 20),
    "makes a contract": lambda key, _: key.sign(data=deployment(BOX)),
}


def _send(engine: LocalEngine, raw: bytes) -> int:
    try:
        engine.send_raw(raw)
    except TransactionRefusedError:
        return 0
    return 1


@pytest.mark.parametrize("junk", JUNK)
def test_an_anonymous_call_is_in_within_two_blocks_of_a_flood(
    config: Config, wallet: Wallet, junk: str
) -> None:
    engine = strict_engine(config)
    box = deploy(engine, deployment(BOX), wallet)
    engine.send_raw(wallet.sign(box, data=_TAKEN))
    engine.mine()
    make = JUNK[junk]
    # of large ones fewer are more bytes than may wait
    for number in range(1, 301 if junk.startswith("is l") else 1_001):
        _send(engine, make(stranger(number), box))
    honest = engine.send_raw(
        stranger(2_000).sign(box, data=_HONEST + bytes(80_000), gas=_MOST)
    )
    for number in range(1_001, 1_101):
        _send(engine, make(stranger(number), box))
    blocks = [engine.mine() for _ in range(2)]
    mined = [tx.hash for block in blocks for tx in block.transactions]
    assert honest in mined
    assert len(mined) <= 2  # and of all the junk no more than what counted
    assert len(engine.pending) == 0


def test_a_proposer_gets_no_junk_into_a_block(config: Config, wallet: Wallet) -> None:
    """What a node that checks nothing proposes, every other one leaves out."""
    engine = strict_engine(config)
    box = deploy(engine, deployment(BOX), wallet)
    engine.send_raw(wallet.sign(box, data=_TAKEN))
    head = engine.mine()
    raws = [make(stranger(number), box) for number, make in enumerate(JUNK.values(), 1)]
    honest = stranger(99).sign(box, data=_HONEST)
    proposed = tuple(accept_transaction(raw, CHAIN_ID) for raw in (*raws, honest))
    proposal = Proposal(head.number + 1, head.header.timestamp + 1, proposed)
    execution = engine.machine.finalize(proposal)
    counted = [tx.payload[:32] for tx in execution.block.transactions]
    assert counted == [_OWN, _HONEST]
    assert all(receipt.succeeded for receipt in execution.block.receipts)


def test_what_is_refused_after_it_was_run_is_bounded_as_the_block_is(
    config: Config, wallet: Wallet
) -> None:
    gas = config.gas.model_copy(
        update={"block_limit": 1_000_000, "transaction_limit": 1_000_000}
    )
    small = strict_config(config.model_copy(update={"gas": gas}))
    engine = LocalEngine(small, lambda: 1_800_000_000)
    box = deploy(engine, deployment(BOX), wallet)
    head = engine.chain.head
    junk = [stranger(n).sign(box, data=bytes(32), gas=500_000) for n in range(1, 12)]
    good = stranger(99).sign(box, data=_HONEST, gas=100_000)
    proposed = tuple(accept_transaction(raw, CHAIN_ID) for raw in (*junk, good))
    execution = engine.machine.finalize(
        Proposal(head.number + 1, head.header.timestamp + 1, proposed)
    )
    assert execution.block.transactions == ()
    assert "refused as much" in execution.refused[-1][1].fact


def test_what_is_tried_is_judged_after_what_waits(
    config: Config, wallet: Wallet
) -> None:
    engine = strict_engine(config)
    box = deploy(engine, deployment(BOX), wallet)
    assert _send(engine, stranger(1).sign(box, data=_OWN))
    assert not _send(engine, stranger(2).sign(box, data=_OWN))
    engine.mine()
    assert not _send(engine, stranger(2).sign(box, data=_OWN, nonce=0))


def test_what_waits_no_more_says_why(config: Config, wallet: Wallet) -> None:
    """It was right when it came; the block that ran it found its word taken."""
    engine = strict_engine(config)
    box = deploy(engine, deployment(BOX), wallet)
    client = Client(Dispatcher(engine))
    digest = engine.send_raw(stranger(1).sign(box, data=_OWN))
    assert client.ask("txpool_status") == {"pending": "0x1", "queued": "0x0"}
    engine.send_raw(wallet.sign(box, data=_OWN))
    waiting = client.ask("txpool_content")["pending"]
    assert list(waiting["0x" + stranger(1).address.hex()]) == ["0"]
    assert len(engine.mine().transactions) == 1  # who is named began this block
    with pytest.raises(RpcFailureError, match="waits no more: it would leave no log"):
        client.ask("eth_getTransactionReceipt", "0x" + digest.hex())
    assert len(engine.pending) == 0


def test_who_is_named_does_not_keep_strangers_out(
    config: Config, wallet: Wallet
) -> None:
    engine = strict_engine(config)
    box = deploy(engine, deployment(BOX), wallet)
    burn = assemble("INVALID")
    for _ in range(20):
        engine.send_raw(wallet.sign(data=burn, gas=_MOST))
    honest = engine.send_raw(stranger().sign(box, data=_HONEST, gas=_MOST))
    mined = [tx.hash for _ in range(2) for tx in engine.mine().transactions]
    assert honest in mined
