"""Make the next block of a chain: its header first, then what its transactions do.

The one executor. Whoever makes a block, checks one or answers what one would do
begins with `begin_header`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from eth_typing import Hash32
from trie.hexary import HexaryTrie

from node import rlp
from node.block import (
    EMPTY_ROOT,
    ZERO_ADDRESS,
    ZERO_HASH,
    Block,
    Header,
    Receipt,
    Transaction,
    join_blooms,
    logs_bloom,
    seal,
)
from node.errors import BlockFullError, TransactionRefusedError
from node.evm.block_run import BlockRun
from node.evm.execute import Outcome
from node.evm.state import Environment
from node.overlay import Overlay
from node.permissions import Rules
from node.rlp import encode_integer
from node.trie import hash_list

Ancestors = Callable[[], Iterable[Hash32]]
Refusal = tuple[Transaction, TransactionRefusedError]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold what the next block shall be.

    timestamp: seconds since 1970, not before the head's. The last three go into the
    header.
    """

    height: int
    timestamp: int
    transactions: tuple[Transaction, ...]
    prev_randao: Hash32 = ZERO_HASH
    parent_beacon_root: Hash32 = ZERO_HASH
    extra_data: bytes = b""

    @classmethod
    def of(cls, header: Header, transactions: tuple[Transaction, ...]) -> Proposal:
        """Return what a block was made from."""
        return cls(
            header.number,
            header.timestamp,
            transactions,
            prev_randao=header.prev_randao,
            parent_beacon_root=header.parent_beacon_root,
            extra_data=header.extra_data,
        )


@dataclass(frozen=True, slots=True)
class Execution:
    """Hold a block that was executed and is not yet kept.

    nodes: the trie nodes and codes that it adds. refused: transactions that could not
    run here and were left out, each with the reason. outcomes: what each transaction of
    the block did, in order.
    """

    block: Block
    nodes: Mapping[bytes, bytes]
    refused: tuple[Refusal, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def dropped(self) -> tuple[Hash32, ...]:
        """Return which transactions were refused for good, by hash."""
        return tuple(
            tx.hash for tx, why in self.refused if not isinstance(why, BlockFullError)
        )


def begin_header(parent: Block, proposal: Proposal, gas_limit: int) -> Header:
    """Return the header after a parent, with everything that execution can see."""
    return Header(
        parent_hash=parent.hash,
        beneficiary=ZERO_ADDRESS,
        state_root=parent.header.state_root,
        transactions_root=EMPTY_ROOT,
        receipts_root=EMPTY_ROOT,
        bloom=bytes(256),
        number=proposal.height,
        gas_limit=gas_limit,
        gas_used=0,
        timestamp=proposal.timestamp,
        extra_data=proposal.extra_data,
        prev_randao=proposal.prev_randao,
        parent_beacon_root=proposal.parent_beacon_root,
    )


def environment_of(header: Header, chain_id: int, ancestors: Ancestors) -> Environment:
    """Return what opcodes see inside a block; ancestors: hashes, the parent's first."""
    return Environment(
        chain_id=chain_id,
        number=header.number,
        timestamp=header.timestamp,
        gas_limit=header.gas_limit,
        ancestors=ancestors,
        beneficiary=header.beneficiary,
        prev_randao=header.prev_randao,
        parent_hash=header.parent_hash,
        parent_beacon_root=header.parent_beacon_root,
    )


def execute(
    nodes: Mapping[bytes, bytes],
    header: Header,
    transactions: Sequence[Transaction],
    *,
    chain_id: int,
    ancestors: Ancestors,
    rules: Rules,
) -> Execution:
    """Execute transactions in order inside a block that has begun.

    nodes: state before it, which stays as it is.
    """
    overlay = Overlay(nodes)
    environment = environment_of(header, chain_id, ancestors)
    run = BlockRun(overlay, header.state_root, environment, rules)
    included: list[Transaction] = []
    outcomes: list[Outcome] = []
    refused: list[Refusal] = []
    for tx in transactions:
        try:
            outcomes.append(run.apply(tx))
            included.append(tx)
        except TransactionRefusedError as error:
            refused.append((tx, error))
    block = close(header, run.commit(), included, outcomes)
    return Execution(block, overlay.added, tuple(refused), tuple(outcomes))


def close(
    header: Header,
    state_root: Hash32,
    transactions: Sequence[Transaction],
    outcomes: Sequence[Outcome],
) -> Block:
    """Seal a block that has begun with what its transactions did."""
    receipts = _receipts(transactions, outcomes)
    closed = replace(
        header,
        state_root=state_root,
        transactions_root=hash_list([tx.raw for tx in transactions]),
        receipts_root=hash_list([receipt.encode() for receipt in receipts]),
        bloom=join_blooms(receipt.bloom for receipt in receipts),
        gas_used=sum(receipt.gas_used for receipt in receipts),
    )
    return seal(closed, tuple(transactions), receipts)


def _receipts(
    transactions: Sequence[Transaction], outcomes: Sequence[Outcome]
) -> tuple[Receipt, ...]:
    receipts: list[Receipt] = []
    cumulative = 0
    for tx, outcome in zip(transactions, outcomes, strict=True):
        cumulative += outcome.gas_used
        receipts.append(
            Receipt(
                kind=tx.kind,
                succeeded=outcome.succeeded,
                gas_used=outcome.gas_used,
                cumulative_gas=cumulative,
                bloom=logs_bloom(outcome.logs),
                logs=outcome.logs,
                created=outcome.created,
            )
        )
    return tuple(receipts)


def list_proof(items: list[bytes], position: int) -> list[bytes]:
    """Return the encoded nodes of the trie of a list, from its root to an item."""
    trie = HexaryTrie({}, EMPTY_ROOT)
    for place, item in enumerate(items):
        trie[rlp.encode(encode_integer(place))] = item
    key = rlp.encode(encode_integer(position))
    proof = trie.get_proof(key)  # type: ignore[no-untyped-call]
    return [rlp.encode(list(node)) for node in proof]
