"""What somebody tries in an election who may not; a contract refuses each of them.

Each attempt returns the reason of the refusal, and raises if it went through. One of
your own is a function of the rehearsal, given to `Misdeed` with words and a stage.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from election.client.errors import NodeRefusedError
from election.client.open_election import ContestBox
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
from election.protocol.encoding import BallotRecord, decode_record, encode_record
from election.protocol.voter_list import claim_leaf
from rehearsal import counting, voting
from rehearsal.holding import Misdeed, Rehearsal, Stage
from rehearsal.people import casts
from rehearsal.roles import draw_key
from rehearsal.voting import Voter


def _register_without_sms(rehearsal: Rehearsal) -> str:
    """Have the portal sign for the SMS gateway, too."""
    opened, roles, register = rehearsal.opened, rehearsal.roles, rehearsal.register
    person = next(each for each in rehearsal.people if each.conduct.registers)
    ctx = register.boxes[person.contest].box.ctx
    request = request_registration(ctx, register.leaf(person), nonce=0, lock=NO_LOCK)
    expiry = opened.connection.read_head().timestamp + LIFETIME
    portal, sms = (
        attest(request, roles.portal, role=role, expiry=expiry)
        for role in (Role.PORTAL, Role.SMS_GATEWAY)
    )
    claim = claim_leaf(register.lists[person.contest], person.index)
    act = opened.voter_list.register(claim, NO_LOCK, portal=portal, sms=sms)
    return rehearsal.refuse(act, roles.registrar)


def _change_list(rehearsal: Rehearsal) -> str:
    contest = next(iter(rehearsal.opened.contests))
    act = rehearsal.opened.voter_list.publish(contest, Hash(bytes(32)), size=1)
    return rehearsal.refuse(act, rehearsal.roles.commission)


def _vote_for_two(rehearsal: Rehearsal) -> str:
    """Add a vote for another candidate to an honest ballot, and sign it again."""
    voter, contest_box = _find_voter(rehearsal)
    record = _encrypt(voter, contest_box, choice=1)
    first, second, *others = record.ciphertext.slots
    ciphertext = replace(record.ciphertext, slots=(first, second + G, *others))
    forged = replace(record, ciphertext=ciphertext)
    return _cast(rehearsal, contest_box, forged, voter.credential.ballot_key)


def _vote_unissued(rehearsal: Rehearsal) -> str:
    """Invent a credential that no issuer ever signed, and vote with it."""
    voter, contest_box = _find_voter(rehearsal)
    invented = replace(voter.credential, ballot_key=draw_key())
    stranger = replace(voter, credential=invented)
    record = _encrypt(stranger, contest_box, choice=1)
    return _cast(rehearsal, contest_box, record, invented.ballot_key)


def _vote_twice(rehearsal: Rehearsal) -> str:
    """Cast a second ballot, for another candidate, with a credential that was used."""
    voter, contest_box = _find_voter(rehearsal)
    other = 2 if voter.person.choice == 1 else 1
    raw = voting.encrypt_ballot(voter, contest_box, choice=other)
    acts = [contest_box.handle.cast([raw])]  # `send` would miss its announcement
    connection = rehearsal.opened.connection
    try:
        (receipt,) = connection.send_all(acts, key=rehearsal.roles.relay)
    except NodeRefusedError as error:  # it takes nothing in that changes nothing
        return str(error)
    if receipt.logs:
        raise ElectionError("second ballot", "was not skipped")
    return "ballot_box: skipped, the credential has a ballot already"


def _ask_twice(rehearsal: Rehearsal) -> str:
    """Ask for a second credential for the same place on the list."""
    register, roles = rehearsal.register, rehearsal.roles
    device = voting.open_device(_find_voter(rehearsal)[0].person, register)
    act = voting.announce(rehearsal.opened, device, roles, register=register, nonce=2)
    return rehearsal.refuse(act, roles.registrar)


def _publish_false(rehearsal: Rehearsal) -> str:
    """Move one vote to another candidate in the counts of the first contest."""
    opened = rehearsal.opened
    contest, contest_box = next(iter(rehearsal.register.boxes.items()))
    result = counting.find_results(opened, {contest: contest_box})[contest]
    counts = list(result.counts)
    winner = counts.index(max(counts))
    counts[winner] -= 1
    counts[winner - 1] += 1
    false = replace(result, counts=tuple(counts))
    act = opened.tally.finalize(contest, false)
    return rehearsal.refuse(act, rehearsal.roles.commission)


REGISTER_WITHOUT_SMS: Final = Misdeed(
    "The portal registers a voter without the SMS gateway.",
    Stage.LISTED,
    _register_without_sms,
)
CHANGE_LIST: Final = Misdeed(
    "The commission replaces a list after registration has begun.",
    Stage.REGISTERED,
    _change_list,
)
VOTE_FOR_TWO: Final = Misdeed(
    "A ballot holds two votes.", Stage.CREDITED, _vote_for_two
)
VOTE_UNISSUED: Final = Misdeed(
    "A ballot comes with a credential that nobody issued.",
    Stage.CREDITED,
    _vote_unissued,
)
VOTE_TWICE: Final = Misdeed("A voter casts a second ballot.", Stage.CAST, _vote_twice)
ASK_TWICE: Final = Misdeed(
    "A voter asks for a second credential.", Stage.CAST, _ask_twice
)
PUBLISH_FALSE: Final = Misdeed(
    "The commission moves one vote before it publishes.", Stage.SHARED, _publish_false
)
MISDEEDS: Final = (
    REGISTER_WITHOUT_SMS,
    CHANGE_LIST,
    VOTE_FOR_TWO,
    VOTE_UNISSUED,
    VOTE_TWICE,
    ASK_TWICE,
    PUBLISH_FALSE,
)
"""All that stands here, in the order of an election."""


def _find_voter(rehearsal: Rehearsal) -> tuple[Voter, ContestBox]:
    """Give the first voter who casts, and the box."""
    voter = next(each for each in rehearsal.voters if casts(each.person))
    return voter, rehearsal.register.boxes[voter.person.contest]


def _encrypt(voter: Voter, contest_box: ContestBox, *, choice: int) -> BallotRecord:
    raw = voting.encrypt_ballot(voter, contest_box, choice=choice)
    return decode_record(raw, slots=len(contest_box.box.election_keys))


def _cast(
    rehearsal: Rehearsal, contest_box: ContestBox, record: BallotRecord, key: SigningKey
) -> str:
    """Sign a forged record anew and cast it."""
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
    return rehearsal.refuse(act, rehearsal.roles.relay)
