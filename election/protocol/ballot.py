"""From a choice to a ballot that anybody can check: prepare, audit or cast, accept.

docs/protocol.md §3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from election.crypto.blind_credential import (
    CredentialClaim,
    verify_credential,
    verify_credential_batch,
)
from election.crypto.elgamal import Ciphertext, derive_tracking_code, encrypt
from election.crypto.group import G1_BYTES
from election.crypto.proofs.unit_vector import (
    UnitVectorChallenges,
    UnitVectorMasks,
    UnitVectorProof,
    UnitVectorStatement,
    derive_challenges,
    prove_unit_vector,
)
from election.crypto.proofs.unit_vector_batch import (
    BatchEntry,
    derive_batch_seed,
    verify_unit_vector_batch,
)
from election.crypto.randomness import SecretSource
from election.crypto.scalar import Scalar
from election.crypto.signature import recover_signer, sign_hash
from election.crypto.transcript import (
    ZERO_HASH,
    Address,
    Field,
    Hash,
    Tag,
    address_word,
    hash_fields,
    hash_word,
    scalar_word,
    text_word,
    uint_word,
)
from election.errors import BallotError, EncodingError, SignatureError
from election.protocol.context import Box
from election.protocol.encoding import BallotRecord, decode_records, encode_record
from election.protocol.issuance import Credential

NO_MEMO = ZERO_HASH
_SEQ = 0
_CIPHERTEXT: Final = 32  # where it begins in a record, behind the credential
VERIFIED_AT_ONCE: Final = 512
"""Ballots that are accepted together off chain; more gain little."""


@dataclass(frozen=True, slots=True)
class PreparedChoice:
    """An encrypted choice that is either opened for an audit or cast, never both."""

    choice: int = field(repr=False)
    nonce: Scalar = field(repr=False)
    ciphertext: Ciphertext
    tracking_code: Hash


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot that was accepted: one choice, one credential, one signature."""

    record: BallotRecord
    tracking_code: Hash
    ballot_hash: Hash


def prepare_choice(choice: int, box: Box, *, source: SecretSource) -> PreparedChoice:
    """Encrypt a choice in 1..L; the source is fresh for every call.

    Raises ChoiceError if nobody stands in that slot.
    """
    nonce = source.derive_scalar(box.ctx, 0)
    ciphertext = encrypt(choice, box.election_keys, nonce=nonce)
    code = derive_tracking_code(box.ctx, ciphertext)
    return PreparedChoice(choice, nonce, ciphertext, code)


def verify_audit(tracking_code: Hash, choice: int, *, nonce: Scalar, box: Box) -> bool:
    """Check, on a second device, that an opened tracking code held this choice.

    Raises ChoiceError if nobody stands in that slot.
    """
    ciphertext = encrypt(choice, box.election_keys, nonce=nonce)
    return derive_tracking_code(box.ctx, ciphertext) == tracking_code


def derive_memo(credential: Address, control_word: str) -> Hash:
    """Derive the memo, by which a voter knows his ballot from a copied one."""
    return hash_fields(Tag.MEMO, address_word(credential), text_word(control_word))


def derive_ballot_hash(
    challenges: UnitVectorChallenges, proof: UnitVectorProof, *, memo: Hash, seq: int
) -> Hash:
    """Derive h_b, which the ballot key signs."""
    responses = (proof.nonce_response, *proof.slot_responses)
    return hash_fields(
        Tag.BALLOT,
        hash_word(challenges.digest),
        *map(scalar_word, responses),
        hash_word(memo),
        uint_word(seq),
    )


def make_ballot(
    prepared: PreparedChoice,
    box: Box,
    *,
    credential: Credential,
    memo: Hash,
    source: SecretSource,
) -> bytes:
    """Prove, sign and encode a prepared choice for casting."""
    address = credential.address
    statement = _state(box, address, prepared.ciphertext)
    masks = _derive_masks(prepared, statement, source)
    proof = prove_unit_vector(
        statement, prepared.choice, nonce=prepared.nonce, masks=masks
    )
    challenges = derive_challenges(statement, proof.commitments)
    digest = derive_ballot_hash(challenges, proof, memo=memo, seq=_SEQ)
    return encode_record(
        BallotRecord(
            address,
            prepared.ciphertext,
            proof,
            memo,
            _SEQ,
            sign_hash(digest, credential.ballot_key),
            credential.sigma,
        )
    )


def _derive_masks(
    prepared: PreparedChoice, statement: UnitVectorStatement, source: SecretSource
) -> UnitVectorMasks:
    # Bound to ciphertext and credential: the same masks under another challenge
    # would give away nonce and choice.
    context = hash_fields(
        Tag.SECRET,
        hash_word(prepared.tracking_code),
        address_word(statement.credential),
    )
    slots = len(statement.keys)
    return UnitVectorMasks(
        source.derive_scalar(context, 0),
        tuple(source.derive_scalar(context, counter) for counter in range(1, slots)),
    )


def read_tracking_code(raw: bytes, box: Box) -> Hash:
    """Hash the ciphertext of a ballot's record; nothing else of it is looked at.

    That takes some microseconds, where to accept the ballot takes milliseconds.
    """
    ciphertext = raw[
        _CIPHERTEXT : _CIPHERTEXT + (1 + len(box.election_keys)) * G1_BYTES
    ]
    return hash_fields(Tag.CIPHERTEXT, hash_word(box.ctx), Field(ciphertext))


def accept_ballot(raw: bytes, box: Box) -> Ballot:
    """Accept one ballot; raises BallotError."""
    return accept_batch((raw,), box)[0]


def accept_unsolicited(raw: bytes, box: Box) -> Ballot:
    """Accept one ballot that anybody may have sent; raises BallotError.

    What costs least comes first: the signature, which costs whoever wants the next
    check to be run a signature of their own, then the credential, which strangers have
    none of, and the proof last.
    """
    ballot = _open_each((raw,), box)[0]
    if isinstance(ballot, BallotError):
        raise ballot
    if not verify_credential(_claim(ballot), ctx=box.ctx, key=box.credential_key):
        raise _refuse(ballot, "credential does not verify")
    if not verify_unit_vector_batch([_enter(ballot, box)]):
        raise _refuse(ballot, "proof does not verify")
    return ballot


def accept_batch(raws: Sequence[bytes], box: Box) -> tuple[Ballot, ...]:
    """Accept the ballots of one call all together, in order, or none.

    Raises BallotError, whose subject names the credential of the first wrong one.
    """
    outcomes = accept_each(raws, box)
    wrong = next((each for each in outcomes if isinstance(each, BallotError)), None)
    if wrong is not None:
        raise wrong
    return tuple(each for each in outcomes if isinstance(each, Ballot))


def accept_each(raws: Sequence[bytes], box: Box) -> tuple[Ballot | BallotError, ...]:
    """Accept ballots together, or say of each of the wrong ones why, in order.

    What does not hold together is halved until those at fault stand alone. A few of
    them cost little; if all are wrong, no more than some times each alone.
    """
    opened = _open_each(raws, box)
    judged = iter(_judge_each([b for b in opened if isinstance(b, Ballot)], box))
    return tuple(next(judged) if isinstance(b, Ballot) else b for b in opened)


def _open_each(raws: Sequence[bytes], box: Box) -> list[Ballot | BallotError]:
    decoded = _decode_each(raws, slots=len(box.election_keys))
    return [
        each if isinstance(each, BallotError) else _open(each, box) for each in decoded
    ]


def _decode_each(
    raws: Sequence[bytes], *, slots: int
) -> list[BallotRecord | BallotError]:
    try:
        return [*decode_records(raws, slots=slots)]
    except EncodingError as error:
        if len(raws) == 1:
            return [BallotError(f"ballot {raws[0][12:32].hex()}", str(error))]
    middle = len(raws) // 2
    halves = raws[:middle], raws[middle:]
    return [each for half in halves for each in _decode_each(half, slots=slots)]


def _open(record: BallotRecord, box: Box) -> Ballot | BallotError:
    ballot = _hash(record, box)
    try:
        signer = recover_signer(ballot.ballot_hash, record.signature)
    except SignatureError as error:
        return _refuse(ballot, str(error))
    if signer != record.credential:
        fact = "signed for another election or contest, or by another key"
        return _refuse(ballot, fact)
    if record.seq != _SEQ:
        return _refuse(ballot, "seq is not zero")
    return ballot


def _judge_each(ballots: Sequence[Ballot], box: Box) -> list[Ballot | BallotError]:
    # Both merged equations are linear: one that fails has a part that fails.
    fault = _find_fault(ballots, box)
    if fault is None:
        return [*ballots]
    if len(ballots) == 1:
        return [_refuse(ballots[0], fault)]
    middle = len(ballots) // 2
    halves = ballots[:middle], ballots[middle:]
    return [each for half in halves for each in _judge_each(half, box)]


def _find_fault(ballots: Sequence[Ballot], box: Box) -> str | None:
    if not verify_unit_vector_batch([_enter(ballot, box) for ballot in ballots]):
        return "proof does not verify"
    seed = derive_batch_seed(box.ctx, [ballot.ballot_hash for ballot in ballots])
    claims = [_claim(ballot) for ballot in ballots]
    key = box.credential_key
    if not verify_credential_batch(claims, ctx=box.ctx, key=key, batch_seed=seed):
        return "credential does not verify"
    return None


def _hash(record: BallotRecord, box: Box) -> Ballot:
    statement = _state(box, record.credential, record.ciphertext)
    challenges = derive_challenges(statement, record.proof.commitments)
    ballot_hash = derive_ballot_hash(
        challenges, record.proof, memo=record.memo, seq=record.seq
    )
    return Ballot(record, challenges.tracking_code, ballot_hash)


def _state(
    box: Box, credential: Address, ciphertext: Ciphertext
) -> UnitVectorStatement:
    return UnitVectorStatement(box.ctx, box.election_keys, credential, ciphertext)


def _enter(ballot: Ballot, box: Box) -> BatchEntry:
    statement = _state(box, ballot.record.credential, ballot.record.ciphertext)
    return BatchEntry(statement, ballot.record.proof, ballot.ballot_hash)


def _claim(ballot: Ballot) -> CredentialClaim:
    return CredentialClaim(ballot.record.credential, ballot.record.sigma)


def _refuse(ballot: Ballot, fact: str) -> BallotError:
    return BallotError(f"ballot {ballot.record.credential.hex()}", fact)
