"""From a choice to a ballot that anybody can check: prepare, audit or cast, accept.

docs/protocol.md §3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from election.crypto.blind_credential import (
    CredentialClaim,
    verify_credential,
    verify_credential_batch,
)
from election.crypto.elgamal import Ciphertext, derive_tracking_code, encrypt
from election.crypto.proofs.unit_vector import (
    UnitVectorChallenges,
    UnitVectorMasks,
    UnitVectorProof,
    UnitVectorStatement,
    derive_challenges,
    prove_unit_vector,
    verify_unit_vector,
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
from election.protocol.encoding import BallotRecord, decode_record, encode_record
from election.protocol.issuance import Credential

NO_MEMO = ZERO_HASH
_SEQ = 0


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


def accept_ballot(raw: bytes, box: Box) -> Ballot:
    """Accept one ballot; raises BallotError."""
    return accept_batch((raw,), box)[0]


def accept_unsolicited(raw: bytes, box: Box) -> Ballot:
    """Accept one ballot that anybody may have sent; raises BallotError.

    What costs least comes first: the signature, which costs whoever wants the next
    check to be run a signature of their own, then the credential, which strangers have
    none of, and the proof last.
    """
    ballot = _open(raw, box)
    if not verify_credential(_claim(ballot), ctx=box.ctx, key=box.credential_key):
        raise _refuse(ballot, "credential does not verify")
    if not verify_unit_vector_batch([_enter(ballot, box)]):
        raise _refuse(ballot, "proof does not verify")
    return ballot


def accept_batch(raws: Sequence[bytes], box: Box) -> tuple[Ballot, ...]:
    """Accept the ballots of one call all together, in order, or none.

    Raises BallotError, whose subject names the credential of the first wrong one.
    """
    ballots = tuple(_open(raw, box) for raw in raws)
    entries = [_enter(ballot, box) for ballot in ballots]
    seed = derive_batch_seed(box.ctx, [ballot.ballot_hash for ballot in ballots])
    claims = [_claim(ballot) for ballot in ballots]
    key = box.credential_key
    if not verify_unit_vector_batch(entries):
        wrong = (not verify_unit_vector(e.statement, e.proof) for e in entries)
        raise _refuse(_first(ballots, wrong), "proof does not verify")
    if not verify_credential_batch(claims, ctx=box.ctx, key=key, batch_seed=seed):
        wrong = (not verify_credential(c, ctx=box.ctx, key=key) for c in claims)
        raise _refuse(_first(ballots, wrong), "credential does not verify")
    return ballots


def _open(raw: bytes, box: Box) -> Ballot:
    try:
        record = decode_record(raw, slots=len(box.election_keys))
        ballot = _hash(record, box)
        signer = recover_signer(ballot.ballot_hash, record.signature)
    except (EncodingError, SignatureError) as error:
        raise BallotError(f"ballot {raw[12:32].hex()}", str(error)) from error
    if signer != record.credential:
        fact = "signed for another election or contest, or by another key"
        raise _refuse(ballot, fact)
    if record.seq != _SEQ:
        raise _refuse(ballot, "seq is not zero")
    return ballot


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


def _first(ballots: Sequence[Ballot], wrong: Iterable[bool]) -> Ballot:
    # Both merged equations are linear: one that fails has a part that fails.
    return next(b for b, is_wrong in zip(ballots, wrong, strict=True) if is_wrong)


def _refuse(ballot: Ballot, fact: str) -> BallotError:
    return BallotError(f"ballot {ballot.record.credential.hex()}", fact)
