"""The eth_ methods that read accounts, now or as any block left them."""

from __future__ import annotations

from typing import Any

from eth_typing import Address

from node.rpc.backend import Backend, Reading
from node.rpc.blocks import read_block
from node.rpc.encode import hexed, proof_json
from node.rpc.errors import INVALID_PARAMS, RpcError
from node.rpc.parameters import AddressBytes, BlockReference, Slot

_LATEST = BlockReference("latest")
_MAX_PROVED_SLOTS = 1_024


def get_balance(
    backend: Backend, address: AddressBytes, reference: BlockReference = _LATEST
) -> str:
    """Return a balance in wei."""
    block = read_block(backend.chain, reference)
    return hex(backend.chain.account(Address(bytes(address)), block).balance)


def get_transaction_count(
    backend: Backend, address: AddressBytes, reference: BlockReference = _LATEST
) -> str:
    """Return an account's nonce; `pending` counts what waits as well."""
    account = Address(bytes(address))
    if reference.value == "pending":
        return hex(backend.engine.next_nonce(account))
    block = read_block(backend.chain, reference)
    return hex(backend.chain.account(account, block).nonce)


def get_code(
    backend: Backend, address: AddressBytes, reference: BlockReference = _LATEST
) -> str:
    """Return an account's runtime code."""
    block = read_block(backend.chain, reference)
    return hexed(backend.chain.code(Address(bytes(address)), block))


def get_storage_at(
    backend: Backend,
    address: AddressBytes,
    slot: Slot,
    reference: BlockReference = _LATEST,
) -> str:
    """Return a storage slot as 32 bytes."""
    block = read_block(backend.chain, reference)
    value = backend.chain.storage(Address(bytes(address)), int(slot), block=block)
    return hexed(value.to_bytes(32, "big"))


def get_proof(
    backend: Reading,
    address: AddressBytes,
    slots: list[Slot],
    reference: BlockReference = _LATEST,
) -> dict[str, Any]:
    """Return Merkle proofs of an account and its slots, EIP-1186."""
    if len(slots) > _MAX_PROVED_SLOTS:
        raise RpcError(INVALID_PARAMS, "invalid params: too many slots")
    block = read_block(backend.chain, reference)
    account = Address(bytes(address))
    proof = backend.chain.proof(account, [int(s) for s in slots], block=block)
    return proof_json(account, proof)
