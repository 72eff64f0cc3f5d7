"""Turn raw bytes into an accepted transaction, or say what is wrong with them.

Sources: EIP-155 (chain id), EIP-2 (low s), EIP-2718, EIP-2930, EIP-1559. Blob
(EIP-4844) and set-code (EIP-7702) transactions are refused: nothing here needs them.
"""

from __future__ import annotations

from typing import Any

from coincurve import PublicKey
from eth_typing import Address, Hash32

from node import rlp
from node.block import Transaction
from node.errors import (
    BadSignatureError,
    FeeError,
    MalformedTransactionError,
    OversizedError,
    RlpError,
    WrongChainError,
)
from node.hashing import keccak
from node.rlp import encode_integer

MAX_TRANSACTION_SIZE = 262_144  # bytes: calldata of a whole transaction_limit fits
_CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_UINT64 = 64
_UINT256 = 256
_FIELDS = {0: 9, 1: 11, 2: 12}
_SIGNATURE_FIELDS = 3


def accept_transaction(raw: bytes, chain_id: int) -> Transaction:
    """Decode a signed transaction and recover its sender.

    Raises: OversizedError, MalformedTransactionError, WrongChainError,
    BadSignatureError, FeeError.
    """
    if len(raw) > MAX_TRANSACTION_SIZE:
        raise OversizedError("encoding", limit=MAX_TRANSACTION_SIZE, found=len(raw))
    kind, fields = _split(raw)
    found, body = _read_fields(kind, fields)
    if found != chain_id:
        raise WrongChainError(expected=chain_id, found=found)
    if body["priority_fee"] > body["max_fee"]:
        raise FeeError("priority fee is above the maximum fee")
    parity = body["v"] if kind else (body["v"] - 35) % 2
    sender = _recover(
        _signing_hash(kind, fields, chain_id), parity=parity, r=body["r"], s=body["s"]
    )
    return Transaction(
        kind=kind,
        chain_id=chain_id,
        raw=raw,
        hash=keccak(raw),
        sender=sender,
        **body,
    )


def restore_transaction(raw: bytes, sender: Address) -> Transaction:
    """Decode a transaction that was accepted before; sender: whom it was found to be.

    Raises: MalformedTransactionError.
    """
    kind, fields = _split(raw)
    chain_id, body = _read_fields(kind, fields)
    if chain_id is None:  # such a one is never accepted
        raise MalformedTransactionError("signed for every chain")
    return Transaction(
        kind=kind,
        chain_id=chain_id,
        raw=raw,
        hash=keccak(raw),
        sender=sender,
        **body,
    )


def _split(raw: bytes) -> tuple[int, list[Any]]:
    if not raw:
        raise MalformedTransactionError("empty encoding")
    kind = 0 if raw[0] >= 0xC0 else raw[0]
    if kind not in _FIELDS or raw[0] == 0:
        raise MalformedTransactionError(f"type {raw[0]} is not supported")
    try:
        fields = rlp.decode(raw if kind == 0 else raw[1:])
    except RlpError as error:
        raise MalformedTransactionError("encoding is not canonical RLP") from error
    if not isinstance(fields, list) or len(fields) != _FIELDS[kind]:
        raise MalformedTransactionError(f"type {kind} has {_FIELDS[kind]} fields")
    return kind, fields


def _read_fields(kind: int, fields: list[Any]) -> tuple[int | None, dict[str, Any]]:
    if kind == 0:
        nonce, price, gas, to, value, payload, v, r, s = fields
        chain, fee, tip, accesses = None, price, price, []
    elif kind == 1:
        chain, nonce, price, gas, to, value, payload, accesses, v, r, s = fields
        fee, tip = price, price
    else:
        chain, nonce, tip, fee, gas, to, value, payload, accesses, v, r, s = fields
    body = {
        "nonce": _integer("nonce", nonce, _UINT64),
        "max_fee": _integer("maximum fee", fee, _UINT256),
        "priority_fee": _integer("priority fee", tip, _UINT256),
        "gas": _integer("gas limit", gas, _UINT64),
        "to": _recipient(to),
        "value": _integer("value", value, _UINT256),
        "payload": _string("payload", payload),
        "access_list": _access_list(accesses),
        "v": _integer("v", v, _UINT256),
        "r": _integer("r", r, _UINT256),
        "s": _integer("s", s, _UINT256),
    }
    if kind == 0:
        return _protected_chain(body["v"]), body
    return _integer("chain id", chain, _UINT256), body


def _protected_chain(v: Any) -> int | None:
    """Return the chain id inside an EIP-155 v; None signs for every chain."""
    if v in (27, 28):
        return None
    if v < 35:
        raise BadSignatureError(f"v is {v}")
    return int((v - 35) // 2)


def _string(name: str, item: Any) -> bytes:
    if not isinstance(item, bytes):
        raise MalformedTransactionError(f"{name} is a list")
    return item


def _integer(name: str, item: Any, bits: int) -> int:
    encoded = _string(name, item)
    if encoded[:1] == b"\0":
        raise MalformedTransactionError(f"{name} has a leading zero")
    if len(encoded) * 8 > bits:
        raise MalformedTransactionError(f"{name} exceeds {bits} bits")
    return int.from_bytes(encoded, "big")


def _recipient(item: Any) -> Address | None:
    encoded = _string("recipient", item)
    if len(encoded) not in (0, 20):
        raise MalformedTransactionError("recipient is not 20 bytes")
    return Address(encoded) if encoded else None


def _access_list(item: Any) -> tuple[tuple[Address, tuple[int, ...]], ...]:
    if not isinstance(item, list):
        raise MalformedTransactionError("access list is not a list")
    return tuple(_access(entry) for entry in item)


def _access(entry: Any) -> tuple[Address, tuple[int, ...]]:
    match entry:
        case [bytes() as address, list() as slots] if len(address) == 20:
            if all(isinstance(slot, bytes) and len(slot) == 32 for slot in slots):
                return Address(address), tuple(
                    int.from_bytes(slot, "big") for slot in slots
                )
    raise MalformedTransactionError("access list entry is malformed")


def _signing_hash(kind: int, fields: list[Any], chain_id: int) -> Hash32:
    unsigned = fields[:-_SIGNATURE_FIELDS]
    if kind == 0:
        return keccak(rlp.encode([*unsigned, encode_integer(chain_id), b"", b""]))
    return keccak(bytes([kind]) + rlp.encode(unsigned))


def _recover(digest: Hash32, *, parity: int, r: int, s: int) -> Address:
    if parity not in (0, 1):
        raise BadSignatureError(f"parity is {parity}")
    if not (0 < r < _CURVE_ORDER and 0 < s <= _CURVE_ORDER // 2):
        raise BadSignatureError("r or s is out of range")
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes([parity])
    try:
        key = PublicKey.from_signature_and_message(signature, digest, hasher=None)
    except Exception as error:  # coincurve raises bare Exception
        raise BadSignatureError("no key recovers from the signature") from error
    return Address(keccak(key.format(compressed=False)[1:])[-20:])
