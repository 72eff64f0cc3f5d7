from __future__ import annotations

import pytest

from node.block import Transaction
from node.errors import AlreadyKnownError, NonceError, PoolFullError
from node.pending import Pending
from node.transaction import accept_transaction
from tests.node.wallet import CHAIN_ID, Wallet


def _sign(wallet: Wallet, nonce: int, gas: int = 21_000) -> Transaction:
    raw = wallet.sign(b"\x22" * 20, nonce=nonce, gas=gas)
    return accept_transaction(raw, CHAIN_ID)


def test_the_same_transaction_is_refused_twice(wallet: Wallet) -> None:
    pending, tx = Pending(), _sign(wallet, 0)
    pending.add(tx, 0)
    with pytest.raises(AlreadyKnownError):
        pending.add(tx, 0)


def test_another_transaction_with_a_waiting_nonce_is_refused(wallet: Wallet) -> None:
    pending = Pending()
    pending.add(_sign(wallet, 0), 0)
    with pytest.raises(AlreadyKnownError):
        pending.add(_sign(wallet, 0, gas=30_000), 0)


def test_a_nonce_far_ahead_is_refused(wallet: Wallet) -> None:
    pending = Pending()
    pending.add(_sign(wallet, 255), 0)
    with pytest.raises(NonceError):
        pending.add(_sign(wallet, 256), 0)


def test_a_full_pool_refuses(wallet: Wallet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.pending._CAPACITY", 2)
    pending = Pending()
    for nonce in (0, 1):
        pending.add(_sign(wallet, nonce), 0)
    with pytest.raises(PoolFullError):
        pending.add(_sign(wallet, 2), 0)


def test_a_removed_transaction_frees_its_nonce(wallet: Wallet) -> None:
    pending, tx = Pending(), _sign(wallet, 0)
    pending.add(tx, 0)
    pending.remove(tx)
    assert (len(pending), pending.get(tx.hash)) == (0, None)
    pending.add(tx, 0)


def test_the_next_nonce_counts_what_waits_without_gaps(wallet: Wallet) -> None:
    pending = Pending()
    for nonce in (3, 4, 6):
        pending.add(_sign(wallet, nonce), 3)
    assert pending.next_nonce(wallet.address, 3) == 5
