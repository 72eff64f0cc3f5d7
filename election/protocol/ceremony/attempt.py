"""One attempt of a ceremony: who takes part in what, and what its hashes are bound to.

docs/protocol.md §4. A failed attempt is never used again, so its secrets are fresh.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Generic, Protocol, TypeVar

from election.crypto.group import (
    G1_BYTES,
    G2,
    G2_BYTES,
    G,
    G1Point,
    G2Point,
    Point,
    decode_g1,
    decode_g2,
)
from election.crypto.transcript import (
    Address,
    Field,
    Hash,
    Tag,
    address_word,
    hash_fields,
    hash_word,
    point_words,
    uint_word,
)
from election.errors import (
    ElectionError,
    EncodingError,
    FaultyIssuerError,
    FaultyTrusteeError,
)

Decoded_co = TypeVar("Decoded_co", covariant=True)


class Step(IntEnum):
    """Where an attempt stands, as its contract numbers it, docs/protocol.md §4."""

    ENROLL = 1
    COMMIT = 2
    REVEAL = 3
    SHARES = 4
    CONFIRM = 5
    FINAL = 6
    FAILED = 7


class Kind(IntEnum):
    """Whose keys a ceremony makes."""

    TRUSTEES = 1
    ISSUERS = 2


class PointDecoder(Protocol[Decoded_co]):
    """Decode one point of a group, or raise EncodingError."""

    def __call__(self, raw: bytes, *, allow_infinity: bool = ...) -> Decoded_co:
        """Decode the point."""
        ...


@dataclass(frozen=True, slots=True)
class Group(Generic[Point]):
    """The group that a kind of ceremony makes its keys in."""

    kind: Kind
    base: Point
    point_bytes: int
    decode: PointDecoder[Point]

    def decode_list(self, raw: bytes, *, count: int) -> tuple[Point, ...]:
        """Decode exactly this many points, any of them infinity."""
        size = self.point_bytes
        if len(raw) != count * size:
            raise EncodingError("points", f"{len(raw)} bytes instead of {count * size}")
        return tuple(
            self.decode(raw[at : at + size], allow_infinity=True)
            for at in range(0, len(raw), size)
        )


TRUSTEE_GROUP: Final[Group[G1Point]] = Group(Kind.TRUSTEES, G, G1_BYTES, decode_g1)
ISSUER_GROUP: Final[Group[G2Point]] = Group(Kind.ISSUERS, G2, G2_BYTES, decode_g2)


@dataclass(frozen=True, slots=True)
class Attempt(Generic[Point]):
    """An attempt as `AttemptStarted` opens it; members by index from 1."""

    group: Group[Point]
    chain_id: int
    ceremony: Address
    election_id: Hash
    number: int
    threshold: int
    slots: int
    members: tuple[Address, ...]

    def words(self) -> tuple[Field, ...]:
        """Encode what every hash of the attempt starts with."""
        return (
            uint_word(self.chain_id),
            address_word(self.ceremony),
            hash_word(self.election_id),
            uint_word(self.number),
            uint_word(self.group.kind),
        )


@dataclass(frozen=True, slots=True)
class BoundAttempt(Generic[Point]):
    """An attempt all of whose members have enrolled: E_1..E_n, bound by cer."""

    attempt: Attempt[Point]
    encryption_keys: tuple[G1Point, ...]
    cer: Hash

    @property
    def members(self) -> range:
        """Give the indices of the members."""
        return range(1, len(self.encryption_keys) + 1)


def bind_attempt(
    attempt: Attempt[Point], encryption_keys: Sequence[G1Point]
) -> BoundAttempt[Point]:
    """Bind the accepted encryption keys of all members, in order, to the attempt."""
    cer = hash_fields(
        Tag.CEREMONY,
        *attempt.words(),
        uint_word(len(attempt.members)),
        uint_word(attempt.threshold),
        uint_word(attempt.slots),
        *map(address_word, attempt.members),
        point_words(*encryption_keys),
    )
    return BoundAttempt(attempt, tuple(encryption_keys), cer)


def blame(kind: Kind, fact: str, *, member: int) -> ElectionError:
    """Build the error that names the member at fault."""
    if kind is Kind.TRUSTEES:
        return FaultyTrusteeError(fact, trustee=member)
    return FaultyIssuerError(fact, issuer=member)
