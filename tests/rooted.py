"""Secrets of a dealer whose polynomials are zero at the seat of one's choice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.transcript import Hash, Tag, hash_fields, hash_word, uint_word
from election.protocol.ceremony.attempt import BoundAttempt


@dataclass(frozen=True, slots=True)
class RootedSource(SecretSource):
    """Like an honest source, but for a_0 of every slot. context: of the polynomials."""

    context: Hash
    size: int
    root: int

    @override
    def derive_scalar(self, context: Hash, counter: int) -> Scalar:
        """Give a_0 = -(a_1 root + a_2 root^2 + ..)."""
        if context != self.context or counter % self.size:
            return SecretSource.derive_scalar(self, context, counter)
        others = (
            SecretSource.derive_scalar(self, context, counter + c) * self.root**c
            for c in range(1, self.size)
        )
        return reduce_scalar(-sum(others))


def rooted(
    source: SecretSource, bound: BoundAttempt[Any], *, dealer: int, root: int
) -> RootedSource:
    """Let a dealer owe the member in seat `root` the share 0 of every slot."""
    context = hash_fields(Tag.SECRET, hash_word(bound.cer), uint_word(dealer))
    k = bound.attempt.threshold
    return RootedSource(source.randomness, source.key, context, k, root)
