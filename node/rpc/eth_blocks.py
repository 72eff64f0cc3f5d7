"""The eth_ methods that read blocks; what does not exist is null."""

from __future__ import annotations

from typing import Any

from node.block import Block
from node.rpc.backend import Backend
from node.rpc.blocks import find_block
from node.rpc.encode import block_json, receipt_json
from node.rpc.parameters import BlockReference, HashBytes


def _by_hash(backend: Backend, digest: HashBytes) -> Block | None:
    return find_block(backend.chain, BlockReference.parse("0x" + digest.hex()))


def get_block_by_number(
    backend: Backend, reference: BlockReference, full: bool = False
) -> dict[str, Any] | None:
    """Return a block by number or tag."""
    block = find_block(backend.chain, reference)
    return None if block is None else block_json(block, full=full)


def get_block_by_hash(
    backend: Backend, digest: HashBytes, full: bool = False
) -> dict[str, Any] | None:
    """Return a block by hash."""
    block = _by_hash(backend, digest)
    return None if block is None else block_json(block, full=full)


def get_count_by_number(backend: Backend, reference: BlockReference) -> str | None:
    """Return the number of transactions in a block."""
    block = find_block(backend.chain, reference)
    return None if block is None else hex(len(block.transactions))


def get_count_by_hash(backend: Backend, digest: HashBytes) -> str | None:
    """Return the number of transactions in a block."""
    block = _by_hash(backend, digest)
    return None if block is None else hex(len(block.transactions))


def get_uncle_count_by_number(
    backend: Backend, reference: BlockReference
) -> str | None:
    """Return zero: there are no re-orgs, so no uncles."""
    return None if find_block(backend.chain, reference) is None else "0x0"


def get_uncle_count_by_hash(backend: Backend, digest: HashBytes) -> str | None:
    """Return zero: there are no re-orgs, so no uncles."""
    return None if _by_hash(backend, digest) is None else "0x0"


def get_block_receipts(
    backend: Backend, reference: BlockReference
) -> list[dict[str, Any]] | None:
    """Return the receipts of all transactions in a block."""
    block = find_block(backend.chain, reference)
    if block is None:
        return None
    return [receipt_json(block, index) for index in range(len(block.transactions))]
