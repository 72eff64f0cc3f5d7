"""Find the block that a reference names."""

from __future__ import annotations

from node.block import Block
from node.chain import Chain
from node.errors import UnknownBlockError
from node.rpc.parameters import BlockReference


def read_block(chain: Chain, reference: BlockReference) -> Block:
    """Return a block; the chain's end is latest, safe, final and pending at once.

    Raises: UnknownBlockError.
    """
    match reference.value:
        case bytes() as digest:
            return chain.block_by_hash(digest)
        case int() as number:
            return chain.block(number)
        case "earliest":
            return chain.block(0)
        case _:
            return chain.head


def find_block(chain: Chain, reference: BlockReference) -> Block | None:
    """Return a block, None if the chain has no such one."""
    try:
        return read_block(chain, reference)
    except UnknownBlockError:
        return None
