"""Write blocks, transactions, receipts and logs as execution-apis defines them."""

from __future__ import annotations

from typing import Any

from node.block import (
    BASE_FEE,
    EMPTY_REQUESTS,
    EMPTY_ROOT,
    NO_UNCLES,
    Block,
    Transaction,
)
from node.chain import PlacedLog, place_logs
from node.evm.state import Proof

Json = dict[str, Any]


def hexed(raw: bytes) -> str:
    """Write bytes as 0x-prefixed hex."""
    return "0x" + raw.hex()


def block_json(block: Block, *, full: bool) -> Json:
    """Write a block; full: with its transactions instead of their hashes."""
    header = block.header
    places = range(len(block.transactions))
    return {
        "number": hex(header.number),
        "hash": hexed(block.hash),
        "parentHash": hexed(header.parent_hash),
        "sha3Uncles": hexed(NO_UNCLES),
        "miner": hexed(header.beneficiary),
        "stateRoot": hexed(header.state_root),
        "transactionsRoot": hexed(header.transactions_root),
        "receiptsRoot": hexed(header.receipts_root),
        "logsBloom": hexed(header.bloom),
        "difficulty": "0x0",
        "gasLimit": hex(header.gas_limit),
        "gasUsed": hex(header.gas_used),
        "timestamp": hex(header.timestamp),
        "extraData": hexed(header.extra_data),
        "mixHash": hexed(header.prev_randao),
        "nonce": hexed(bytes(8)),
        "baseFeePerGas": hex(BASE_FEE),
        "withdrawalsRoot": hexed(EMPTY_ROOT),
        "blobGasUsed": "0x0",
        "excessBlobGas": "0x0",
        "parentBeaconBlockRoot": hexed(header.parent_beacon_root),
        "requestsHash": hexed(EMPTY_REQUESTS),
        "size": hex(block.size),
        "transactions": [
            mined_json(block, place) if full else hexed(block.transactions[place].hash)
            for place in places
        ],
        "uncles": [],
        "withdrawals": [],
    }


def mined_json(block: Block, index: int) -> Json:
    """Write a mined transaction with its place."""
    return transaction_json(block.transactions[index]) | {
        "blockHash": hexed(block.hash),
        "blockNumber": hex(block.number),
        "blockTimestamp": hex(block.header.timestamp),
        "transactionIndex": hex(index),
    }


def transaction_json(tx: Transaction) -> Json:
    """Write a transaction that waits: its place is null."""
    written: Json = {
        "blockHash": None,
        "blockNumber": None,
        "transactionIndex": None,
        "hash": hexed(tx.hash),
        "type": hex(tx.kind),
        "chainId": hex(tx.chain_id),
        "nonce": hex(tx.nonce),
        "from": hexed(tx.sender),
        "to": None if tx.to is None else hexed(tx.to),
        "value": hex(tx.value),
        "gas": hex(tx.gas),
        "gasPrice": hex(_price(tx)),
        "input": hexed(tx.payload),
        "v": hex(tx.v),
        "r": hex(tx.r),
        "s": hex(tx.s),
    }
    if tx.kind:
        written["yParity"] = hex(tx.v)
        written["accessList"] = [
            {
                "address": hexed(address),
                "storageKeys": [hexed(slot.to_bytes(32, "big")) for slot in slots],
            }
            for address, slots in tx.access_list
        ]
    if tx.kind == 2:
        written["maxFeePerGas"] = hex(tx.max_fee)
        written["maxPriorityFeePerGas"] = hex(tx.priority_fee)
    return written


def receipt_json(block: Block, index: int) -> Json:
    """Write the receipt of a mined transaction."""
    tx, receipt = block.transactions[index], block.receipts[index]
    return {
        "type": hex(tx.kind),
        "status": hex(receipt.succeeded),
        "transactionHash": hexed(tx.hash),
        "transactionIndex": hex(index),
        "blockHash": hexed(block.hash),
        "blockNumber": hex(block.number),
        "from": hexed(tx.sender),
        "to": None if tx.to is None else hexed(tx.to),
        "contractAddress": None if receipt.created is None else hexed(receipt.created),
        "gasUsed": hex(receipt.gas_used),
        "cumulativeGasUsed": hex(receipt.cumulative_gas),
        "effectiveGasPrice": hex(_price(tx)),
        "logsBloom": hexed(receipt.bloom),
        "logs": [log_json(placed) for placed in place_logs(block, only=index)],
    }


def log_json(placed: PlacedLog) -> Json:
    """Write a log with its place; nothing is ever removed by a re-org."""
    block = placed.block
    return {
        "address": hexed(placed.log.address),
        "topics": [hexed(topic) for topic in placed.log.topics],
        "data": hexed(placed.log.payload),
        "blockNumber": hex(block.number),
        "blockHash": hexed(block.hash),
        "blockTimestamp": hex(block.header.timestamp),
        "transactionHash": hexed(block.transactions[placed.transaction_index].hash),
        "transactionIndex": hex(placed.transaction_index),
        "logIndex": hex(placed.log_index),
        "removed": False,
    }


def proof_json(address: bytes, proof: Proof) -> Json:
    """Write the proof of an account, EIP-1186."""
    return {
        "address": hexed(address),
        "accountProof": [hexed(node) for node in proof.account_nodes],
        "balance": hex(proof.account.balance),
        "codeHash": hexed(proof.account.code_hash),
        "nonce": hex(proof.account.nonce),
        "storageHash": hexed(proof.storage_root),
        "storageProof": [
            {
                "key": hex(slot),
                "value": hex(value),
                "proof": [hexed(node) for node in nodes],
            }
            for slot, value, nodes in proof.slots
        ],
    }


def _price(tx: Transaction) -> int:
    """Return the effective gas price, in wei."""
    return min(tx.max_fee, BASE_FEE + tx.priority_fee)
