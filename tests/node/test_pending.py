from __future__ import annotations

from typing import Any

import pytest

from node.admission import Checked
from node.block import Transaction
from node.config import Config
from node.errors import AlreadyKnownError, NonceError, PoolFullError, QuotaError
from node.pending import Pending
from node.transaction import accept_transaction
from tests.node.wallet import CHAIN_ID, KEYS, Wallet


def _sign(wallet: Wallet, nonce: int, gas: int = 21_000, to: int = 0x22) -> Transaction:
    raw = wallet.sign(bytes([to]) * 20, nonce=nonce, gas=gas)
    return accept_transaction(raw, CHAIN_ID)


def _wait(
    pending: Pending, tx: Transaction, next_nonce: int = 0, *, stranger: bool = False
) -> Transaction | None:
    checked = Checked(tx, next_nonce, stranger)
    pending.check(checked)
    return pending.add(checked, tx.gas)


def _limited(config: Config, **limits: Any) -> Pending:
    return Pending(config.admission.model_copy(update=limits))


@pytest.fixture
def pending(config: Config) -> Pending:
    return _limited(config)


def test_the_same_transaction_is_refused_twice(
    pending: Pending, wallet: Wallet
) -> None:
    tx = _sign(wallet, 0)
    _wait(pending, tx)
    with pytest.raises(AlreadyKnownError):
        _wait(pending, tx)


def test_a_later_transaction_of_the_same_nonce_takes_the_place(
    pending: Pending, wallet: Wallet
) -> None:
    first, second = _sign(wallet, 0), _sign(wallet, 0, gas=30_000)
    _wait(pending, first)
    assert _wait(pending, second) == first
    assert list(pending) == [second]
    assert pending.why_dropped(first.hash) == f"replaced by 0x{second.hash.hex()}"


def test_a_nonce_is_replaced_eight_times_at_most(
    pending: Pending, wallet: Wallet
) -> None:
    for gas in range(21_000, 21_009):
        _wait(pending, _sign(wallet, 0, gas=gas))
    with pytest.raises(AlreadyKnownError, match="replaced 8 times"):
        _wait(pending, _sign(wallet, 0, gas=21_009))
    assert [tx.gas for tx in pending] == [21_008]


def test_what_waits_is_read_while_it_changes(
    pending: Pending, wallet: Wallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, later = _sign(wallet, 0), _sign(wallet, 1)

    class Meanwhile:
        @property
        def transaction(self) -> Transaction:
            if pending.get(later.hash) is None:
                _wait(pending, later)  # as the writer does while others read
            return first

    entries: dict[Any, Any] = pending._entries
    monkeypatch.setitem(entries, first.hash, Meanwhile())
    assert list(pending) == [first]
    assert list(pending) == [first, later]


def test_a_full_pool_lets_a_transaction_be_replaced(
    config: Config, wallet: Wallet
) -> None:
    pending = _limited(config, waiting=1)
    _wait(pending, _sign(wallet, 0))
    _wait(pending, _sign(wallet, 0, gas=30_000))
    assert [tx.gas for tx in pending] == [30_000]


def test_a_nonce_far_ahead_is_refused(pending: Pending, wallet: Wallet) -> None:
    _wait(pending, _sign(wallet, 255))
    with pytest.raises(NonceError):
        _wait(pending, _sign(wallet, 256))


def test_a_full_pool_refuses(config: Config, wallet: Wallet) -> None:
    pending = _limited(config, waiting=2)
    for nonce in (0, 1):
        _wait(pending, _sign(wallet, nonce))
    with pytest.raises(PoolFullError):
        _wait(pending, _sign(wallet, 2))


@pytest.mark.parametrize(
    ("limits", "quota", "stranger"),
    [
        ({"sender_quota": 1}, "sender_quota", False),
        ({"waiting_size": 200}, "waiting_size", False),
        ({"waiting_size": 250}, "waiting_size", True),
        ({"waiting_gas": 21_000}, "waiting_gas", True),
        ({"contract_quota": 1}, "contract_quota", True),
        ({"waiting": 2}, "waiting", True),
    ],
)
def test_a_quota_that_is_used_up_is_named(
    config: Config, wallet: Wallet, limits: dict[str, int], quota: str, stranger: bool
) -> None:
    pending = _limited(config, **limits)
    _wait(pending, _sign(wallet, 0), stranger=stranger)
    with pytest.raises(QuotaError, match=rf"admission\.{quota}: ") as refusal:
        _wait(pending, _sign(wallet, 1), stranger=stranger)
    assert (refusal.value.quota, len(pending)) == (quota, 1)
    pending.remove(next(iter(pending)))
    _wait(pending, _sign(wallet, 1), stranger=stranger)


def test_strangers_leave_room_for_who_is_named(config: Config, wallet: Wallet) -> None:
    pending = _limited(config, waiting=4, contract_quota=2)
    second = Wallet(KEYS[1])
    for nonce in (0, 1):
        _wait(pending, _sign(wallet, nonce), stranger=True)
    _wait(pending, _sign(wallet, 2, to=0x33), stranger=True)
    with pytest.raises(QuotaError):
        _wait(pending, _sign(wallet, 3, to=0x44), stranger=True)
    _wait(pending, _sign(second, 0))


def test_a_removed_transaction_frees_its_nonce(
    pending: Pending, wallet: Wallet
) -> None:
    tx = _sign(wallet, 0)
    _wait(pending, tx)
    pending.remove(tx)
    assert (len(pending), pending.get(tx.hash)) == (0, None)
    _wait(pending, tx)


def test_a_dropped_transaction_that_comes_again_waits(
    pending: Pending, wallet: Wallet
) -> None:
    tx = _sign(wallet, 0)
    _wait(pending, tx)
    pending.drop(tx, "x" * 9_999)
    assert pending.why_dropped(tx.hash) == "x" * 500
    _wait(pending, tx)
    assert pending.why_dropped(tx.hash) is None


def test_the_next_nonce_counts_what_waits_without_gaps(
    pending: Pending, wallet: Wallet
) -> None:
    for nonce in (3, 4, 6):
        _wait(pending, _sign(wallet, nonce), 3)
    assert pending.next_nonce(wallet.address, 3) == 5
