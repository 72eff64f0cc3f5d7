"""Portal and SMS gateway both said that each voter asked, and every lock was obeyed.

docs/protocol.md §6.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast, get_args

from election.audit.checks.leaves import LEAF, name_leaf
from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.spread import Elsewhere, verify_spread
from election.crypto.signature import Signature, recover_signer
from election.crypto.transcript import Address, Hash, hash_bytes
from election.errors import ElectionError
from election.log_spool import pack_log, unpack_log
from election.protocol.abi import ContractName, decode_event
from election.protocol.attestation import (
    NO_LOCK,
    Action,
    Request,
    Role,
    accept_attestation,
    derive_lock_hash,
    request_registration,
    request_withdrawal,
)
from election.protocol.events import (
    BoxOpened,
    Issued,
    LeafEvent,
    PaperMarked,
    Registered,
    Withdrawn,
)
from election.protocol.replay import Entry

_UNSIGNED = Signature(0, 0, 0)
_Attested = Registered | Withdrawn | Issued


class _Terms(NamedTuple):
    """What an attested move is verified against: attesters, its context, its lock."""

    portal: Address
    sms_gateway: Address
    ctx: Hash
    lock: Address


def check_attestations(evidence: Evidence) -> Outcome:
    """Verify both attestations of every move, and the signature of its lock."""

    def verify(move: tuple[Entry[_Attested], _Terms | None]) -> None:
        entry, terms = move
        if terms is None:
            _find_ctx(evidence, entry.event.contest)  # raises MissingError
        else:
            _verify(entry.event, entry.log.timestamp, terms)

    return verify_spread(
        _list_moves(evidence),
        verify,
        Elsewhere(lambda move: (pack_log(move[0].log), move[1]), are_attested),
        spread=evidence.spread,
        name=lambda move: name_leaf(move[0]),
        blames=VALIDATORS,
    )


def are_attested(packed: tuple[tuple[bytes, _Terms | None], ...]) -> bool:
    """Tell whether all of these moves were attested."""
    try:
        for raw, terms in packed:
            if terms is None:
                return False
            log = unpack_log(raw)
            event: Any = decode_event(log, ContractName.VOTER_LIST)
            _verify(event, log.timestamp, terms)
    except ElectionError:
        return False
    return True


def _list_moves(
    evidence: Evidence,
) -> Iterator[tuple[Entry[_Attested], _Terms | None]]:
    """List the attested moves in order; without terms where there is no box."""
    rules = evidence.deployed.rules
    contexts: dict[int | None, Hash | None] = {}
    locks: dict[Hash, Address] = {}
    moves: Sequence[Entry[LeafEvent]] = evidence.of_kinds(*get_args(LeafEvent))
    for entry, said in zip(moves, evidence.replay.moves.locks, strict=True):
        if entry.kind is PaperMarked:
            continue
        leaf, contest = entry.log.topics[LEAF], entry.contest
        if leaf not in locks:
            locks[leaf] = evidence.past.leaf(leaf).lock
        if contest is not None and contest not in contexts:
            is_opened = evidence.every(BoxOpened, contest)
            found = _find_ctx(evidence, contest) if is_opened else None
            contexts[contest] = found
        ctx, lock = contexts[contest], locks[leaf]
        locks[leaf] = lock if entry.kind is Issued else said
        terms = None
        if ctx is not None:
            terms = _Terms(rules.portal, rules.sms_gateway, ctx, lock)
        yield cast("Entry[_Attested]", entry), terms


def _find_ctx(evidence: Evidence, contest: int) -> Hash:
    return evidence.last(BoxOpened, contest).event.ctx


def _verify(event: _Attested, now: int, terms: _Terms) -> None:
    request = _state_request(event, ctx=terms.ctx)
    signers = {Role.PORTAL: terms.portal, Role.SMS_GATEWAY: terms.sms_gateway}
    _verify_signers(event, request, signers=signers, now=now)
    if not isinstance(event, Registered):
        _verify_lock(request, event.lock_signature, lock=terms.lock)


def _state_request(event: _Attested, *, ctx: Hash) -> Request:
    if isinstance(event, Registered):
        return request_registration(ctx, event.leaf, nonce=event.nonce, lock=event.lock)
    if isinstance(event, Withdrawn):
        return request_withdrawal(ctx, event.leaf, nonce=event.nonce)
    # of the bytes: whether M' is a point is the claim of issuance
    subject = hash_bytes(event.blinded)
    return Request(ctx, Action.ISSUE, event.leaf, event.nonce, subject)


def _verify_signers(
    event: _Attested, request: Request, *, signers: Mapping[Role, Address], now: int
) -> None:
    attestations = {Role.PORTAL: event.portal, Role.SMS_GATEWAY: event.sms}
    for role, attestation in attestations.items():
        accept_attestation(
            attestation, request, role=role, signer=signers[role], now=now
        )


def _verify_lock(request: Request, signature: Signature, *, lock: Address) -> None:
    if lock == NO_LOCK:
        is_free = signature == _UNSIGNED
        require(is_free, "is signed by a lock it has not", blames=VALIDATORS)
        return
    signer = recover_signer(derive_lock_hash(request), signature)
    require(signer == lock, "is not signed by its lock", blames=VALIDATORS)
