"""Secret scalars that stay secret if any one of their sources is good.

docs/protocol.md §1: 512 bits, hedged, reduced modulo q. The shell draws the
randomness; here it is mixed with a key, the act's context and a counter, so that a
broken generator still never gives two acts, or two counters, the same nonce.
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
    """The secrets of one act: one value per counter, each used once.

    randomness: 64 bytes of the operating system, fresh for this act. key: a
    long-lived secret of the actor, or empty. context: a hash of what the act is about.
    """

    randomness: bytes = field(repr=False)
    key: bytes = field(repr=False)
    context: Hash

    def derive_scalar(self, counter: int) -> Scalar:
        """Derive the secret with this number, uniform modulo q up to 2^-257."""
        return reduce_scalar(int.from_bytes(self._wide(counter), "big"))

    def derive_scalars(self, count: int, *, start: int) -> tuple[Scalar, ...]:
        """Derive the secrets numbered start .. start + count - 1."""
        return tuple(self.derive_scalar(start + offset) for offset in range(count))

    def derive_word(self, counter: int) -> Hash:
        """Derive 32 secret bytes, such as a salt."""
        return Hash(self._wide(counter)[:32])

    def _wide(self, counter: int) -> bytes:
        fields = (
            bytes_word(self.randomness),
            bytes_word(self.key),
            hash_word(self.context),
            uint_word(counter),
        )
        halves = (hash_fields(Tag.SECRET, *fields, uint_word(half)) for half in (0, 1))
        return b"".join(halves)
