"""What a ballot box holds, told without the contract.

docs/protocol.md §3 and §6. Whoever encrypts knows what the sums must be: the sum of
all nonces, and the counts, under the election's keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from election.crypto.group import G, G1Point, encode_g1
from election.crypto.scalar import Scalar, reduce_scalar
from election.crypto.transcript import Address
from election.protocol.phases import Phase


@dataclass(frozen=True, slots=True)
class Slip:
    """One ballot as its maker knows it. choice: slot, from 0."""

    credential: Address
    raw: bytes
    nonce: Scalar = field(repr=False)
    choice: int = field(repr=False)


class Stage(IntEnum):
    """When the contract sees what is wrong with a ballot."""

    FORM = 1  # of every record
    BALLOT = 2  # of each new one, by itself
    BATCH = 3  # of all new ones together


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one ballot of a batch."""

    credential: Address
    stage: Stage
    reason: str


@dataclass(slots=True)
class BoxModel:
    """One contest's box."""

    keys: Sequence[G1Point]
    issued: int
    stored: list[Slip] = field(default_factory=list)

    @property
    def used(self) -> set[Address]:
        """Give the credentials of the stored ballots."""
        return {slip.credential for slip in self.stored}

    def new(self, batch: Sequence[Slip]) -> list[Slip]:
        """List what a batch would add."""
        return [slip for slip in batch if slip.credential not in self.used]

    def refusal(
        self, batch: Sequence[Slip], phase: Phase, fault: Fault | None = None
    ) -> str | None:
        """Tell why a batch is refused; a used credential's fault is not seen."""
        if phase not in (Phase.VOTING, Phase.GRACE):
            return "ballot_box: voting is closed"
        if not batch:
            return "ballot_box: no ballot"
        serials = [slip.credential for slip in batch]
        if serials != sorted(set(serials)):
            return "ballot_box: credentials are not increasing"
        seen = fault
        if fault and fault.stage > Stage.FORM and fault.credential in self.used:
            seen = None
        if seen and seen.stage < Stage.BATCH:
            return seen.reason
        new = len(self.new(batch))
        if new and len(self.stored) + new > self.issued:
            return "ballot_box: more ballots than credentials issued"
        return seen.reason if seen else None

    def totals(self) -> bytes:
        """Compute A_sum, B_sum_1..L."""
        if not self.stored:
            return bytes(128 * (1 + len(self.keys)))
        nonce = reduce_scalar(sum(slip.nonce for slip in self.stored))
        chosen = [slip.choice for slip in self.stored]
        sums = [
            key * nonce + G * reduce_scalar(chosen.count(at))
            for at, key in enumerate(self.keys)
        ]
        return b"".join(map(encode_g1, [G * nonce, *sums]))
