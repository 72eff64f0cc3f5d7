"""What the portal signs as role 1, docs/protocol.md §6: pure functions."""

from __future__ import annotations

from election.crypto.group import decode_g1
from election.crypto.signature import SigningKey, encode_signature
from election.crypto.transcript import Address, Hash, hash_bytes
from election.protocol.attestation import (
    Action,
    Attestation,
    Request,
    Role,
    attest,
    request_registration,
    request_withdrawal,
)
from election.protocol.terms import ElectionTerms
from election.protocol.voter_list import derive_leaf, hash_voter
from services.portal.tickets import Opening


def derive_own_leaf(
    terms: ElectionTerms, contest: int, *, index: int, voter_id: str, salt: str
) -> str:
    """Derive the leaf of a person's place; raises TermsError, VoterIdError."""
    found = terms.contest(contest)
    voter = hash_voter(voter_id, Hash(bytes.fromhex(salt[2:])))
    leaf = derive_leaf(found.terms.election_id, contest, index=index, voter=voter)
    return f"0x{leaf.hex()}"


def hash_blinded(blinded: str) -> str:
    """Hash M' into h_req of an issue; raises EncodingError unless it is a point."""
    raw = bytes.fromhex(blinded[2:])
    decode_g1(raw)
    return f"0x{hash_bytes(raw).hex()}"


def request_issue(terms: ElectionTerms, opening: Opening, subject: str) -> Request:
    """Say what is asked for: a credential on the M' of this hash, for this leaf."""
    return Request(
        terms.contest(opening.contest).box.ctx,
        Action.ISSUE,
        Hash(bytes.fromhex(opening.leaf[2:])),
        opening.nonce,
        Hash(bytes.fromhex(subject[2:])),
    )


def request_filed(
    terms: ElectionTerms, contest: int, *, action: str, leaf: str, nonce: int, lock: str
) -> Request:
    """Say what was filed: a registration with this lock, or a withdrawal."""
    ctx = terms.contest(contest).box.ctx
    own = Hash(bytes.fromhex(leaf[2:]))
    if action == "register":
        account = Address(bytes.fromhex(lock[2:]))
        return request_registration(ctx, own, nonce=nonce, lock=account)
    return request_withdrawal(ctx, own, nonce=nonce)


def sign(request: Request, key: SigningKey, *, expiry: int) -> dict[str, object]:
    """Attest as the portal, and spell it as all bodies do."""
    return spell(attest(request, key, role=Role.PORTAL, expiry=expiry))


def spell(attestation: Attestation) -> dict[str, object]:
    """Spell an attestation as all bodies do."""
    signature = encode_signature(attestation.signature)
    return {"expiry": attestation.expiry, "signature": f"0x{signature.hex()}"}
