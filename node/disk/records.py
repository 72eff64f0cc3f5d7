"""Write blocks as the values that a store holds, and read them back.

A header stands by itself, since most questions need no more; the transactions of a
block are one value, and so are its receipts: a value of its own for each would take
whole pages.
"""

from __future__ import annotations

import msgspec
from eth_typing import Address

from node.block import Block, Receipt, seal
from node.block_encoding import decode_header
from node.transaction import restore_transaction

_transactions = msgspec.msgpack.Decoder(tuple[tuple[Address, bytes], ...])
_receipts = msgspec.msgpack.Decoder(tuple[Receipt, ...])


def encode_transactions(block: Block) -> bytes:
    """Encode the transactions of a block, with their senders."""
    return msgspec.msgpack.encode([(tx.sender, tx.raw) for tx in block.transactions])


def encode_receipts(block: Block) -> bytes:
    """Encode the receipts of a block, with their logs."""
    return msgspec.msgpack.encode(block.receipts)


def decode_block(header: bytes, transactions: bytes, receipts: bytes) -> Block:
    """Put a block together from what was stored.

    Raises: NodeError, msgspec.MsgspecError if it was not stored so.
    """
    return seal(
        decode_header(header),
        tuple(
            restore_transaction(raw, sender)
            for sender, raw in _transactions.decode(transactions)
        ),
        _receipts.decode(receipts),
    )
