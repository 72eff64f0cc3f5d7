"""The eth_ methods about the chain as a whole: identity, fees, progress."""

from __future__ import annotations

from typing import Any

from node.block import BASE_FEE
from node.rpc.backend import Backend
from node.rpc.blocks import read_block
from node.rpc.errors import INVALID_PARAMS, RpcError
from node.rpc.parameters import BlockReference, Count

_MAX_FEE_BLOCKS = 1_024
_MAX_PERCENTILES = 100


def chain_id(backend: Backend) -> str:
    """Return the EIP-155 chain id."""
    return hex(backend.chain.config.chain.id)


def block_number(backend: Backend) -> str:
    """Return the height."""
    return hex(backend.chain.head.number)


def syncing(_backend: Backend) -> bool:
    """Return false: there is nothing to catch up with."""
    return False


def accounts(_backend: Backend) -> list[str]:
    """Return none: the node holds no keys."""
    return []


def free(_backend: Backend) -> str:
    """Return zero wei: gas price, priority fee and base fees are nothing here."""
    return hex(BASE_FEE)


def blob_base_fee(_backend: Backend) -> str:
    """Return EIP-4844's least price; blob transactions are refused anyway."""
    return "0x1"


def fee_history(
    backend: Backend,
    count: Count,
    newest: BlockReference,
    percentiles: list[float] | None = None,
) -> dict[str, Any]:
    """Return the base fees, all zero, and how full the blocks were."""
    wanted = percentiles or []
    if len(wanted) > _MAX_PERCENTILES or [0, *wanted, 100] != sorted([0, *wanted, 100]):
        fact = (
            f"expected at most {_MAX_PERCENTILES} percentiles, from 0 to 100, ascending"
        )
        raise RpcError(INVALID_PARAMS, f"invalid params: {fact}")
    last = read_block(backend.chain, newest).number
    first = max(last + 1 - min(int(count), _MAX_FEE_BLOCKS), 0)
    headers = [backend.chain.header(n) for n in range(first, last + 1)]
    history: dict[str, Any] = {
        "oldestBlock": hex(first),
        "baseFeePerGas": [hex(BASE_FEE)] * (len(headers) + 1),
        "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
        "baseFeePerBlobGas": ["0x1"] * (len(headers) + 1),
        "blobGasUsedRatio": [0] * len(headers),
    }
    if wanted:
        history["reward"] = [[hex(BASE_FEE)] * len(wanted)] * len(headers)
    return history
