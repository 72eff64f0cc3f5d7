"""Before the polls: deployment, ceremonies, boxes, lists; everybody in one process.

Time is the caller's: nothing here waits for a phase.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from election.client.ceremony import (
    Ceremony,
    accept_enrolments,
    issuers_ceremony,
    read_attempt,
    trustees_ceremony,
)
from election.client.ceremony_member import Member, advance_member
from election.client.deployment import begin_deployment, deploy_election
from election.client.open_election import OpenElection, open_election
from election.client.rpc import Connection
from election.crypto.group import Point
from election.crypto.signature import derive_address
from election.crypto.transcript import Hash
from election.errors import CeremonyError
from election.protocol.ceremony.attempt import Step
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.ceremony.dealing import prove_deal
from election.protocol.context import derive_election_id
from election.protocol.manifest import Manifest
from election.protocol.voter_list import VoterList, build_voter_list, hash_voter
from rehearsal.people import Person
from rehearsal.progress import Progress
from rehearsal.roles import Roles


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
    opened: OpenElection,
    roles: Roles,
    *,
    progress: Progress,
    liar: Member | None = None,
) -> KeyShares:
    """Have trustees and issuers make their keys; each member speaks five times.

    liar: a trustee who deals garbage, if there is one.
    """
    trustees, issuers = trustees_ceremony(opened), issuers_ceremony(opened)
    return KeyShares(
        _hold(trustees, roles.trustees, progress=progress, liar=liar),
        _hold(issuers, roles.issuers, progress=progress, liar=None),
    )


def _hold(
    ceremony: Ceremony[Point],
    members: Sequence[Member],
    *,
    progress: Progress,
    liar: Member | None,
) -> tuple[KeyShare, ...]:
    """Let everybody speak in turn, reserves too, until the key is final."""
    while True:
        shares = []
        for member in members:
            if member is liar and deal_garbage(ceremony, member):
                continue
            advance = advance_member(ceremony, member)
            progress(advance.acted)
            if advance.step is Step.FAILED:
                raise CeremonyError("ceremony", "failed")
            if advance.key_share is not None:
                shares.append(advance.key_share)
        if shares and len(shares) == ceremony.handle.n():
            return tuple(sorted(shares, key=lambda share: share.member))


def deal_garbage(ceremony: Ceremony[Point], member: Member) -> bool:
    """Deal shares that do not fit what was revealed, if it is time to deal."""
    record = read_attempt(ceremony)
    account = derive_address(member.key)
    if record.step is not Step.SHARES or account not in record.attempt.members:
        return False
    index = record.attempt.members.index(account) + 1
    words = (len(record.attempt.members) - 1) * ceremony.slots
    garbage = (Hash(bytes(32)),) * words
    bound = accept_enrolments(record)
    proven = prove_deal(garbage, bound, index, source=member.source)
    act = ceremony.handle.deal(proven)
    ceremony.handle.contract.connection.send(act, key=member.key)
    return True


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
