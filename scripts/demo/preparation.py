"""Before the polls: deployment, ceremonies, boxes, lists; everybody in one process.

Time is the caller's: nothing here waits for a phase.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from election.client.ceremony import Ceremony, issuers_ceremony, trustees_ceremony
from election.client.ceremony_member import Member, advance_member
from election.client.deployment import begin_deployment, deploy_election
from election.client.open_election import OpenElection, open_election
from election.client.rpc import Connection
from election.crypto.group import Point
from election.crypto.transcript import Hash
from election.errors import CeremonyError
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.context import derive_election_id
from election.protocol.manifest import Manifest
from election.protocol.voter_list import VoterList, build_voter_list, hash_voter
from scripts.demo.electorate import Person
from scripts.demo.roles import Roles

Progress = Callable[[int], None]
"""Told of so many more things done."""


@dataclass(frozen=True, slots=True)
class KeyShares:
    """What the ceremonies leave to each trustee and issuer, in the order of seats."""

    trustees: tuple[KeyShare, ...] = field(repr=False)
    issuers: tuple[KeyShare, ...] = field(repr=False)


def deploy(
    connection: Connection, manifest: Manifest, roles: Roles, *, shift: int
) -> OpenElection:
    """Put the election on the chain, as the commission."""
    deployment = deploy_election(
        connection,
        manifest,
        key=roles.commission,
        deployment=begin_deployment(connection, manifest, shift=shift),
        save=lambda _: None,
    )
    return open_election(connection, deployment.election, since=deployment.block)


def hold_ceremonies(
    opened: OpenElection, roles: Roles, *, progress: Progress
) -> KeyShares:
    """Have trustees and issuers make their keys; each member speaks five times."""
    trustees, issuers = trustees_ceremony(opened), issuers_ceremony(opened)
    return KeyShares(
        _hold(trustees, roles.trustees, progress=progress),
        _hold(issuers, roles.issuers, progress=progress),
    )


def _hold(
    ceremony: Ceremony[Point], members: Sequence[Member], *, progress: Progress
) -> tuple[KeyShare, ...]:
    shares: list[KeyShare] = []
    while len(shares) < len(members):
        shares.clear()
        for member in members:
            advance = advance_member(ceremony, member)
            progress(advance.acted)
            if advance.key_share is not None:
                shares.append(advance.key_share)
            elif advance.is_over:
                raise CeremonyError("ceremony", "failed")
    return tuple(shares)


def create_boxes(opened: OpenElection, roles: Roles) -> None:
    """Make every contest's box."""
    acts = [opened.election.create_box(contest) for contest in opened.contests]
    opened.connection.send_all(acts, key=roles.commission)


def publish_lists(
    opened: OpenElection, people: Sequence[Person], roles: Roles
) -> Mapping[int, VoterList]:
    """Salt and hash everybody on the lists, and publish their roots."""
    election_id = derive_election_id(opened.rules.slug)
    lists = {}
    for contest in opened.contests:
        voters = [
            hash_voter(person.voter_id, Hash(secrets.token_bytes(32)))
            for person in people
            if person.contest == contest
        ]
        lists[contest] = build_voter_list(election_id, contest, voters=voters)
    acts = [
        opened.voter_list.publish(contest, each.tree.root, size=len(each.voters))
        for contest, each in lists.items()
    ]
    opened.connection.send_all(acts, key=roles.commission)
    return lists
