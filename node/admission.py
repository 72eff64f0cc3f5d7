"""Decide whether a transaction may wait, and whether it may run.

Pure: limits and the sender's account come in as values. Sources: EIP-2028 and
EIP-2930 (intrinsic gas), EIP-3860 (initcode), EIP-7623 (floor), EIP-3607 (senders
with code), EIP-2681 (highest nonce).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from eth_typing import Address

from node.block import EMPTY_CODE_HASH, Transaction
from node.bounds import MAX_NONCE
from node.errors import (
    BadSignatureError,
    GasLimitError,
    InsufficientFundsError,
    NonceError,
    OversizedError,
)

MAX_INITCODE_SIZE = 49_152  # bytes
_TRANSACTION_GAS = 21_000
_CREATION_GAS = 32_000
_INITCODE_WORD_GAS = 2
_TOKEN_GAS = 4
_FLOOR_TOKEN_GAS = 10
_TOKENS_PER_NONZERO_BYTE = 4
_ACCESS_ADDRESS_GAS = 2_400
_ACCESS_SLOT_GAS = 1_900

AccessList = tuple[tuple[Address, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class Account:
    """Hold what a transaction's sender is judged by; balance in wei."""

    nonce: int
    balance: int
    code_hash: bytes = EMPTY_CODE_HASH


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold a transaction that may wait, and its sender's next nonce on the chain.

    is_stranger: whether nobody named the sender.
    """

    transaction: Transaction
    account_nonce: int
    is_stranger: bool


@lru_cache(8)  # payloads that are asked for six times each, and may be long
def _tokens(payload: bytes) -> int:
    zeros = payload.count(0)
    return zeros + (len(payload) - zeros) * _TOKENS_PER_NONZERO_BYTE


def intrinsic_gas(payload: bytes, *, creates: bool, access_list: AccessList) -> int:
    """Return the gas that a transaction costs before its first opcode."""
    slots = sum(len(keys) for _, keys in access_list)
    gas = _TRANSACTION_GAS + _TOKEN_GAS * _tokens(payload)
    gas += _ACCESS_ADDRESS_GAS * len(access_list) + _ACCESS_SLOT_GAS * slots
    if creates:
        gas += _CREATION_GAS + _INITCODE_WORD_GAS * ((len(payload) + 31) // 32)
    return gas


def floor_gas(payload: bytes) -> int:
    """Return the least gas that a transaction with this payload uses, EIP-7623."""
    return _TRANSACTION_GAS + _FLOOR_TOKEN_GAS * _tokens(payload)


def check_initcode(payload: bytes, *, creates: bool) -> None:
    """Refuse longer initcode than EIP-3860 allows; raises OversizedError."""
    if creates and len(payload) > MAX_INITCODE_SIZE:
        raise OversizedError("initcode", limit=MAX_INITCODE_SIZE, found=len(payload))


def check_limits(tx: Transaction, *, gas_limit: int) -> None:
    """Refuse what could never run, whatever the state.

    gas_limit: most gas that one transaction may ask for.
    Raises: OversizedError, GasLimitError, NonceError.
    """
    creates = tx.to is None
    check_initcode(tx.payload, creates=creates)
    if tx.gas > gas_limit:
        raise GasLimitError(f"exceeds gas limit: asks {tx.gas}, limit {gas_limit}")
    needed = max(
        intrinsic_gas(tx.payload, creates=creates, access_list=tx.access_list),
        floor_gas(tx.payload),
    )
    if tx.gas < needed:
        raise GasLimitError(f"intrinsic gas too low: has {tx.gas}, needs {needed}")
    if tx.nonce > MAX_NONCE:
        raise NonceError(
            "too high", expected=MAX_NONCE, found=tx.nonce, word="it is at most"
        )


def check_account(tx: Transaction, sender: Account) -> None:
    """Refuse a transaction whose sender could not pay for it or has used its nonce.

    A nonce that is ahead passes: whether it may wait is the pool's decision.
    Raises: NonceError, InsufficientFundsError, BadSignatureError.
    """
    if sender.code_hash != EMPTY_CODE_HASH:
        raise BadSignatureError("sender is a contract")
    if tx.nonce < sender.nonce:
        raise NonceError("too low", expected=sender.nonce, found=tx.nonce)
    needed = tx.gas * tx.max_fee + tx.value
    if sender.balance < needed:
        raise InsufficientFundsError(needed=needed, found=sender.balance)
