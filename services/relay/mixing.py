"""Who stands in one batch with whom: chance alone says, and nobody's arrival."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

from election.client.contracts.ballot_box import LARGEST_BATCH
from election.crypto.transcript import Address


class Owned(Protocol):
    """What a credential owns."""

    @property
    def credential(self) -> Address:
        """Give the credential."""


Each = TypeVar("Each", bound=Owned)


def mix(
    ballots: Sequence[Each],
    shuffle: Callable[[list[Any]], None],
    *,
    largest: int = LARGEST_BATCH,
) -> list[list[Each]]:
    """Cut shuffled ballots of one contest into batches of about the same size.

    Within a batch they stand by credential, as the box asks. shuffle: of a CSPRNG.
    """
    shuffled = list(ballots)
    shuffle(shuffled)
    number = -(-len(shuffled) // largest)
    batches = [shuffled[at::number] for at in range(number)]
    return [sorted(batch, key=lambda each: each.credential) for batch in batches]
