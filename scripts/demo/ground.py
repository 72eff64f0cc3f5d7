"""Where the demo holds its election: what differs between a devnet and a network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final, Protocol

from election.client.open_election import OpenElection
from election.client.rpc import Connection
from election.crypto.transcript import Hash
from election.protocol.manifest import Manifest
from scripts.demo import preparation
from scripts.demo.node_process import travel_to
from scripts.demo.roles import Roles
from scripts.demo.telling import Teller

# Seconds from the first block to the ceremonies. On a busy machine, and the first time,
# the contracts alone are compiled for more than a minute in between.
_LEAD: Final = 3_600


@dataclass(frozen=True, slots=True)
class Cast:
    """How many play. liar, absent: trustees, by seat."""

    trustees: int
    issuers: int
    liar: int
    absent: int
    reserves: int = 1
    observers: int = 3


class Moment(Enum):
    """When a network meets trouble."""

    CREDENTIALS = auto()
    BALLOTS = auto()
    COUNT = auto()


class Ground(Protocol):
    """A chain that is the demo's alone."""

    cast: Cast

    @property
    def auditors(self) -> Connection:
        """Give the node that the audit asks."""

    def deploy(self, manifest: Manifest, roles: Roles) -> OpenElection:
        """Put an election on the chain, with times that fit it."""

    def move(self, opened: OpenElection) -> OpenElection:
        """Give the election as the next organisation's node shows it."""

    def await_time(self, moment: int, teller: Teller) -> None:
        """Be at a time, Unix seconds."""

    def meet_trouble(self, moment: Moment, teller: Teller) -> None:
        """Let happen what happens to a network."""

    def close(self, ballot: Hash, teller: Teller) -> bool:
        """Show what this chain has beyond the audit; ballot: a transaction with one.

        Returns whether it holds.
        """


class Devnet:
    """A development chain: one node, and a clock that can be moved."""

    cast = Cast(trustees=5, issuers=5, liar=4, absent=2)

    def __init__(self, connection: Connection) -> None:
        self.auditors = connection

    def deploy(self, manifest: Manifest, roles: Roles) -> OpenElection:
        """Put an election on the chain, with its times moved to now."""
        connection = self.auditors
        connection.request("evm_mine")  # the first block of a new chain is an old one
        shift = connection.read_head().timestamp + _LEAD - manifest.times.keys
        return preparation.deploy(connection, manifest, roles, shift=shift)

    def move(self, opened: OpenElection) -> OpenElection:
        """Stay where the election is."""
        return opened

    def await_time(self, moment: int, teller: Teller) -> None:  # noqa: ARG002
        """Move the chain's clock."""
        travel_to(self.auditors, moment)

    def meet_trouble(self, moment: Moment, teller: Teller) -> None:
        """Meet none."""

    def close(self, ballot: Hash, teller: Teller) -> bool:  # noqa: ARG002
        """Show nothing more: nobody else checks the blocks of a devnet."""
        return True


def fit(manifest: Manifest, cast: Cast) -> Manifest:
    """Give a manifest the seats that are taken, and thresholds of a majority."""
    return replace(
        manifest,
        trustees=replace(
            manifest.trustees, seats=cast.trustees, threshold=cast.trustees // 2 + 1
        ),
        issuers=replace(
            manifest.issuers, seats=cast.issuers, threshold=cast.issuers // 2 + 1
        ),
    )
