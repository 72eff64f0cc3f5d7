from __future__ import annotations

import pytest

from node.admission import (
    MAX_INITCODE_SIZE,
    Account,
    check_account,
    check_limits,
    floor_gas,
    intrinsic_gas,
)
from node.errors import (
    BadSignatureError,
    GasLimitError,
    InsufficientFundsError,
    NonceError,
    OversizedError,
)
from node.transaction import accept_transaction
from tests.node.wallet import CHAIN_ID, Wallet

_RECIPIENT = b"\x22" * 20
_RICH = 10**24


@pytest.mark.parametrize(
    ("payload", "creates", "slots", "gas"),
    [
        (b"", False, None, 21_000),
        (b"\x00\x01", False, None, 21_020),
        (b"", True, None, 53_000),
        (b"\x01" * 33, True, None, 53_000 + 33 * 16 + 4),
        (b"", False, (), 23_400),
        (b"", False, (1, 2), 27_200),
    ],
)
def test_intrinsic_gas_follows_the_schedule(
    payload: bytes, creates: bool, slots: tuple[int, ...] | None, gas: int
) -> None:
    accesses = () if slots is None else ((Wallet().address, slots),)
    assert intrinsic_gas(payload, creates=creates, access_list=accesses) == gas


def test_the_floor_charges_ten_gas_a_token() -> None:
    assert floor_gas(b"\x00\x01") == 21_000 + 10 + 40


@pytest.mark.parametrize("gas", [20_999, 21_000 + 40 - 1])
def test_a_limit_below_the_floor_is_refused(gas: int, wallet: Wallet) -> None:
    """21,016 would pay for the byte, but EIP-7623 asks 21,040 at least."""
    tx = accept_transaction(wallet.sign(_RECIPIENT, gas=gas, data=b"\x01"), CHAIN_ID)
    with pytest.raises(GasLimitError):
        check_limits(tx, gas_limit=30_000_000)


def test_the_floor_itself_is_enough(wallet: Wallet) -> None:
    raw = wallet.sign(_RECIPIENT, gas=21_040, data=b"\x01")
    check_limits(accept_transaction(raw, CHAIN_ID), gas_limit=30_000_000)


def test_a_creation_below_its_intrinsic_gas_is_refused(wallet: Wallet) -> None:
    tx = accept_transaction(wallet.sign(gas=52_999), CHAIN_ID)
    with pytest.raises(GasLimitError):
        check_limits(tx, gas_limit=30_000_000)


def test_a_limit_above_the_chains_is_refused(wallet: Wallet) -> None:
    tx = accept_transaction(wallet.sign(_RECIPIENT, gas=100_001), CHAIN_ID)
    with pytest.raises(GasLimitError):
        check_limits(tx, gas_limit=100_000)


def test_large_initcode_is_refused(wallet: Wallet) -> None:
    raw = wallet.sign(data=bytes(MAX_INITCODE_SIZE + 1), gas=10_000_000)
    with pytest.raises(OversizedError):
        check_limits(accept_transaction(raw, CHAIN_ID), gas_limit=30_000_000)


def test_what_is_no_initcode_may_be_as_large(wallet: Wallet) -> None:
    raw = wallet.sign(_RECIPIENT, data=bytes(MAX_INITCODE_SIZE + 1), gas=10_000_000)
    check_limits(accept_transaction(raw, CHAIN_ID), gas_limit=30_000_000)


def test_the_highest_nonce_is_refused(wallet: Wallet) -> None:
    tx = accept_transaction(wallet.sign(_RECIPIENT, nonce=2**64 - 1), CHAIN_ID)
    with pytest.raises(NonceError, match=f"at most {2**64 - 2}"):
        check_limits(tx, gas_limit=30_000_000)
    highest = accept_transaction(wallet.sign(_RECIPIENT, nonce=2**64 - 2), CHAIN_ID)
    check_limits(highest, gas_limit=30_000_000)


def test_a_used_nonce_is_refused(wallet: Wallet) -> None:
    tx = accept_transaction(wallet.sign(_RECIPIENT, nonce=4), CHAIN_ID)
    with pytest.raises(NonceError) as refusal:
        check_account(tx, Account(nonce=5, balance=_RICH))
    assert (refusal.value.expected, refusal.value.found) == (5, 4)


def test_a_nonce_ahead_passes(wallet: Wallet) -> None:
    tx = accept_transaction(wallet.sign(_RECIPIENT, nonce=6), CHAIN_ID)
    check_account(tx, Account(nonce=5, balance=0))


@pytest.mark.parametrize("balance", [0, 1_000_006])
def test_a_sender_who_cannot_pay_is_refused(balance: int, wallet: Wallet) -> None:
    raw = wallet.sign(_RECIPIENT, value=7, maxFeePerGas=1)
    with pytest.raises(InsufficientFundsError) as refusal:
        check_account(accept_transaction(raw, CHAIN_ID), Account(0, balance))
    assert refusal.value.needed == 1_000_007


def test_a_sender_with_code_is_refused(wallet: Wallet) -> None:
    """A key that collides with a contract must not move its funds (EIP-3607)."""
    tx = accept_transaction(wallet.sign(_RECIPIENT), CHAIN_ID)
    with pytest.raises(BadSignatureError):
        check_account(tx, Account(0, _RICH, code_hash=b"\x01" * 32))
