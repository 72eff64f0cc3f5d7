"""The public record of an election, replayed from the chain, as a value.

docs/protocol.md §7 and §8. Everything an auditor reads is here; nothing of it is
believed. No connection: whoever has a Board needs no network any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from election.crypto.transcript import Address, Hash
from election.protocol.finality_proof import FinalityProof


@dataclass(frozen=True, slots=True)
class Log:
    """One event as a contract wrote it.

    timestamp: of its block, Unix seconds. transaction: hash of the transaction that
    wrote it; the logs of one call of a contract stand together. index: place of the
    log in its block, from 0.
    """

    address: Address
    topics: tuple[Hash, ...]
    data: bytes
    block_number: int
    timestamp: int
    transaction: Hash
    index: int


@dataclass(frozen=True, slots=True)
class Call:
    """A question to a contract, as ABI-encoded calldata."""

    address: Address
    calldata: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The last block that was read."""

    number: int
    timestamp: int


@dataclass(frozen=True, slots=True)
class Board:
    """All that one election left on its chain, up to a final block.

    election: address of the Election contract. logs: of the contracts of the election
    and of no others, in the order of the chain. code: runtime code of these contracts
    and of the box blueprint, at the head. answers: what the contracts answer at the
    head to each of `views.list_calls`, ABI-encoded; without them a log that is left
    out would not be missed. finality: what shows who signed the head, if anything does.
    sent: how many transactions some accounts had sent when it was read; no check needs
    it, and it is for whoever signs where no node can be asked.
    """

    chain_id: int
    election: Address
    logs: Sequence[Log]
    code: Mapping[Address, bytes]
    answers: Mapping[Call, bytes]
    head: Head
    finality: FinalityProof | None = None
    sent: Mapping[Address, int] = field(default_factory=dict)
