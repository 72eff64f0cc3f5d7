"""C11: portal and SMS gateway attested it, docs/protocol.md §6."""

from __future__ import annotations

from typing import Any, Final

from reference.ecdsa import recover_signer
from reference.errors import claim
from reference.record import Event, Record
from reference.report import Cases
from reference.transcript import keccak256, tagged_hash

_ACTIONS: Final = {"Registered": 1, "Withdrawn": 2, "Issued": 3}
_ROLES: Final = (("portal", "portal", 1), ("sms", "sms_gateway", 2))
_UNLOCKED: Final = bytes(20)
_MOST_AHEAD: Final = 900
"""Seconds that an attestation may live on."""


def check_attestations(record: Record, cases: Cases) -> None:
    """Verify both attestations of every act, and the signature of its lock."""
    locks: dict[bytes, bytes] = {}
    for event in record.every(*_ACTIONS):
        lock = locks.get(event["leaf"], _UNLOCKED)
        if event.name == "Registered":
            locks[event["leaf"]] = event["lock"]
        elif event.name == "Withdrawn":
            locks[event["leaf"]] = _UNLOCKED
        with cases.case(f"{event.name} of leaf 0x{event['leaf'].hex()}"):
            _claim_attested(record, event, lock=lock)


def _claim_attested(record: Record, event: Event, *, lock: bytes) -> None:
    ctx: bytes = record.last("BoxOpened", contest=event["contest"])["ctx"]
    action = _ACTIONS[event.name]
    act = (action, event["leaf"], event["nonce"], _request_hash(event))
    for field, office, role in _ROLES:
        attestation = event[field]
        expiry, now = attestation["expiry"], event.log.timestamp
        claim(now <= expiry <= now + _MOST_AHEAD, f"{field}: is out of its time")
        att = tagged_hash("att", ctx, role, *act, expiry)
        signer = recover_signer(att, attestation["signature"])
        claim(signer == record.rules[office], f"{field}: is of somebody else")
    if event.name != "Registered":
        signature = event["lock_signature"]
        _claim_unlocked(tagged_hash("lock", ctx, *act), signature, lock=lock)


def _request_hash(event: Event) -> bytes | int:
    if event.name == "Registered":
        lock: bytes = event["lock"]
        return lock
    return keccak256(event["blinded"]) if event.name == "Issued" else 0


def _claim_unlocked(digest: bytes, signature: Any, *, lock: bytes) -> None:
    if lock == _UNLOCKED:
        claim(not any(signature.values()), "is signed by a lock that is not there")
    else:
        is_signed = recover_signer(digest, signature) == lock
        claim(is_signed, "is not signed by its lock")
