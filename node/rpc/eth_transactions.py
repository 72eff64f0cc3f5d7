"""The eth_ methods that take transactions and say what became of them."""

from __future__ import annotations

from typing import Any

from eth_typing import Hash32

from node.block import Block
from node.rpc.backend import Backend
from node.rpc.blocks import find_block
from node.rpc.encode import hexed, mined_json, receipt_json, transaction_json
from node.rpc.errors import SERVER_ERROR, RpcError
from node.rpc.parameters import BlockReference, Bytes, HashBytes, Quantity


def send_raw_transaction(backend: Backend, raw: Bytes) -> str:
    """Accept a signed transaction; one that reverts is mined with status 0."""
    return hexed(backend.engine.send_raw(bytes(raw)))


def get_transaction_by_hash(
    backend: Backend, digest: HashBytes
) -> dict[str, Any] | None:
    """Return a transaction, mined or waiting."""
    place = backend.chain.locate(Hash32(bytes(digest)))
    if place is not None:
        return mined_json(*place)
    waiting = backend.engine.pending.get(Hash32(bytes(digest)))
    return None if waiting is None else transaction_json(waiting)


def get_transaction_receipt(
    backend: Backend, digest: HashBytes
) -> dict[str, Any] | None:
    """Return the receipt of a mined transaction.

    Of one that waited here and will not be mined, say why: else its sender would go on
    waiting for it.
    """
    place = backend.chain.locate(Hash32(bytes(digest)))
    if place is not None:
        return receipt_json(*place)
    why = backend.engine.pending.why_dropped(Hash32(bytes(digest)))
    if why is not None:
        raise RpcError(SERVER_ERROR, f"transaction: it waits no more: {why}")
    return None


def get_transaction_in_numbered(
    backend: Backend, reference: BlockReference, index: Quantity
) -> dict[str, Any] | None:
    """Return a transaction by block number or tag and index."""
    return _transaction_at(find_block(backend.chain, reference), int(index))


def get_transaction_in_hashed(
    backend: Backend, digest: HashBytes, index: Quantity
) -> dict[str, Any] | None:
    """Return a transaction by block hash and index."""
    reference = BlockReference(Hash32(bytes(digest)))
    return _transaction_at(find_block(backend.chain, reference), int(index))


def _transaction_at(block: Block | None, index: int) -> dict[str, Any] | None:
    if block is None or index >= len(block.transactions):
        return None
    return mined_json(block, index)
