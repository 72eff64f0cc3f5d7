"""Secret scalars that stay secret if any one of their sources is good.

docs/protocol.md §1: 512 bits, hedged, reduced modulo q. The shell draws the
randomness; here it is mixed with a key, the act's context and a counter, so that a
broken generator still never gives two acts, or two counters, the same nonce.

The context of a proof's nonce is the hash of the whole statement: asked for the same
proof again, after a crash, the source gives the same one, and no nonce ever answers
two challenges.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.transcript import (
    Hash,
    Tag,
    bytes_word,
    hash_fields,
    hash_word,
    uint_word,
)


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where an actor's secrets come from.

    randomness: 64 bytes of the operating system, fresh for this task. key: a
    long-lived secret of the actor, or empty.
    """

    randomness: bytes = field(repr=False)
    key: bytes = field(repr=False)

    def derive_scalar(self, context: Hash, counter: int) -> Scalar:
        """Derive a secret modulo q for one purpose, uniform up to 2^-257."""
        return reduce_scalar(int.from_bytes(self._wide(context, counter), "big"))

    def derive_word(self, context: Hash, counter: int) -> Hash:
        """Derive 32 secret bytes, such as a salt."""
        return Hash(self._wide(context, counter)[:32])

    def _wide(self, context: Hash, counter: int) -> bytes:
        fields = (
            bytes_word(self.randomness),
            bytes_word(self.key),
            hash_word(context),
            uint_word(counter),
        )
        halves = (hash_fields(Tag.SECRET, *fields, uint_word(half)) for half in (0, 1))
        return b"".join(halves)
