"""The elections that the registrar works for: lists, times, and a node of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from election.client.contract import Contract
from election.client.contracts.election import Election
from election.client.contracts.voter_list import VoterList
from election.client.errors import ClientError
from election.client.rpc import Connection
from election.crypto.transcript import Hash
from election.protocol.abi import ContractName
from election.protocol.terms import ElectionTerms
from election.protocol.voter_list import PublishedList
from services.registrar.publishing import Lists, open_lists
from services.registrar.salts import open_salts
from services.registrar.transitions import Times
from services.shell.elections import nodes_of, reach
from services.shell.service import Context

UNKNOWN: Final = Times(0, 0, 0)


@dataclass
class Desk:
    """One election. times: fixed at deployment; `UNKNOWN` until a node was asked.

    lists: of nobody while the terms are from before the lists. start: the first moment
    of applications, if it is not that of registration. registration: from when leaves
    move. closing, cast_closing: when issuing and casting end, extensions included, as a
    node said last.
    """

    name: str
    terms: ElectionTerms
    lists: Lists
    nodes: Sequence[str]
    margin: int
    times: Times = UNKNOWN
    registration: int = 0
    closing: int = 0
    cast_closing: int = 0
    start: int | None = None
    _connection: Connection | None = field(default=None, repr=False)
    _failed: int = field(default=0, repr=False)

    def connect(self) -> Connection:
        """Reach a node; raises ClientError."""
        if self._connection is None:
            url = self.nodes[self._failed % len(self.nodes)]
            try:
                self._connection = reach(self.terms, url)
            except ClientError:
                self._failed += 1
                raise
        return self._connection

    def drop(self) -> None:
        """Ask the next node from now on, since this one failed."""
        self._connection = None
        self._failed += 1

    def voter_list(self, connection: Connection) -> VoterList:
        """Give the handle of the voter list."""
        address = self.terms.common.voter_list
        return VoterList(Contract(connection, ContractName.VOTER_LIST, address))

    def learn_times(self, connection: Connection) -> None:
        """Ask for the times of the election; raises ClientError."""
        handle = Election(
            Contract(connection, ContractName.ELECTION, self.terms.election)
        )
        if self.times == UNKNOWN:
            found = handle.times()
            start = found.registration if self.start is None else self.start
            closing = max(start, found.freeze - self.margin)
            self.registration = found.registration
            self.times = Times(start, closing, found.freeze)
        self.closing, self.cast_closing = handle.closings()

    def ctx(self, contest: int) -> Hash:
        """Give the ctx of a contest, which the terms have."""
        return self.terms.contest(contest).box.ctx


Desks = Mapping[str, Desk]


def open_desks(context: Context) -> dict[str, Desk]:
    """Open the lists of all elections of config.toml; raises InputError.

    Terms from before the lists have none, and then no salt is needed yet.
    """
    elections, settings = context.elections, context.settings
    has_lists = any(e.size for t in elections.values() for e in t.contests.values())
    salts = open_salts(context.home, context.vault) if has_lists else None
    first = settings.applications_from
    nodes = nodes_of(settings, elections)
    found: dict[str, Desk] = {}
    for name, terms in elections.items():
        published = {
            number: PublishedList(each.root, each.size)
            for number, each in terms.contests.items()
            if each.size
        }
        lists = open_lists(
            context.home.folder,
            name,
            published,
            election_id=terms.common.election_id,
            salts=salts,
        )
        start = None if first is None else int(first.timestamp())
        found[name] = Desk(
            name, terms, lists, nodes[name], settings.margin, start=start
        )
    return found


def deciding(desks: Sequence[Desk]) -> Desk:
    """Choose the election that decides on an application: no test, the last freeze."""
    return max(desks, key=lambda desk: (not desk.terms.test, desk.times.freeze))
