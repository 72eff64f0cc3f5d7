"""What waits is told at the cost of one look at each sender."""

from __future__ import annotations

import pytest
from eth_typing import Address

from node.config import Config
from node.engine.local import LocalEngine
from node.rpc.dispatch import Dispatcher
from node.rpc.errors import LIMIT_EXCEEDED
from tests.node.conftest import Clock
from tests.node.wallet import Client, RpcFailureError, Wallet

_RECIPIENT = b"\x22" * 20


def test_a_senders_account_is_read_once(
    engine: LocalEngine,
    client: Client,
    wallet: Wallet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine.set_automine(False)
    for _ in range(5):
        engine.send_raw(wallet.sign(_RECIPIENT))
    asked: list[Address] = []
    answer = engine.next_nonce

    def told(sender: Address) -> int:
        asked.append(sender)
        return answer(sender)

    monkeypatch.setattr(engine, "next_nonce", told)
    assert client.ask("txpool_status") == {"pending": "0x5", "queued": "0x0"}
    assert asked == [wallet.address]


def test_more_that_waits_than_an_answer_holds_is_refused(
    config: Config, clock: Clock, wallet: Wallet
) -> None:
    rpc = config.rpc.model_copy(update={"max_answer": 10_000})
    engine = LocalEngine(config.model_copy(update={"rpc": rpc}), clock)
    engine.set_automine(False)
    client = Client(Dispatcher(engine))
    engine.send_raw(wallet.sign(_RECIPIENT, data=bytes(2_000)))
    assert client.ask("txpool_content")["pending"]
    engine.send_raw(wallet.sign(_RECIPIENT, data=bytes(2_000)))
    with pytest.raises(RpcFailureError, match="takes more than 10000 bytes") as refused:
        client.ask("txpool_content")
    assert refused.value.code == LIMIT_EXCEEDED
    assert client.ask("txpool_status")["pending"] == "0x2"
