"""Turn a configuration into the first block."""

from __future__ import annotations

from node.block import EMPTY_ROOT, ZERO_ADDRESS, ZERO_HASH, Block, Header, seal
from node.config import Config
from node.evm.state import begin_state
from node.store import Store

_WEI_PER_ETHER = 10**18


def write_genesis(config: Config, store: Store) -> Block:
    """Write the first state and block; the same file always gives the same hash."""
    root = begin_state(
        store.nodes,
        (
            (funded.address, funded.balance * _WEI_PER_ETHER)
            for funded in config.accounts
        ),
    )
    header = Header(
        parent_hash=ZERO_HASH,
        beneficiary=ZERO_ADDRESS,
        state_root=root,
        transactions_root=EMPTY_ROOT,
        receipts_root=EMPTY_ROOT,
        bloom=bytes(256),
        number=0,
        gas_limit=config.gas.block_limit,
        gas_used=0,
        timestamp=config.chain.genesis_timestamp,
        extra_data=b"",
        prev_randao=ZERO_HASH,
        parent_beacon_root=ZERO_HASH,
    )
    block = seal(header)
    store.append(block)
    return block
