"""Portal and SMS gateway both said that each voter asked, and every lock was obeyed.

docs/protocol.md §6.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from election.audit.checks.leaves import name_leaf
from election.audit.errors import require
from election.audit.evidence import Evidence
from election.audit.report import VALIDATORS, Outcome
from election.audit.verify import verify_each
from election.crypto.signature import Signature, recover_signer
from election.crypto.transcript import Address, Hash, hash_bytes
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
    Registered,
    Withdrawn,
)
from election.protocol.replay import Entry

_UNSIGNED = Signature(0, 0, 0)
_Attested = Registered | Withdrawn | Issued


def check_attestations(evidence: Evidence) -> Outcome:
    """Verify both attestations of every move, and the signature of its lock."""
    rules = evidence.deployed.rules
    signers = {Role.PORTAL: rules.portal, Role.SMS_GATEWAY: rules.sms_gateway}
    locks: dict[Hash, Address] = {}

    def verify(entry: Entry[_Attested]) -> None:
        event = entry.event
        lock = locks.get(event.leaf)
        if lock is None:
            lock = evidence.past.leaf(event.leaf).lock
        locks[event.leaf] = _next_lock(event, lock)
        request = _state_request(event, ctx=_find_ctx(evidence, event.contest))
        _verify_signers(event, request, signers=signers, now=entry.log.timestamp)
        if not isinstance(event, Registered):
            _verify_lock(request, event.lock_signature, lock=lock)

    attested: Sequence[Entry[_Attested]] = evidence.of_kinds(
        Registered, Withdrawn, Issued
    )
    return verify_each(attested, verify, name=name_leaf, blames=VALIDATORS)


def _find_ctx(evidence: Evidence, contest: int) -> Hash:
    return evidence.last(BoxOpened, contest).event.ctx


def _next_lock(event: _Attested, lock: Address) -> Address:
    if isinstance(event, Registered):
        return event.lock
    return NO_LOCK if isinstance(event, Withdrawn) else lock


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
