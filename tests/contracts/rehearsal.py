"""A whole election on a chain in this process, held up to the phase that a test needs.

Each stage is built once in a process; a test undoes what it did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from election.artifacts import ROOT
from election.client.errors import ContractRefusedError
from election.client.open_election import OpenElection, read_box
from election.client.sending import sign_acts
from election.client.wire import Act, Receipt, hexed
from election.crypto.signature import SigningKey, derive_address
from election.protocol.manifest import Contest
from rehearsal import counting, preparation, voting
from rehearsal.chains import travel_to
from rehearsal.people import Person, make_people
from rehearsal.preparation import KeyShares
from rehearsal.roles import Roles, draw_roles, seat_roles
from rehearsal.voting import Register, Voter
from scripts.shared.files.manifest_file import read_manifest
from tests.in_process import connect_in_process

LARGE, SMALL, LONELY, EMPTY, BOXLESS = 11, 7, 30, 2, 40
"""Contests: many voters, two of them, one who casts, none who casts, without a box."""

SLOTS: Final = {LARGE: 3, SMALL: 2, LONELY: 2, EMPTY: 7}
"""EMPTY has more candidates than a small box has room for."""
CHOICES: Final[Mapping[int, tuple[int, ...]]] = {
    LARGE: (1, 3, 3, 2) * 9,
    SMALL: (2, 1),
    LONELY: (2,),
    EMPTY: (1,),
}
COUNTS: Final = {LARGE: (2, 1, 3), SMALL: (1, 1)}
"""What the first six voters of the large contest and both of the small one chose."""

CAST: Final = {LARGE: 6, SMALL: 2, LONELY: 1}
TRUSTEES: Final = 5
THRESHOLD: Final = 3


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """An election with its keys; voters: those who have their credentials."""

    opened: OpenElection
    roles: Roles
    shares: KeyShares
    register: Register
    voters: tuple[Voter, ...] = ()

    def travel(self, timestamp: int) -> None:
        """Give the next block, and calls until then, this timestamp."""
        self.opened.connection.request("evm_setNextBlockTimestamp", timestamp)

    def refusal(self, act: Act, sender: SigningKey | None = None) -> str | None:
        """Tell the contract's whole reason to refuse an act, none if it takes it."""
        account = derive_address(sender or self.roles.relay)
        call = {
            "from": hexed(account),
            "to": hexed(act.to or b""),
            "data": hexed(act.payload),
            "gas": hex(act.gas),
        }
        try:
            self.opened.connection.request("eth_call", call, "latest")
        except ContractRefusedError as error:
            return str(error)
        return None

    def send(self, act: Act, sender: SigningKey | None = None) -> Receipt:
        """Send an act, by the relay unless told; it must succeed."""
        key = sender or self.roles.relay
        return self.opened.connection.send_all([act], key=key)[0]

    def gas_of(self, act: Act) -> int:
        """Send an act by the relay, good or bad, and undo it; tell what it cost."""
        with self.unwound():
            connection = self.opened.connection
            (signed,) = sign_acts(connection, [act], self.roles.relay)
            digest = connection.request("eth_sendRawTransaction", signed.raw)
            receipt = connection.request("eth_getTransactionReceipt", digest)
            return int(receipt["gasUsed"], 16)

    def of_contest(self, contest: int) -> tuple[Voter, ...]:
        """List the voters of a contest by increasing credential."""
        voters = (each for each in self.voters if each.person.contest == contest)
        return tuple(sorted(voters, key=lambda each: each.credential.address))

    @contextmanager
    def unwound(self) -> Iterator[Rehearsal]:
        """Undo at the end whatever happens to the chain inside."""
        request = self.opened.connection.request
        snapshot = request("evm_snapshot")
        try:
            yield self
        finally:
            request("evm_revert", snapshot)


PEOPLE: Final = make_people(CHOICES)


@cache
def lists_published() -> Rehearsal:
    """Hold an election up to its lists; no leaf has moved, one contest has no box."""
    return _prepare({**SLOTS, BOXLESS: 2})


@cache
def polls_opened() -> Rehearsal:
    """Hold an election up to its polls; all voters have their credentials."""
    return _open_polls()


@cache
def ballots_cast() -> Rehearsal:
    """Hold an election up to its cast ballots; the polls are still open."""
    return _cast()


@cache
def sums_frozen() -> Rehearsal:
    """Hold an election up to its frozen sums."""
    polls = _cast()
    travel_to(polls.opened.connection, polls.opened.rules.times[6])
    counting.freeze_all(polls.opened, polls.roles)
    return polls


def _cast() -> Rehearsal:
    polls = _open_polls()
    cast = [
        voter for voter in polls.voters if voter.person.index < CAST.get(_of(voter), 0)
    ]
    voting.cast_all(cast, polls.roles, register=polls.register, progress=_ignore)
    return polls


def _of(voter: Voter) -> int:
    return voter.person.contest


def _prepare(slots: Mapping[int, int]) -> Rehearsal:
    roles = draw_roles(observers=3, trustees=TRUSTEES, issuers=5)
    opened = _deploy(slots, roles)
    travel_to(opened.connection, opened.rules.times[0])
    shares = preparation.hold_ceremonies(opened, roles, progress=_ignore)
    boxed = [each for each in slots if each != BOXLESS]
    acts = [opened.election.create_box(contest) for contest in boxed]
    opened.connection.send_all(acts, key=roles.relay)
    travel_to(opened.connection, opened.rules.times[1])
    people = (*PEOPLE, Person(BOXLESS, 0, "without a box", 1))
    lists = preparation.publish_lists(
        opened, [each for each in people if each.contest in slots], roles
    )
    register = Register({each: read_box(opened, each) for each in boxed}, lists)
    return Rehearsal(opened, roles, shares, register)


def _deploy(slots: Mapping[int, int], roles: Roles) -> OpenElection:
    folder = ROOT / "elections"
    moscow = read_manifest(folder / "mgd-2019.toml", folder / "test-accounts.toml")
    contests = tuple(
        Contest(each, f"Contest {each}", tuple(f"Candidate {n}" for n in range(count)))
        for each, count in slots.items()
    )
    manifest = replace(moscow, contests=contests, minimum_cast=2)
    connection = connect_in_process()
    connection.request("evm_mine")
    shift = connection.read_head().timestamp + 60 - manifest.times.keys
    return preparation.deploy(
        connection, seat_roles(manifest, roles), roles, shift=shift
    )


def _open_polls() -> Rehearsal:
    prepared = _prepare(SLOTS)
    opened, roles, register = prepared.opened, prepared.roles, prepared.register
    travel_to(opened.connection, opened.rules.times[2])
    voting.register_all(opened, PEOPLE, roles, register=register, progress=_ignore)
    travel_to(opened.connection, opened.rules.times[4])
    devices = voting.announce_all(
        opened, PEOPLE, roles, register=register, progress=_ignore
    )
    voters = voting.credit_all(
        opened,
        devices,
        prepared.shares.issuers[:3],
        register=register,
        progress=_ignore,
    )
    return replace(prepared, voters=voters)


def _ignore(_: int) -> None:
    """Show no progress."""
