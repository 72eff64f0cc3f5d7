"""The nodes of an election: any may be away, and one may lie.

What ends a promise, or lets one be given for longer, is believed where all that answer
agree, of whom there are two if two are named. What is sent goes to one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import zip_longest

from election.client.errors import ClientError, ConnectionFailedError
from election.client.rpc import Connection
from election.errors import ElectionError
from election.protocol.longest_extension import LONGEST_EXTENSION
from election.protocol.terms import ElectionTerms
from services.relay.polls import Contest, Look, Shown, look, read_casts
from services.shell.elections import reach


class NodesDifferError(ElectionError):
    """Report nodes that show different ballots in the same final blocks."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What the nodes showed at one look; away: what was wrong with each that did not.

    look: what all who answered have; None if nobody did. agreed: those who answered, if
    they are enough to end promises by.
    """

    look: Look | None
    agreed: tuple[Connection, ...]
    away: dict[str, str]


@dataclass
class Nodes:
    """Nodes of one election, by URL; turn: of who is asked next."""

    terms: ElectionTerms
    urls: Sequence[str]
    turn: int = field(default=0)

    def reach(self) -> Connection:
        """Reach the node whose turn it is, or the next that answers.

        Raises ClientError if none does.
        """
        failed: ClientError = ConnectionFailedError("nodes", "none is named")
        for _ in self.urls:
            try:
                return reach(self.terms, self.urls[self.turn % len(self.urls)])
            except ClientError as error:
                failed = error
                self.turn += 1
        raise failed

    def pass_on(self) -> None:
        """Ask another node next time: this one failed, or did not do it."""
        self.turn += 1

    def look_around(self) -> Sight:
        """Look at the polls through all nodes at once."""
        away: dict[str, str] = {}
        seen: list[tuple[Connection, Look]] = []

        def ask(url: str) -> tuple[Connection, Look]:
            connection = reach(self.terms, url)
            return connection, look(connection, self.terms)

        with ThreadPoolExecutor(len(self.urls)) as pool:
            asked = [(url, pool.submit(ask, url)) for url in self.urls]
            for url, future in asked:
                try:
                    seen.append(future.result())
                except ElectionError as error:
                    away[url] = str(error)
        if not seen:
            return Sight(None, (), away)
        own = self.terms.common.cast_closing
        closing = min(each.closing for _, each in seen)
        agreed = Look(
            min(each.head for _, each in seen),
            min(max(own, closing), own + LONGEST_EXTENSION),
        )
        are_enough = len(seen) >= min(2, len(self.urls))
        connections = tuple(connection for connection, _ in seen)
        return Sight(agreed, connections if are_enough else (), away)


def read_agreed(
    connections: Sequence[Connection],
    contests: Sequence[Contest],
    *,
    first: int,
    last: int,
) -> Iterator[Shown]:
    """Read the ballots of all boxes as `read_casts`, from every node.

    Raises NodesDifferError, before the part in which one shows something else.
    """
    sources = [
        read_casts(each, contests, first=first, last=last) for each in connections
    ]
    for parts in zip_longest(*sources):
        if any(part != parts[0] for part in parts) or parts[0] is None:
            fact = "show different ballots in final blocks: tell the observers"
            raise NodesDifferError("nodes", fact)
        yield parts[0]
