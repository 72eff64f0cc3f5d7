"""Collect what proves to others that the network made a block final.

What is given is public: the network's genesis, the signed headers at which its set of
validators changed, one signed header that names the block, and the block's header.
Format: docs/finality.md.
"""

from __future__ import annotations

import asyncio
from base64 import b64decode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from node.block import Block
from node.engine.comet.engine_rpc import EngineRpc
from node.errors import EngineError, NotFinalError
from node.execution import list_proof

_FOR_BLOCK = 2  # a vote for the block, not for none


class Finality:
    """Prove blocks of one node's chain.

    changes: returns the heights whose headers name another set for the next one.
    """

    def __init__(
        self, rpc: EngineRpc, genesis: str, changes: Callable[[], Sequence[int]]
    ) -> None:
        self._rpc = rpc
        self._genesis = genesis
        self._changes = changes

    async def prove(self, block: Block, index: int | None = None) -> dict[str, Any]:
        """Return a proof of a block, and of one of its transactions.

        Raises: NotFinalError, EngineError.
        """
        height = int.from_bytes(block.header.extra_data, "big") + 1
        if block.number == 0:
            height = 1
        signed = await self._signed(height)
        if signed["header"]["app_hash"] != _hexed(block.hash):
            raise NotFinalError(block.number)
        changes = [each for each in self._changes() if each < height]
        # The tries of a block that is full take a tenth of a second each.
        receipt = (
            None if index is None else await asyncio.to_thread(_receipt, block, index)
        )
        return {
            "format": "veche-proof/1",
            "genesis": self._genesis,
            "changes": [await self._change(each) for each in changes],
            "signed": signed,
            "block": _hexed(block.header.encode()),
            "receipt": receipt,
            "storage": None,
        }

    async def _signed(self, height: int) -> dict[str, Any]:
        try:
            found = await self._rpc.commit(height)
        except EngineError as error:
            raise NotFinalError(height - 1) from error
        commit, header = found["commit"], found["header"]
        return {
            "header": _header(header),
            "round": int(commit["round"]),
            "block": _block_id(commit["block_id"]),
            "votes": [
                {
                    "address": _lower(vote["validator_address"]),
                    "time": _time(vote["timestamp"]),
                    "signature": _hexed(b64decode(vote["signature"])),
                }
                for vote in commit["signatures"]
                if vote["block_id_flag"] == _FOR_BLOCK
            ],
        }

    async def _change(self, height: int) -> dict[str, Any]:
        validators = await self._rpc.validators(height + 1)
        return {
            "signed": await self._signed(height),
            "validators": [
                {
                    "key": _hexed(b64decode(each["pub_key"]["value"])),
                    "power": int(each["voting_power"]),
                }
                for each in validators
            ],
        }


def _receipt(block: Block, index: int) -> dict[str, Any]:
    """Return a transaction and its receipt, with the ways to both in their tries."""
    raws = [tx.raw for tx in block.transactions]
    receipts = [receipt.encode() for receipt in block.receipts]
    return {
        "index": index,
        "transaction": _hexed(raws[index]),
        "transaction_proof": [_hexed(node) for node in list_proof(raws, index)],
        "receipt": _hexed(receipts[index]),
        "receipt_proof": [_hexed(node) for node in list_proof(receipts, index)],
    }


def _header(header: dict[str, Any]) -> dict[str, Any]:
    hashes = (
        "last_commit_hash",
        "data_hash",
        "validators_hash",
        "next_validators_hash",
        "consensus_hash",
        "app_hash",
        "last_results_hash",
        "evidence_hash",
    )
    return {
        "block_version": int(header["version"]["block"]),
        "app_version": int(header["version"].get("app", 0)),
        "chain": header["chain_id"],
        "height": int(header["height"]),
        "time": _time(header["time"]),
        "last_block": _block_id(header["last_block_id"]),
        **{name: _lower(header[name]) for name in hashes},
        "proposer": _lower(header["proposer_address"]),
    }


def _block_id(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "hash": _lower(found["hash"]),
        "parts": int(found["parts"]["total"]),
        "parts_hash": _lower(found["parts"]["hash"]),
    }


def _time(text: str) -> dict[str, int]:
    """Split a time of RFC 3339 in UTC, which has up to nine digits of a second."""
    whole, _, part = text.removesuffix("Z").partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    return {"seconds": int(moment.timestamp()), "nanos": int(part.ljust(9, "0") or "0")}


def _lower(text: str) -> str:
    return "0x" + text.lower()


def _hexed(value: bytes) -> str:
    return "0x" + value.hex()
