"""The polls: registration, credentials, ballots; everybody in one process.

Time is the caller's: nothing here waits for a phase.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from election.client.casting import CastResult, cast_ballots
from election.client.contracts.voter_list import NO_SIGNATURE
from election.client.issuing import (
    answer_issued,
    read_issued,
    read_issuer_keys,
    take_credential,
)
from election.client.open_election import ContestBox, OpenElection
from election.client.wire import Act
from election.crypto.blind_credential import RECOVERY_SECRET_BYTES, RecoverySecret
from election.crypto.group import G2Point, decode_g1, encode_g1
from election.crypto.transcript import Hash, hash_bytes
from election.errors import BallotError, CredentialError, EncodingError
from election.protocol.attestation import (
    LIFETIME,
    NO_LOCK,
    Action,
    Attestation,
    Request,
    Role,
    attest,
    request_registration,
    request_withdrawal,
)
from election.protocol.ballot import (
    NO_MEMO,
    make_ballot,
    prepare_choice,
    verify_audit,
)
from election.protocol.ceremony.confirmation import KeyShare
from election.protocol.issuance import (
    Credential,
    CredentialRequest,
    accept_credential,
    prepare_request,
)
from election.protocol.voter_list import VoterList, claim_leaf
from rehearsal.people import Conduct, Person
from rehearsal.progress import Progress
from rehearsal.roles import Roles, draw_source

Item = TypeVar("Item")
_SENT_AT_ONCE = 32  # a slow node answers a batch within a minute, or not all of it


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
    """One voter's device, and the request for a credential that it made.

    secret: what the voter printed; another device goes on from it.
    """

    person: Person
    leaf: Hash
    secret: RecoverySecret = field(repr=False)
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
        acts = [
            apply_for(opened, person, roles, register=register, expiry=expiry)
            for person in some
        ]
        opened.connection.send_all(acts, key=roles.registrar)
        progress(len(acts))


def apply_for(
    opened: OpenElection,
    person: Person,
    roles: Roles,
    *,
    register: Register,
    expiry: int,
) -> Act:
    """Build the act that registers a voter, with its two attestations."""
    ctx = register.boxes[person.contest].box.ctx
    request = request_registration(ctx, register.leaf(person), nonce=0, lock=NO_LOCK)
    portal, sms = _attest_twice(request, roles, expiry=expiry)
    claim = claim_leaf(register.lists[person.contest], person.index)
    return opened.voter_list.register(claim, NO_LOCK, portal=portal, sms=sms)


def withdraw_some(
    opened: OpenElection,
    people: Sequence[Person],
    roles: Roles,
    *,
    register: Register,
) -> None:
    """Take those back who withdraw, each with two attestations."""
    leaving = [each for each in people if each.conduct is Conduct.WITHDRAWS]
    for some in _slices(leaving):
        expiry = opened.connection.read_head().timestamp + LIFETIME
        acts = []
        for person in some:
            ctx = register.boxes[person.contest].box.ctx
            request = request_withdrawal(ctx, register.leaf(person), nonce=1)
            portal, sms = _attest_twice(request, roles, expiry=expiry)
            claim = claim_leaf(register.lists[person.contest], person.index)
            acts.append(
                opened.voter_list.withdraw(claim, NO_SIGNATURE, portal=portal, sms=sms)
            )
        opened.connection.send_all(acts, key=roles.registrar)


def mark_paper(
    opened: OpenElection,
    people: Sequence[Person],
    roles: Roles,
    *,
    register: Register,
) -> None:
    """Have the polling station note who is given a paper ballot."""
    coming = [each for each in people if each.conduct.votes_on_paper]
    for some in _slices(coming):
        claims = [claim_leaf(register.lists[each.contest], each.index) for each in some]
        acts = [opened.voter_list.mark_paper(claim) for claim in claims]
        opened.connection.send_all(acts, key=roles.polling_station)


def open_device(person: Person, register: Register) -> Device:
    """Draw the recovery secret that a voter would print, and derive the request."""
    secret = RecoverySecret(secrets.token_bytes(RECOVERY_SECRET_BYTES))
    leaf = register.leaf(person)
    ctx = register.boxes[person.contest].box.ctx
    request = prepare_request(secret, ctx=ctx, leaf=leaf)
    return Device(person, leaf, secret, request)


def resume(lost: Device, register: Register) -> Device:
    """Go on with another device, which has the recovery secret and the terms alone."""
    person, leaf = lost.person, register.leaf(lost.person)
    ctx = register.boxes[person.contest].box.ctx
    request = prepare_request(lost.secret, ctx=ctx, leaf=leaf)
    return replace(lost, leaf=leaf, request=request)


def announce(
    opened: OpenElection,
    device: Device,
    roles: Roles,
    *,
    register: Register,
    nonce: int,
) -> Act:
    """Build the act that announces a device's request, with its two attestations."""
    return announce_blinded(
        opened,
        (device.person, encode_g1(device.request.blinded)),
        roles,
        register=register,
        expiry=opened.connection.read_head().timestamp + LIFETIME,
        nonce=nonce,
    )


def announce_blinded(
    opened: OpenElection,
    asking: tuple[Person, bytes],
    roles: Roles,
    *,
    register: Register,
    expiry: int,
    nonce: int = 1,
) -> Act:
    """Build the act that announces M' of a voter, with its two attestations."""
    person, blinded = asking
    ctx, leaf = register.boxes[person.contest].box.ctx, register.leaf(person)
    request = Request(ctx, Action.ISSUE, leaf, nonce, hash_bytes(blinded))
    portal, sms = _attest_twice(request, roles, expiry=expiry)
    return opened.voter_list.request_credential(
        claim_leaf(register.lists[person.contest], person.index),
        blinded,
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
        expiry = opened.connection.read_head().timestamp + LIFETIME
        acts = [
            announce_blinded(
                opened,
                (device.person, encode_g1(device.request.blinded)),
                roles,
                register=register,
                expiry=expiry,
            )
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
        issued = read_issued(opened, contest).values()
        position = opened.contest(contest).position
        answers = {
            share.member: answer_issued(issued, share.secrets[position - 1])
            for share in issuers
        }
        for device in devices:
            if device.person.contest != contest:
                continue
            mine = {issuer: served[device.leaf] for issuer, served in answers.items()}
            is_lost = device.person.conduct is Conduct.RESUMES
            own = resume(device, register) if is_lost else device
            credential = _combine(own, mine, contest_box, keys)
            voters.append(Voter(own.person, credential))
            progress(1)
    return tuple(voters)


def _combine(
    device: Device,
    answers: Mapping[int, bytes],
    contest_box: ContestBox,
    issuer_keys: tuple[G2Point, ...],
) -> Credential:
    """Combine answers and check what comes of it; look for a bad one only then."""
    try:
        shares = {issuer: decode_g1(raw) for issuer, raw in answers.items()}
        return accept_credential(shares, device.request, contest_box.box)
    except (CredentialError, EncodingError):
        answered, terms = answers.items(), contest_box.terms
        return take_credential(device.request, answered, terms, issuer_keys=issuer_keys)


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


def check_ballot(voter: Voter, contest_box: ContestBox) -> None:
    """Open an encrypted choice, which is never cast, to a second device.

    Raises BallotError if it does not hold what the voter chose.
    """
    box = contest_box.box
    prepared = prepare_choice(voter.person.choice, box, source=draw_source())
    code, choice = prepared.tracking_code, prepared.choice
    if not verify_audit(code, choice, nonce=prepared.nonce, box=box):
        raise BallotError(f"ballot {code.hex()}", "does not hold what was chosen")


def encrypt_own(voter: Voter, contest_box: ContestBox) -> bytes:
    """Make the ballot that a voter wants, after a check if the voter makes one."""
    if voter.person.conduct is Conduct.CHECKS:
        check_ballot(voter, contest_box)
    return encrypt_ballot(voter, contest_box, choice=voter.person.choice)


def cast_all(
    voters: Sequence[Voter], roles: Roles, *, register: Register, progress: Progress
) -> tuple[CastResult, ...]:
    """Encrypt everybody's choice and have the relay cast the ballots."""
    results = []
    for contest, contest_box in register.boxes.items():
        of_contest = [each for each in voters if each.person.contest == contest]
        for some in _slices(of_contest):
            records = [encrypt_own(each, contest_box) for each in some]
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
