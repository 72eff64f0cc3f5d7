"""A voter's request and the statements about it, on their way to the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, with_config

from election.client.leaf_requests import (
    LeafRequest,
    Place,
    ask_for_credential,
    ask_to_register,
    ask_to_withdraw,
)
from election.crypto.group import decode_g1
from election.crypto.signature import Signature
from election.crypto.transcript import Address, Hash
from election.protocol.attestation import (
    Action,
    Attestation,
    Request,
    Role,
    spell_fingerprint,
)
from election.protocol.terms import ElectionTerms, accept_leaf
from election.protocol.voter_list import LeafClaim
from scripts.shared.errors import InputError
from scripts.shared.files.json_file import (
    CLOSED,
    Hex,
    Hex20,
    Hex32,
    Word,
    naming_kind,
    read_json,
    render_json,
    replace_file,
    write_new,
)
from scripts.shared.roles import Role as KeyRole

_ActionName = Literal["register", "withdraw", "issue"]


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _Signature:
    v: Word
    r: Word
    s: Word


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _RequestFile:
    format: Literal["veche-request/1"]
    action: _ActionName
    contest: Word
    index: Word
    voter: Hex32
    path: tuple[Hex32, ...]
    nonce: Word
    lock: Hex20
    blinded: Annotated[Hex, Field(max_length=128)]
    lock_signature: _Signature


@with_config(CLOSED)
@dataclass(frozen=True, slots=True)
class _AttestationFile:
    format: Literal["veche-attestation/2"]
    role: Literal["portal", "sms_gateway"]
    fingerprint: str  # unsigned: to tell another request from another key
    expiry: Word
    signature: _Signature


_NAMES: Final[Mapping[Action, _ActionName]] = {
    Action.REGISTER: "register",
    Action.WITHDRAW: "withdraw",
    Action.ISSUE: "issue",
}


def write_request(path: Path, asked: LeafRequest) -> None:
    """Write a request; raises InputError if the file is there."""
    claim, signature = asked.claim, asked.lock_signature
    file = _RequestFile(
        "veche-request/1",
        _NAMES[asked.request.action],
        claim.contest,
        claim.index,
        claim.voter,
        claim.path,
        asked.request.nonce,
        asked.lock,
        asked.blinded,
        _Signature(signature.v, signature.r, signature.s),
    )
    write_new(path, render_json(file))


def read_request(path: Path, terms: ElectionTerms) -> LeafRequest:
    """Read a request and build it anew on these terms.

    Raises InputError, and TermsError unless the leaf is on the published list.
    """
    with naming_kind("request", made_by="veche request"):
        file = read_json(path, _RequestFile)
    siblings = tuple(map(Hash, file.path))
    claim = LeafClaim(file.contest, file.index, Hash(file.voter), siblings)
    place = find_place(terms, claim, nonce=file.nonce)
    return LeafRequest(
        claim,
        _build(file, place),
        lock=Address(file.lock),
        blinded=file.blinded,
        lock_signature=_signature(file.lock_signature),
    )


def _build(file: _RequestFile, place: Place) -> Request:
    if file.action == "register":
        return ask_to_register(place, lock=Address(file.lock)).request
    if file.action == "withdraw":
        return ask_to_withdraw(place).request
    return ask_for_credential(place, decode_g1(file.blinded)).request


def find_place(terms: ElectionTerms, claim: LeafClaim, *, nonce: int) -> Place:
    """Find a leaf on the list of the terms; raises TermsError if it is not there."""
    contest = terms.contest(claim.contest)
    accept_leaf(claim, contest)
    return Place(contest.terms.election_id, contest.box.ctx, claim, nonce)


def write_attestation(
    path: Path,
    attestation: Attestation,
    request: Request,
    *,
    role: Role,
    anew: bool = False,
) -> None:
    """Write a statement about a request; raises InputError if the file is there.

    anew: over an earlier statement about a request, which this one takes the place of;
    over nothing else.
    """
    signature = attestation.signature
    signed = _Signature(signature.v, signature.r, signature.s)
    name: Literal["portal", "sms_gateway"] = (
        "portal" if role is Role.PORTAL else "sms_gateway"
    )
    file = _AttestationFile(
        "veche-attestation/2",
        name,
        spell_fingerprint(request),
        attestation.expiry,
        signed,
    )
    if anew and path.exists():
        read_json(path, _AttestationFile)
        replace_file(path, render_json(file))
        return
    write_new(path, render_json(file))


def place_attestation(request: Path, role: KeyRole) -> Path:
    """Name the attestation of an organisation beside a request."""
    return request.with_name(f"{request.stem}.{role.value}.json")


def read_attestation(path: Path, request: Request, *, role: Role) -> Attestation:
    """Read a statement of this role about this request; raises InputError.

    Only its signature shows whose it is, and about what: `accept_attestation`.
    """
    with naming_kind("attestation", made_by="veche attest"):
        file = read_json(path, _AttestationFile)
    if file.role != role.name.lower():
        fact = f"is the {file.role}'s attestation, not the {role.name.lower()}'s"
        raise InputError(str(path), fact.replace("_", " "))
    own = spell_fingerprint(request)
    if file.fingerprint != own:
        fact = f"is about another request than this one, whose fingerprint is {own}"
        raise InputError(str(path), fact)
    return Attestation(file.expiry, _signature(file.signature))


def _signature(file: _Signature) -> Signature:
    return Signature(file.v, file.r, file.s)
