"""Statements of portal and SMS gateway that do not carry an act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from election.crypto.signature import (
    SECP256K1_ORDER,
    SigningKey,
    derive_address,
    sign_hash,
)
from election.crypto.transcript import Address, Hash
from election.protocol.attestation import (
    LIFETIME,
    Action,
    Attestation,
    Request,
    Role,
    attest,
    derive_lock_hash,
)
from tests import honest
from tests.vectors.make_negative.case import LIBRARY, Case, Input, word

_NOW: Final = 1_500
_KEYS: Final = {Role.PORTAL: SigningKey(11), Role.SMS_GATEWAY: SigningKey(12)}
_LEAF: Final = Hash(b"\x1e" * 32)
_SUBJECT: Final = Hash(b"\x5b" * 32)
_ATT: Final = "§6: att = H(att, ctx, role, action, leaf, nonce, h_req, expiry)"
_TIME: Final = "§6: now <= expiry <= now + 900"
_ECDSA: Final = "§1: v in {27, 28}, 0 < r < n, 0 < s <= n/2"


@dataclass(frozen=True, slots=True)
class Said:
    """A statement and what it is held against."""

    attestation: Attestation
    request: Request
    role: Role = Role.PORTAL
    now: int = _NOW

    def write(self) -> Input:
        """Write it down."""
        request, signature = self.request, self.attestation.signature
        return {
            "ctx": request.ctx.hex(),
            "role": int(self.role),
            "action": int(request.action),
            "leaf": request.leaf.hex(),
            "nonce": request.nonce,
            "subject": request.subject.hex(),
            "expiry": self.attestation.expiry,
            **{name: word(getattr(signature, name)) for name in ("v", "r", "s")},
            "signer": derive_address(_KEYS[self.role]).hex(),
            "now": self.now,
        }


def say(action: Action, *, role: Role = Role.PORTAL, expiry: int = _NOW) -> Said:
    """Attest an act honestly."""
    request = Request(honest.box().ctx, action, _LEAF, 4, _SUBJECT)
    attestation = attest(request, _KEYS[role], role=role, expiry=expiry)
    return Said(attestation, request, role)


def make_attestations() -> Iterator[Case]:
    """List all of them, for every act."""
    for action in Action:
        for title, (rule, said) in _faults(say(action)).items():
            comment = f"{action.name.lower()}: {title}"
            content = said.write()
            yield Case(comment, rule, "attestation", content, (LIBRARY,))


def _faults(said: Said) -> dict[str, tuple[str, Said]]:
    request = said.request
    other = next(each for each in Action if each is not request.action)
    requests = {
        "of another contest": replace(request, ctx=honest.box(2).ctx),
        "of another act": replace(request, action=other),
        "of another leaf": replace(request, leaf=_SUBJECT),
        "of the step before": replace(request, nonce=request.nonce - 1),
        "of the step after": replace(request, nonce=request.nonce + 1),
        "of another lock or M'": replace(request, subject=Hash(Address(bytes(32)))),
    }
    faults = {
        title: (_ATT, replace(said, request=each)) for title, each in requests.items()
    }
    key = _KEYS[Role.PORTAL]
    later = replace(said.attestation, expiry=_NOW + 1)
    sent_as = attest(request, key, role=Role.SMS_GATEWAY, expiry=_NOW)
    by_other = attest(request, _KEYS[Role.SMS_GATEWAY], role=Role.PORTAL, expiry=_NOW)
    lock = Attestation(_NOW, sign_hash(derive_lock_hash(request), key))
    faults |= {
        "of another expiry": (_ATT, replace(said, attestation=later)),
        "in the other role": (_ATT, replace(said, attestation=sent_as)),
        "taken for the other role": (_ATT, replace(said, role=Role.SMS_GATEWAY)),
        "by the other organisation": (_ATT, replace(said, attestation=by_other)),
        "a lock's signature": (_ATT, replace(said, attestation=lock)),
        "a second late": (_TIME, replace(said, now=_NOW + 1)),
        "valid a second too long": (_TIME, replace(said, now=_NOW - LIFETIME - 1)),
    }
    return faults | _signatures(said)


def _signatures(said: Said) -> dict[str, tuple[str, Said]]:
    signature = said.attestation.signature
    high = replace(signature, v=55 - signature.v, s=SECP256K1_ORDER - signature.s)
    signatures = {
        "with the high s": high,
        "with the other v": replace(signature, v=55 - signature.v),
        "with r = 0": replace(signature, r=0),
        "with s = 0": replace(signature, s=0),
        "unsigned": replace(signature, v=0, r=0, s=0),
    }
    return {
        title: (
            _ECDSA,
            replace(said, attestation=replace(said.attestation, signature=each)),
        )
        for title, each in signatures.items()
    }
