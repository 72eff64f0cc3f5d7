"""Headers of the consensus engine, and what their hash is of.

Source: CometBFT v0.38, spec/core/data_structures.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from finality.merkle import merkle_root
from finality.protobuf import bytes_field, number_field


@dataclass(frozen=True, slots=True)
class Time:
    """Seconds since 1970 and nanoseconds of the next one."""

    seconds: int
    nanos: int

    def encode(self) -> bytes:
        """Encode as protobuf's Timestamp."""
        return number_field(1, self.seconds) + number_field(2, self.nanos)


@dataclass(frozen=True, slots=True)
class BlockId:
    """Name a block: the hash of its header, and of the parts that it is sent in."""

    hash: bytes
    parts: int
    parts_hash: bytes

    def encode(self) -> bytes:
        """Encode as BlockID and CanonicalBlockID, which are the same."""
        parts = number_field(1, self.parts) + bytes_field(2, self.parts_hash)
        return bytes_field(1, self.hash) + bytes_field(2, parts, always=True)


@dataclass(frozen=True, slots=True)
class EngineHeader:
    """Hold a header; app_hash is of the chain after the block before it."""

    block_version: int
    app_version: int
    chain: str
    height: int
    time: Time
    last_block: BlockId
    last_commit_hash: bytes
    data_hash: bytes
    validators_hash: bytes
    next_validators_hash: bytes
    consensus_hash: bytes
    app_hash: bytes
    last_results_hash: bytes
    evidence_hash: bytes
    proposer: bytes

    def hash(self) -> bytes:
        """Return the hash that validators sign."""
        version = number_field(1, self.block_version)
        version += number_field(2, self.app_version)
        return merkle_root(
            [
                version,
                bytes_field(1, self.chain.encode()),
                number_field(1, self.height),
                self.time.encode(),
                self.last_block.encode(),
                bytes_field(1, self.last_commit_hash),
                bytes_field(1, self.data_hash),
                bytes_field(1, self.validators_hash),
                bytes_field(1, self.next_validators_hash),
                bytes_field(1, self.consensus_hash),
                bytes_field(1, self.app_hash),
                bytes_field(1, self.last_results_hash),
                bytes_field(1, self.evidence_hash),
                bytes_field(1, self.proposer),
            ]
        )
