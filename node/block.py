"""Blocks and what they hold, as values with their consensus encodings.

Sources: Yellow Paper §4; EIP-1559, EIP-4788, EIP-4844, EIP-4895, EIP-7685 for the
header's later fields; EIP-2718 for receipts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from eth_typing import Address, Hash32

from node import rlp
from node.hashing import keccak
from node.rlp import encode_integer

EMPTY_ROOT = keccak(rlp.encode(b""))
EMPTY_CODE_HASH = keccak(b"")
_EMPTY_UNCLES = keccak(rlp.encode([]))
# sha256 of nothing, EIP-7685: none of the request contracts exist on this chain.
EMPTY_REQUESTS = bytes.fromhex(
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)
NO_UNCLES = Hash32(_EMPTY_UNCLES)
ZERO_HASH = Hash32(bytes(32))
ZERO_ADDRESS = Address(bytes(20))
BASE_FEE = 0  # wei; gas is free, see `Header.encode`


@dataclass(frozen=True, slots=True)
class Header:
    """Describe one block; keccak of its encoding is the block's hash.

    timestamp: seconds since 1970, not below the parent's.
    gas_limit, gas_used: gas.
    bloom: 256 bytes.
    extra_data: at most 32 bytes.
    """

    parent_hash: Hash32
    beneficiary: Address
    state_root: Hash32
    transactions_root: Hash32
    receipts_root: Hash32
    bloom: bytes
    number: int
    gas_limit: int
    gas_used: int
    timestamp: int
    extra_data: bytes
    prev_randao: Hash32
    parent_beacon_root: Hash32

    def encode(self) -> bytes:
        """Encode as RLP with the 21 fields of Prague.

        The base fee is the constant 0 instead of EIP-1559's function of the parent,
        which would lift it to 1 after a block more than half full.
        """
        return rlp.encode(
            [
                self.parent_hash,
                NO_UNCLES,
                self.beneficiary,
                self.state_root,
                self.transactions_root,
                self.receipts_root,
                self.bloom,
                b"",  # difficulty: none since Paris
                encode_integer(self.number),
                encode_integer(self.gas_limit),
                encode_integer(self.gas_used),
                encode_integer(self.timestamp),
                self.extra_data,
                self.prev_randao,
                bytes(8),  # nonce: none since Paris
                encode_integer(BASE_FEE),
                EMPTY_ROOT,  # withdrawals
                b"",  # blob gas used
                b"",  # excess blob gas
                self.parent_beacon_root,
                EMPTY_REQUESTS,
            ]
        )


@dataclass(frozen=True, slots=True)
class Transaction:
    """Hold a transaction whose bytes, chain and signature were accepted.

    kind: EIP-2718 type: 0 legacy, 1 EIP-2930, 2 EIP-1559.
    to: None creates a contract.
    max_fee, priority_fee: wei per unit of gas; equal for kinds 0 and 1.
    access_list: (address, storage slots) pairs.
    v: as signed: 35 + 2 * chain id + parity for kind 0, else the parity.
    raw: the canonical encoding; hash is its keccak.
    sender: recovered from the signature.
    """

    kind: int
    chain_id: int
    nonce: int
    max_fee: int
    priority_fee: int
    gas: int
    to: Address | None
    value: int
    payload: bytes
    access_list: tuple[tuple[Address, tuple[int, ...]], ...]
    v: int
    r: int
    s: int
    raw: bytes
    hash: Hash32
    sender: Address


@dataclass(frozen=True, slots=True)
class Log:
    """Hold one event: emitter, up to four topics of 32 bytes, payload."""

    address: Address
    topics: tuple[Hash32, ...]
    payload: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """Hold what one transaction did.

    gas_used: gas of this transaction; cumulative_gas: of the block up to here.
    created: address of the contract that it created.
    """

    kind: int
    succeeded: bool
    gas_used: int
    cumulative_gas: int
    bloom: bytes
    logs: tuple[Log, ...]
    created: Address | None

    def encode(self) -> bytes:
        """Encode as in the receipts trie, EIP-2718."""
        body = rlp.encode(
            [
                b"\x01" if self.succeeded else b"",
                encode_integer(self.cumulative_gas),
                self.bloom,
                [[log.address, list(log.topics), log.payload] for log in self.logs],
            ]
        )
        return body if self.kind == 0 else bytes([self.kind]) + body


@dataclass(frozen=True, slots=True)
class Block:
    """Hold a sealed block with the receipts of its transactions, in order."""

    header: Header
    hash: Hash32
    transactions: tuple[Transaction, ...]
    receipts: tuple[Receipt, ...]

    @property
    def number(self) -> int:
        """Return the height; genesis is 0."""
        return self.header.number

    def encode(self) -> bytes:
        """Encode as RLP: header, transactions, no uncles, no withdrawals."""
        bodies = [
            rlp.decode(tx.raw) if tx.kind == 0 else tx.raw for tx in self.transactions
        ]
        return rlp.encode([rlp.decode(self.header.encode()), bodies, [], []])

    @property
    def size(self) -> int:
        """Return the length of the block's encoding, in bytes."""
        return len(self.encode())


def seal(
    header: Header,
    transactions: tuple[Transaction, ...] = (),
    receipts: tuple[Receipt, ...] = (),
) -> Block:
    """Return the block with its hash."""
    return Block(header, keccak(header.encode()), transactions, receipts)


def logs_bloom(logs: tuple[Log, ...]) -> bytes:
    """Return the 256-byte bloom of addresses and topics, Yellow Paper §4.3.1."""
    bits = 0
    for log in logs:
        for item in (log.address, *log.topics):
            digest = keccak(item)
            for at in (0, 2, 4):
                bits |= 1 << (int.from_bytes(digest[at : at + 2], "big") & 2047)
    return bits.to_bytes(256, "big")


def join_blooms(blooms: Iterable[bytes]) -> bytes:
    """Return the bloom of all that these are of."""
    bits = 0
    for each in blooms:
        bits |= int.from_bytes(each, "big")
    return bits.to_bytes(256, "big")
