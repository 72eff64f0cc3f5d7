"""What waits is told at the cost of one look at each sender."""

from __future__ import annotations

import pytest
from eth_typing import Address

from node.engine.local import LocalEngine
from tests.node.wallet import Client, Wallet

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
