"""Decode blocks and headers from the bytes that they encode to.

Only canonical encodings decode: what comes out encodes to the same bytes.
"""

from __future__ import annotations

from eth_typing import Address, Hash32

from node import rlp
from node.block import Header, Transaction
from node.errors import RlpError
from node.transaction import accept_transaction

_HEADER_FIELDS = 21


def decode_header(encoded: bytes) -> Header:
    """Decode a header. Raises: RlpError."""
    return _header(rlp.decode(encoded))


def _header(item: rlp.Decoded) -> Header:
    strings = [field for field in item if isinstance(field, bytes)]
    if len(strings) != _HEADER_FIELDS:
        raise RlpError(f"a header has {_HEADER_FIELDS} strings")
    header = _read_header(strings)
    if header.encode() != rlp.encode(item):
        raise RlpError("a header has a field that it cannot have here")
    return header


def _read_header(fields: list[bytes]) -> Header:
    return Header(
        parent_hash=Hash32(fields[0]),
        beneficiary=Address(fields[2]),
        state_root=Hash32(fields[3]),
        transactions_root=Hash32(fields[4]),
        receipts_root=Hash32(fields[5]),
        bloom=fields[6],
        number=int.from_bytes(fields[8], "big"),
        gas_limit=int.from_bytes(fields[9], "big"),
        gas_used=int.from_bytes(fields[10], "big"),
        timestamp=int.from_bytes(fields[11], "big"),
        extra_data=fields[12],
        prev_randao=Hash32(fields[13]),
        parent_beacon_root=Hash32(fields[19]),
    )


def decode_block(
    encoded: bytes, chain_id: int
) -> tuple[Header, tuple[Transaction, ...]]:
    """Decode a block and accept its transactions.

    Raises: RlpError, TransactionRefusedError.
    """
    match rlp.decode(encoded):
        case [list() as header, list() as bodies, [], []]:
            transactions = tuple(
                accept_transaction(
                    body if isinstance(body, bytes) else rlp.encode(body), chain_id
                )
                for body in bodies
            )
            return _header(header), transactions
    raise RlpError("a block has a header, transactions and two empty lists")
