"""The handle of a contest's BallotBox contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from election.client.contract import Contract
from election.client.wire import Act
from election.crypto.transcript import Address, Hash

LARGEST_BATCH: Final = 32
"""Ballots that one call may cast."""


@dataclass(frozen=True, slots=True)
class BallotBox:
    """A BallotBox contract."""

    contract: Contract

    def ctx(self) -> Hash:
        """Read the context that the box computed."""
        return Hash(self.contract.read("ctx"))

    def election_keys(self) -> bytes:
        """Read H_1..H_L."""
        return bytes(self.contract.read("election_keys"))

    def credential_key(self) -> bytes:
        """Read PK."""
        return bytes(self.contract.read("credential_key"))

    def cast_count(self) -> int:
        """Count the ballots stored."""
        return int(self.contract.read("cast_count"))

    def used(self, credentials: Sequence[Address]) -> list[bool]:
        """Tell of each credential whether its ballot is stored."""
        return self.contract.read_each("used", [(each,) for each in credentials])

    def totals(self) -> bytes:
        """Read A_sum, B_sum_1..L."""
        return bytes(self.contract.read("totals"))

    def cast(self, ballots: Sequence[bytes]) -> Act:
        """Cast up to LARGEST_BATCH records, credentials strictly increasing."""
        return self.contract.act("cast", ballots)
