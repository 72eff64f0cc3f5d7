"""Attacks that the demo tries; a rule of the contracts refuses each of them.

Each function returns the reason of the refusal, and raises if the attack went through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from election.client.errors import ContractRefusedError, NodeRefusedError
from election.client.open_election import ContestBox, OpenElection
from election.client.wire import Act
from election.crypto.group import G
from election.crypto.proofs.unit_vector import UnitVectorStatement, derive_challenges
from election.crypto.signature import SigningKey, sign_hash
from election.crypto.transcript import Hash
from election.errors import ElectionError
from election.protocol.attestation import (
    LIFETIME,
    NO_LOCK,
    Role,
    attest,
    request_registration,
)
from election.protocol.ballot import derive_ballot_hash
from election.protocol.decryption import Result
from election.protocol.encoding import BallotRecord, decode_record, encode_record
from election.protocol.voter_list import claim_leaf
from scripts.demo import voting
from scripts.demo.electorate import Person
from scripts.demo.roles import Roles, draw_key
from scripts.demo.voting import Register, Voter


def register_without_sms(
    opened: OpenElection, person: Person, roles: Roles, *, register: Register
) -> str:
    """Have the portal alone register a voter: it signs for the SMS gateway too."""
    ctx = register.boxes[person.contest].box.ctx
    request = request_registration(ctx, register.leaf(person), nonce=0, lock=NO_LOCK)
    expiry = opened.connection.read_head().timestamp + LIFETIME
    portal, sms = (
        attest(request, roles.portal, role=role, expiry=expiry)
        for role in (Role.PORTAL, Role.SMS_GATEWAY)
    )
    claim = claim_leaf(register.lists[person.contest], person.index)
    act = opened.voter_list.register(claim, NO_LOCK, portal=portal, sms=sms)
    return _refusal(opened, act, roles.registrar)


def change_list(opened: OpenElection, roles: Roles, *, contest: int) -> str:
    """Have the commission replace a list once registration has begun."""
    act = opened.voter_list.publish(contest, Hash(bytes(32)), size=1)
    return _refusal(opened, act, roles.commission)


def vote_for_two(
    opened: OpenElection, voter: Voter, roles: Roles, *, register: Register
) -> str:
    """Add a vote for another candidate to an honest ballot, and sign it again."""
    contest_box = register.boxes[voter.person.contest]
    record = _encrypt(voter, contest_box, choice=1)
    first, second, *others = record.ciphertext.slots
    ciphertext = replace(record.ciphertext, slots=(first, second + G, *others))
    forged = replace(record, ciphertext=ciphertext)
    return _cast(opened, contest_box, forged, voter.credential.ballot_key, roles=roles)


def vote_unissued(
    opened: OpenElection, voter: Voter, roles: Roles, *, register: Register
) -> str:
    """Invent a credential that no issuer ever signed, and vote with it."""
    contest_box = register.boxes[voter.person.contest]
    invented = replace(voter.credential, ballot_key=draw_key())
    stranger = replace(voter, credential=invented)
    record = _encrypt(stranger, contest_box, choice=1)
    return _cast(opened, contest_box, record, invented.ballot_key, roles=roles)


def vote_twice(
    opened: OpenElection, voter: Voter, roles: Roles, *, register: Register
) -> str:
    """Cast a second ballot, for another candidate, with a credential that was used."""
    contest_box = register.boxes[voter.person.contest]
    other = 2 if voter.person.choice == 1 else 1
    raw = voting.encrypt_ballot(voter, contest_box, choice=other)
    acts = [contest_box.handle.cast([raw])]  # `send` would miss its announcement
    try:
        (receipt,) = opened.connection.send_all(acts, key=roles.relay)
    except NodeRefusedError as error:  # it takes nothing in that changes nothing
        return str(error)
    if receipt.logs:
        raise ElectionError("second ballot", "was not skipped")
    return "ballot_box: skipped, the credential has a ballot already"


def ask_twice(
    opened: OpenElection, voter: Voter, roles: Roles, *, register: Register
) -> str:
    """Ask for a second credential for the same place on the list."""
    device = voting.open_device(voter.person, register)
    act = voting.announce(opened, device, roles, register=register, nonce=2)
    return _refusal(opened, act, roles.registrar)


def publish_false(
    opened: OpenElection, results: Mapping[int, Result], roles: Roles
) -> str:
    """Move one vote to another candidate in the counts of the first contest."""
    contest, result = next(iter(results.items()))
    counts = list(result.counts)
    winner = counts.index(max(counts))
    counts[winner] -= 1
    counts[winner - 1] += 1
    false = replace(result, counts=tuple(counts))
    return _refusal(opened, opened.tally.finalize(contest, false), roles.commission)


def _encrypt(voter: Voter, contest_box: ContestBox, *, choice: int) -> BallotRecord:
    raw = voting.encrypt_ballot(voter, contest_box, choice=choice)
    return decode_record(raw, slots=len(contest_box.box.election_keys))


def _cast(
    opened: OpenElection,
    contest_box: ContestBox,
    record: BallotRecord,
    key: SigningKey,
    *,
    roles: Roles,
) -> str:
    box = contest_box.box
    statement = UnitVectorStatement(
        box.ctx, box.election_keys, record.credential, record.ciphertext
    )
    challenges = derive_challenges(statement, record.proof.commitments)
    digest = derive_ballot_hash(
        challenges, record.proof, memo=record.memo, seq=record.seq
    )
    signed = replace(record, signature=sign_hash(digest, key))
    act = contest_box.handle.cast([encode_record(signed)])
    return _refusal(opened, act, roles.relay)


def _refusal(opened: OpenElection, act: Act, key: SigningKey) -> str:
    try:
        opened.connection.send(act, key=key)
    except ContractRefusedError as error:
        return str(error)
    raise ElectionError("attack", "went through")
