"""What the relay's own node says of the polls, contest by contest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from election.client.contract import Contract
from election.client.contracts.ballot_box import BallotBox
from election.client.contracts.voter_list import VoterList
from election.client.rpc import FINAL, Connection
from election.crypto.transcript import Address, Hash
from election.protocol.abi import ContractName, decode_event
from election.protocol.context import Box
from election.protocol.events import BallotCast
from election.protocol.terms import ElectionTerms, PublishedContest
from services.relay.store import Cast

_STEP: Final = 256
"""Ballots that are noted in one transaction; a block is never cut."""


@dataclass(frozen=True, slots=True)
class Contest:
    """A contest that a relay serves, by the terms that pin it.

    size: bytes of its records.
    """

    election: Address
    published: PublishedContest
    box: Box

    @property
    def context(self) -> Hash:
        """Give ctx."""
        return self.box.ctx

    @property
    def number(self) -> int:
        """Give the contest's id."""
        return self.box.contest

    @property
    def size(self) -> int:
        """Give how many bytes its records have (docs/protocol.md §3)."""
        return 32 * (26 + 9 * len(self.box.election_keys))

    @property
    def opening(self) -> int:
        """Give when the polls open."""
        return self.published.terms.opening


def list_contests(terms: ElectionTerms) -> tuple[Contest, ...]:
    """List the contests of an election that have a box."""
    return tuple(
        Contest(terms.election, each, each.box) for each in terms.contests.values()
    )


@dataclass(frozen=True, slots=True)
class Look:
    """What a node showed at one look; closing: effective t_cast_close.

    head: its latest final block.
    """

    head: int
    closing: int


Shown = tuple[int, list[tuple[Cast, bytes]]]
"""Ballots of the boxes up to a block, that of the number: what is noted, and bytes."""


def look(connection: Connection, terms: ElectionTerms) -> Look:
    """Ask a node where the polls of an election stand; raises ClientError."""
    head = connection.read_head(FINAL)
    own = Contract(connection, ContractName.ELECTION, terms.election)
    ((_, closing),) = own.read_outputs("closings", [()])
    return Look(head.number, closing)


def voter_list(connection: Connection, terms: ElectionTerms) -> VoterList:
    """Give the handle of an election's voter list."""
    at = terms.common.voter_list
    return VoterList(Contract(connection, ContractName.VOTER_LIST, at))


def ballot_box(connection: Connection, contest: Contest) -> BallotBox:
    """Give the handle of a contest's box."""
    at = contest.published.terms.box
    return BallotBox(Contract(connection, ContractName.BALLOT_BOX, at))


def read_casts(
    connection: Connection, contests: Sequence[Contest], *, first: int, last: int
) -> Iterator[Shown]:
    """Read the ballots of all boxes, in parts that end with a block.

    Gives the number of that block, and of each ballot what is noted, and its bytes.
    Raises ClientError and EncodingError.
    """
    contexts = {each.published.terms.box: each.context for each in contests}
    part: list[tuple[Cast, bytes]] = []
    logs = connection.iter_logs(tuple(contexts), first=first, last=last)
    for block, inside in groupby(logs, key=lambda log: log.block_number):
        if len(part) >= _STEP:
            yield block - 1, part
            part = []
        for log in inside:
            event = decode_event(log, ContractName.BALLOT_BOX)
            if isinstance(event, BallotCast):
                context = contexts[log.address]
                hashes = event.credential, event.ballot_hash
                part.append((Cast(context, *hashes, block), event.ballot))
    yield last, part


def peek_credential(record: bytes) -> Address:
    """Take the credential that a record names, of which nothing is verified yet."""
    return Address(record[12:32])
