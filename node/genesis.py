"""Turn a configuration into the first block."""

from __future__ import annotations

from collections.abc import Mapping

from node.block import EMPTY_ROOT, ZERO_ADDRESS, ZERO_HASH, Block, Header, seal
from node.config import Config
from node.evm.placing import place_contracts
from node.evm.state import Environment, begin_state
from node.permissions import Rules, genesis_rights

_WEI_PER_ETHER = 10**18


def make_genesis(config: Config) -> tuple[Block, Mapping[bytes, bytes]]:
    """Return the first block and the nodes of the first state.

    The same file always gives the same hash, and other rules give another one. Raises:
    ConfigError if a contract's own code refuses to be placed.
    """
    nodes: dict[bytes, bytes] = {}
    root = begin_state(
        nodes,
        (
            (funded.address, funded.balance * _WEI_PER_ETHER)
            for funded in config.accounts
        ),
        genesis_rights(config),
    )
    if config.contracts:
        environment = Environment(
            chain_id=config.chain.id,
            number=0,
            timestamp=config.chain.genesis_timestamp,
            gas_limit=config.gas.block_limit,
            ancestors=lambda: (),
        )
        root = place_contracts(nodes, root, environment, config.contracts)
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
        extra_data=Rules.of(config).digest,
        prev_randao=ZERO_HASH,
        parent_beacon_root=ZERO_HASH,
    )
    return seal(header), nodes
