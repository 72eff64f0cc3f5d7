"""Where the demo holds its election: what differs between a devnet and a network."""

from __future__ import annotations

from enum import Enum, auto
from typing import Protocol

from election.client.open_election import OpenElection
from election.client.rpc import Connection
from election.protocol.manifest import Manifest
from rehearsal import preparation
from rehearsal.chains import LEAD, Chain
from rehearsal.roles import Cast, Roles
from scripts.anybody.find import Sought
from scripts.demo.telling import Teller


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

    def close(self, sought: Sought, teller: Teller) -> bool:
        """Show what this chain has beyond the audit; sought: a ballot that was cast.

        Returns whether it holds.
        """


class Devnet:
    """A development chain: one node, and a clock that can be moved."""

    cast = Cast(trustees=5, issuers=5, liar=4, absent=2)

    def __init__(self, connection: Connection) -> None:
        self.auditors = connection
        self._chain = Chain(connection)

    def deploy(self, manifest: Manifest, roles: Roles) -> OpenElection:
        """Put an election on the chain, with its times moved to now."""
        shift = self._chain.lead(LEAD) - manifest.times.keys
        return preparation.deploy(self.auditors, manifest, roles, shift=shift)

    def move(self, opened: OpenElection) -> OpenElection:
        """Stay where the election is."""
        return opened

    def await_time(self, moment: int, teller: Teller) -> None:  # noqa: ARG002
        """Move the chain's clock."""
        self._chain.travel(moment)

    def meet_trouble(self, moment: Moment, teller: Teller) -> None:
        """Meet none."""

    def close(self, sought: Sought, teller: Teller) -> bool:  # noqa: ARG002
        """Show nothing more: nobody else checks the blocks of a devnet."""
        return True
