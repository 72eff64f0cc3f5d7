"""Sets of validators, and whether more than two thirds of one signed a header.

Source: CometBFT v0.38, spec/core/data_structures.md and spec/core/encoding.md; RFC 8032
for ed25519.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from Crypto.Signature import eddsa

from finality.errors import ProofRefusedError
from finality.headers import BlockId, EngineHeader, Time
from finality.merkle import merkle_root
from finality.protobuf import bytes_field, fixed_field, number_field, varint

_PRECOMMIT = 2


@dataclass(frozen=True, slots=True)
class Validator:
    """Name a validator: ed25519 public key of 32 bytes, voting power from 1."""

    key: bytes
    power: int

    @property
    def address(self) -> bytes:
        """Return its 20-byte address."""
        return sha256(self.key).digest()[:20]

    def encode(self) -> bytes:
        """Encode as SimpleValidator."""
        key = bytes_field(1, self.key)
        return bytes_field(1, key) + number_field(2, self.power)


@dataclass(frozen=True, slots=True)
class Vote:
    """Hold one validator's signature of 64 bytes, made at a time of its own."""

    address: bytes
    time: Time
    signature: bytes


@dataclass(frozen=True, slots=True)
class Commit:
    """Hold the votes that made a block final in a round."""

    round: int
    block: BlockId
    votes: tuple[Vote, ...]


def in_order(validators: Sequence[Validator]) -> tuple[Validator, ...]:
    """Return a set in the order in which it is hashed."""
    return tuple(sorted(validators, key=lambda each: (-each.power, each.address)))


def set_hash(validators: Sequence[Validator]) -> bytes:
    """Return the hash by which headers name a set."""
    return merkle_root([each.encode() for each in in_order(validators)])


def require_signed(
    header: EngineHeader, commit: Commit, validators: Sequence[Validator]
) -> None:
    """Refuse a header that not more than two thirds of its validators signed.

    Raises: ProofRefusedError, naming what does not hold.
    """
    subject = f"engine block {header.height}"
    if header.validators_hash != set_hash(validators):
        raise ProofRefusedError(subject, "names other validators than are trusted")
    if commit.block.hash != header.hash():
        raise ProofRefusedError(subject, "is not what was signed")
    powers = {each.address: each for each in validators}
    signed, seen = 0, set[bytes]()
    for vote in commit.votes:
        validator = powers.get(vote.address)
        if validator is None or vote.address in seen:
            raise ProofRefusedError(subject, "a vote is of no validator, or twice")
        seen.add(vote.address)
        if not _is_signed(header, commit, vote, validator.key):
            raise ProofRefusedError(subject, "a signature does not hold")
        signed += validator.power
    total = sum(each.power for each in validators)
    if 3 * signed <= 2 * total:
        fact = f"is signed by {signed} of {total}, not by more than two thirds"
        raise ProofRefusedError(subject, fact)


def _is_signed(header: EngineHeader, commit: Commit, vote: Vote, key: bytes) -> bool:
    message = sign_bytes(header, commit, vote.time)
    try:
        verifier = eddsa.new(eddsa.import_public_key(key), "rfc8032")
        verifier.verify(message, vote.signature)
    except ValueError:
        return False
    return True


def sign_bytes(header: EngineHeader, commit: Commit, time: Time) -> bytes:
    """Return what a validator signs for a block: its CanonicalVote, length first."""
    vote = (
        number_field(1, _PRECOMMIT)
        + fixed_field(2, header.height)
        + fixed_field(3, commit.round)
        + bytes_field(4, commit.block.encode())
        + bytes_field(5, time.encode(), always=True)
        + bytes_field(6, header.chain.encode())
    )
    return varint(len(vote)) + vote
