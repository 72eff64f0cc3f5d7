"""Nodes of several organisations, each asked for itself; none is believed alone."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from election.client.contract import Contract
from election.client.contracts.election import Election
from election.client.errors import ConnectionFailedError, Trouble
from election.client.rpc import Connection
from election.client.transport import Post, open_post, show_url
from election.errors import ElectionError
from election.protocol.abi import ContractName
from election.protocol.longest_extension import LONGEST_EXTENSION
from scripts.shared.errors import ServiceAwayError
from scripts.shared.files.booth_files import Host
from scripts.voters.device.device import Device
from scripts.voters.device.texts import spell_one, spell_refusal

Told = TypeVar("Told")
_OWNERS: Final = 2
_PATIENCE: Final = 20.0  # seconds, for one answer of a node
_LONGEST: Final = 120.0  # seconds, for all answers that one look takes


@dataclass(slots=True)
class Nodes:
    """The nodes of one side. A node that does not answer is asked again next time."""

    hosts: Sequence[Host]
    chain_id: int
    is_network: bool
    _open: dict[str, Connection] = field(default_factory=dict)
    _due: float = 0.0

    def reach(self, host: Host) -> Connection:
        """Connect once; what is asked of it now has to end in time.

        So no node keeps a device from the others. Raises ClientError.
        """
        self._due = time.monotonic() + _LONGEST
        if host.url not in self._open:
            post = self._bound(host.url, open_post(host.url, patience=_PATIENCE))
            shown = show_url(host.url)
            connection = Connection(post, url=shown, chain_id=self.chain_id)
            connection.check_chain()
            self._open[host.url] = connection
        return self._open[host.url]

    def _bound(self, url: str, post: Post) -> Post:
        def post_in_time(body: bytes) -> bytes:
            if time.monotonic() > self._due:
                fact = "takes too long for its answers"
                raise ConnectionFailedError(show_url(url), fact, Trouble.SLOW)
            return post(body)

        return post_in_time

    def ask_all(self, ask: Callable[[Connection], Told]) -> Iterator[tuple[str, Told]]:
        """Ask every node; give what came, each with its organisation."""
        for host in self.hosts:
            try:
                yield host.organisation, ask(self.reach(host))
            except ElectionError:  # of what it answers, too
                continue

    def ask_owners(
        self, most: int, ask: Callable[[Connection], Told]
    ) -> dict[str, Told]:
        """Ask in a drawn order until so many organisations answered."""
        found: dict[str, Told] = {}
        for host in self.draw():
            if len(found) == most:
                break
            if host.organisation not in found:
                try:
                    found[host.organisation] = ask(self.reach(host))
                except ElectionError:
                    continue
        return found

    def read_time(self) -> int:
        """Read the machine's time, or the chain's where its clock is moved at will.

        So no node of a network hears of a device that waits. Unix seconds. Raises
        ServiceAwayError.
        """
        if self.is_network:
            return int(time.time())
        for each in self.ask_owners(1, Connection.read_clock).values():
            return each
        raise ServiceAwayError(spell_one("node"), spell_refusal("away"))

    def read_times(self) -> list[int]:
        """Read the time as `read_time` does, and the clocks of two organisations.

        Where one of them says that there is time, the own clock may be wrong. Raises
        ServiceAwayError.
        """
        told = self.ask_owners(_OWNERS, Connection.read_clock)
        return [self.read_time(), *told.values()]

    def find_closings(self, device: Device) -> tuple[int, int]:
        """Find when issuing and casting end: Unix seconds.

        Extended only if two organisations show it alike, else as in the terms.
        """
        shown = self._read_extensions(device)
        return _extend(device, min(shown) if len(set(shown)) == 1 else 0)

    def find_last_closings(self, device: Device) -> tuple[int, int]:
        """Find when both have ended, whoever of two organisations shows it last.

        So one that hides an extension keeps nobody from voting. Unix seconds.
        """
        return _extend(device, max(self._read_extensions(device)))

    def _read_extensions(self, device: Device) -> list[int]:
        """Read what two organisations show, seconds; 0 of who shows none or is away."""
        at, terms = device.terms.election, device.published.terms

        def read(connection: Connection) -> tuple[int, int]:
            contract = Contract(connection, ContractName.ELECTION, at)
            return Election(contract).closings()

        shown = [0, 0]
        for place, (issuing, casting) in enumerate(
            self.ask_owners(_OWNERS, read).values()
        ):
            shift = casting - terms.cast_closing
            is_one = issuing - terms.issue_closing == shift
            shown[place] = shift if is_one and 0 <= shift <= LONGEST_EXTENSION else 0
        return shown

    def draw(self) -> list[Host]:
        """Give the hosts in an order that nobody can foretell."""
        return secrets.SystemRandom().sample(list(self.hosts), len(self.hosts))


def _extend(device: Device, extension: int) -> tuple[int, int]:
    terms = device.published.terms
    return terms.issue_closing + extension, terms.cast_closing + extension
