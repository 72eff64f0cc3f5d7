"""The polls: registration, credentials, ballots; everybody in one process.

Time is the caller's: nothing here waits for a phase.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from election.client.casting import CastResult, cast_ballots
from election.client.contracts.voter_list import NO_SIGNATURE
from election.client.issuing import read_issuer_keys, serve_issued, take_credential
from election.client.open_election import ContestBox, OpenElection
from election.client.wire import Act
from election.crypto.blind_credential import RECOVERY_SECRET_BYTES, RecoverySecret
from election.crypto.group import encode_g1
from election.crypto.transcript import Hash
from election.protocol.attestation import (
    LIFETIME,
    NO_LOCK,
    Attestation,
    Request,
    Role,
    attest,
    request_issuance,
    request_registration,
)
from election.protocol.ballot import NO_MEMO, make_ballot, prepare_choice
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.issuance import Credential, CredentialRequest, prepare_request
from election.protocol.voter_list import VoterList, claim_leaf
from scripts.demo.electorate import Person
from scripts.demo.preparation import Progress
from scripts.demo.roles import Roles, draw_source

Item = TypeVar("Item")
_SENT_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Register:
    """What registrar and voters' devices know of each contest: its box and its list."""

    boxes: Mapping[int, ContestBox]
    lists: Mapping[int, VoterList]

    def leaf(self, person: Person) -> Hash:
        """Give the leaf of a person."""
        return self.lists[person.contest].tree.levels[0][person.index]


@dataclass(frozen=True, slots=True)
class Device:
    """One voter's device, and the request for a credential that it made."""

    person: Person
    leaf: Hash
    request: CredentialRequest = field(repr=False)


@dataclass(frozen=True, slots=True)
class Voter:
    """A voter with the right to cast one ballot."""

    person: Person
    credential: Credential = field(repr=False)


def register_all(
    opened: OpenElection,
    people: Sequence[Person],
    roles: Roles,
    *,
    register: Register,
    progress: Progress,
) -> None:
    """Register everybody to vote online, each with two attestations."""
    for some in _slices(people):
        expiry = opened.connection.read_head().timestamp + LIFETIME
        acts = []
        for person in some:
            ctx = register.boxes[person.contest].box.ctx
            request = request_registration(
                ctx, register.leaf(person), nonce=0, lock=NO_LOCK
            )
            portal, sms = _attest_twice(request, roles, expiry=expiry)
            claim = claim_leaf(register.lists[person.contest], person.index)
            acts.append(
                opened.voter_list.register(claim, NO_LOCK, portal=portal, sms=sms)
            )
        opened.connection.send_all(acts, key=roles.registrar)
        progress(len(acts))


def open_device(person: Person, register: Register) -> Device:
    """Draw the recovery secret that a voter would print, and derive the request."""
    secret = RecoverySecret(secrets.token_bytes(RECOVERY_SECRET_BYTES))
    leaf = register.leaf(person)
    ctx = register.boxes[person.contest].box.ctx
    return Device(person, leaf, prepare_request(secret, ctx=ctx, leaf=leaf))


def announce(
    opened: OpenElection,
    device: Device,
    roles: Roles,
    *,
    register: Register,
    nonce: int,
) -> Act:
    """Build the act that announces a device's request, with its two attestations."""
    contest = device.person.contest
    request = request_issuance(
        register.boxes[contest].box.ctx,
        device.leaf,
        nonce=nonce,
        blinded=device.request.blinded,
    )
    expiry = opened.connection.read_head().timestamp + LIFETIME
    portal, sms = _attest_twice(request, roles, expiry=expiry)
    return opened.voter_list.request_credential(
        claim_leaf(register.lists[contest], device.person.index),
        encode_g1(device.request.blinded),
        lock_signature=NO_SIGNATURE,
        portal=portal,
        sms=sms,
    )


def announce_all(
    opened: OpenElection,
    people: Sequence[Person],
    roles: Roles,
    *,
    register: Register,
    progress: Progress,
) -> tuple[Device, ...]:
    """Have everybody's request for a credential announced."""
    devices = []
    for some in _slices(people):
        opening = [open_device(person, register) for person in some]
        acts = [
            announce(opened, device, roles, register=register, nonce=1)
            for device in opening
        ]
        opened.connection.send_all(acts, key=roles.registrar)
        devices.extend(opening)
        progress(len(acts))
    return tuple(devices)


def credit_all(
    opened: OpenElection,
    devices: Sequence[Device],
    issuers: Iterable[KeyShare],
    *,
    register: Register,
    progress: Progress,
) -> tuple[Voter, ...]:
    """Have these issuers answer, and everybody's device combine the answers."""
    issuers = tuple(issuers)
    voters = []
    for contest, contest_box in register.boxes.items():
        keys = read_issuer_keys(opened, contest)
        answers = {
            share.member: serve_issued(opened, contest, key_share=share)
            for share in issuers
        }
        for device in devices:
            if device.person.contest != contest:
                continue
            mine = {issuer: served[device.leaf] for issuer, served in answers.items()}
            credential = take_credential(
                device.request, mine.items(), contest_box.terms, issuer_keys=keys
            )
            voters.append(Voter(device.person, credential))
            progress(1)
    return tuple(voters)


def encrypt_ballot(voter: Voter, contest_box: ContestBox, *, choice: int) -> bytes:
    """Make a voter's ballot, as the voter's device does."""
    prepared = prepare_choice(choice, contest_box.box, source=draw_source())
    return make_ballot(
        prepared,
        contest_box.box,
        credential=voter.credential,
        memo=NO_MEMO,
        source=draw_source(),
    )


def cast_all(
    voters: Sequence[Voter], roles: Roles, *, register: Register, progress: Progress
) -> tuple[CastResult, ...]:
    """Encrypt everybody's choice and have the relay cast the ballots."""
    results = []
    for contest, contest_box in register.boxes.items():
        of_contest = [each for each in voters if each.person.contest == contest]
        for some in _slices(of_contest):
            records = [
                encrypt_ballot(each, contest_box, choice=each.person.choice)
                for each in some
            ]
            results.append(cast_ballots(contest_box, records, key=roles.relay))
            progress(len(records))
    return tuple(results)


def _attest_twice(
    request: Request, roles: Roles, *, expiry: int
) -> tuple[Attestation, Attestation]:
    return (
        attest(request, roles.portal, role=Role.PORTAL, expiry=expiry),
        attest(request, roles.sms_gateway, role=Role.SMS_GATEWAY, expiry=expiry),
    )


def _slices(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for at in range(0, len(items), _SENT_AT_ONCE):
        yield items[at : at + _SENT_AT_ONCE]
