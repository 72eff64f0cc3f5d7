"""The table of all methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from node.rpc import (
    devnet,
    eth_blocks,
    eth_call,
    eth_chain,
    eth_logs,
    eth_state,
    eth_transactions,
    net,
    txpool,
)

METHODS: dict[str, Callable[..., Any]] = {
    "web3_clientVersion": net.web3_client_version,
    "web3_sha3": net.web3_sha3,
    "net_version": net.net_version,
    "net_listening": net.net_listening,
    "net_peerCount": net.net_peer_count,
    "eth_chainId": eth_chain.chain_id,
    "eth_blockNumber": eth_chain.block_number,
    "eth_syncing": eth_chain.syncing,
    "eth_accounts": eth_chain.accounts,
    "eth_gasPrice": eth_chain.free,
    "eth_maxPriorityFeePerGas": eth_chain.free,
    "eth_baseFee": eth_chain.free,
    "eth_blobBaseFee": eth_chain.blob_base_fee,
    "eth_feeHistory": eth_chain.fee_history,
    "eth_getBalance": eth_state.get_balance,
    "eth_getTransactionCount": eth_state.get_transaction_count,
    "eth_getCode": eth_state.get_code,
    "eth_getStorageAt": eth_state.get_storage_at,
    "eth_getProof": eth_state.get_proof,
    "eth_call": eth_call.call,
    "eth_estimateGas": eth_call.estimate_gas,
    "eth_sendRawTransaction": eth_transactions.send_raw_transaction,
    "txpool_status": txpool.status,
    "txpool_content": txpool.content,
    "eth_getTransactionByHash": eth_transactions.get_transaction_by_hash,
    "eth_getTransactionReceipt": eth_transactions.get_transaction_receipt,
    "eth_getTransactionByBlockNumberAndIndex": (
        eth_transactions.get_transaction_in_numbered
    ),
    "eth_getTransactionByBlockHashAndIndex": eth_transactions.get_transaction_in_hashed,
    "eth_getBlockByNumber": eth_blocks.get_block_by_number,
    "eth_getBlockByHash": eth_blocks.get_block_by_hash,
    "eth_getBlockTransactionCountByNumber": eth_blocks.get_count_by_number,
    "eth_getBlockTransactionCountByHash": eth_blocks.get_count_by_hash,
    "eth_getUncleCountByBlockNumber": eth_blocks.get_uncle_count_by_number,
    "eth_getUncleCountByBlockHash": eth_blocks.get_uncle_count_by_hash,
    "eth_getBlockReceipts": eth_blocks.get_block_receipts,
    "eth_getLogs": eth_logs.get_logs,
    "eth_newFilter": eth_logs.new_filter,
    "eth_newBlockFilter": eth_logs.new_block_filter,
    "eth_getFilterChanges": eth_logs.get_filter_changes,
    "eth_getFilterLogs": eth_logs.get_filter_logs,
    "eth_uninstallFilter": eth_logs.uninstall_filter,
    "evm_mine": devnet.evm_mine,
    "evm_increaseTime": devnet.evm_increase_time,
    "evm_setNextBlockTimestamp": devnet.evm_set_next_block_timestamp,
    "evm_setAutomine": devnet.evm_set_automine,
    "evm_snapshot": devnet.evm_snapshot,
    "evm_revert": devnet.evm_revert,
}

# What reads the chain only, and may take long: answered by processes of their own.
READS = frozenset(
    {
        "eth_call",
        "eth_estimateGas",
        "eth_feeHistory",
        "eth_getBlockReceipts",
        "eth_getLogs",
        "eth_getProof",
    }
)
# What asks a filter, which this process holds: answered by such processes, too.
POLLS = frozenset({"eth_getFilterChanges", "eth_getFilterLogs"})
# What may make a block, or tells all that waits: the beginnings of their names.
WRITES = ("eth_sendRawTransaction", "evm_", "txpool_")
