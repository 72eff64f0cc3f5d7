"""Blocks of the chain: what their hash is of, and what is inside them.

Source: Yellow Paper §4; EIP-7685 for the last field of Prague's header.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from finality.errors import ProofRefusedError
from finality.rlp import Item, decode, decode_list, encode, encode_number, text_of
from finality.trie import keccak, look_up

_FIELDS = 21
_STATE, _TRANSACTIONS, _RECEIPTS, _NUMBER, _TIME, _EXTRA = 3, 4, 5, 8, 11, 12


@dataclass(frozen=True, slots=True)
class ChainBlock:
    """Hold what a block's header says; engine_height: of the block it was agreed in."""

    hash: bytes
    number: int
    timestamp: int
    engine_height: int
    state_root: bytes
    transactions_root: bytes
    receipts_root: bytes


def read_header(encoded: bytes) -> ChainBlock:
    """Read a header of Prague. Raises: ProofRefusedError."""
    fields = decode_list(encoded)
    if len(fields) != _FIELDS:
        raise ProofRefusedError("block", f"a header has {_FIELDS} fields")
    texts = [text_of(field) for field in fields]
    return ChainBlock(
        hash=keccak(encoded),
        number=int.from_bytes(texts[_NUMBER], "big"),
        timestamp=int.from_bytes(texts[_TIME], "big"),
        engine_height=int.from_bytes(texts[_EXTRA], "big"),
        state_root=texts[_STATE],
        transactions_root=texts[_TRANSACTIONS],
        receipts_root=texts[_RECEIPTS],
    )


@dataclass(frozen=True, slots=True)
class Log:
    """Hold an event: contract, up to four topics of 32 bytes, data."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """Hold what a transaction did."""

    succeeded: bool
    logs: tuple[Log, ...]


def require_transaction(
    block: ChainBlock, index: int, *, raw: bytes, proof: Sequence[bytes]
) -> bytes:
    """Return the hash of a transaction that stands at an index of a block.

    Raises: ProofRefusedError.
    """
    key = encode(encode_number(index))
    if look_up(block.transactions_root, key, proof) != raw:
        raise ProofRefusedError("transaction", "is not in the block")
    return keccak(raw)


def require_receipt(
    block: ChainBlock, index: int, *, encoded: bytes, proof: Sequence[bytes]
) -> Receipt:
    """Return what the transaction at an index of a block did.

    Raises: ProofRefusedError.
    """
    key = encode(encode_number(index))
    if look_up(block.receipts_root, key, proof) != encoded or not encoded:
        raise ProofRefusedError("receipt", "is not in the block")
    body = encoded if encoded[0] >= 0xC0 else encoded[1:]
    fields = decode_list(body)
    if len(fields) != 4 or not isinstance(fields[3], list):
        raise ProofRefusedError("receipt", "is none")
    return Receipt(fields[0] == b"\x01", tuple(map(_read_log, fields[3])))


def require_storage(
    block: ChainBlock,
    address: bytes,
    slot: int,
    *,
    account_proof: Sequence[bytes],
    storage_proof: Sequence[bytes],
) -> int:
    """Return what stands in a slot of a contract after a block.

    Raises: ProofRefusedError.
    """
    account = require_account(block, address, account_proof)
    return require_slot(account, slot, storage_proof)


@dataclass(frozen=True, slots=True)
class Account:
    """Hold what the state says of a contract; code_hash: Keccak-256 of its code."""

    storage_root: bytes
    code_hash: bytes


def require_account(
    block: ChainBlock, address: bytes, proof: Sequence[bytes]
) -> Account:
    """Return an account as it stands after a block. Raises: ProofRefusedError."""
    found = look_up(block.state_root, keccak(address), proof)
    if found is None:
        raise ProofRefusedError("account", "is not in the state")
    fields = decode_list(found)
    if len(fields) != 4:
        raise ProofRefusedError("account", "is none")
    return Account(text_of(fields[2]), text_of(fields[3]))


def require_slot(account: Account, slot: int, proof: Sequence[bytes]) -> int:
    """Return what stands in a slot of an account. Raises: ProofRefusedError."""
    key = keccak(slot.to_bytes(32, "big"))
    value = look_up(account.storage_root, key, proof)
    return 0 if value is None else int.from_bytes(text_of(decode(value)), "big")


def _read_log(item: Item) -> Log:
    if not isinstance(item, list) or len(item) != 3 or not isinstance(item[1], list):
        raise ProofRefusedError("receipt", "a log is none")
    return Log(text_of(item[0]), tuple(map(text_of, item[1])), text_of(item[2]))
