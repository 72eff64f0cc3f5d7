"""Acts on a leaf, attested rightly or with one flaw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from election.client.contracts.voter_list import NO_SIGNATURE
from election.client.wire import Act
from election.crypto.signature import SigningKey
from election.crypto.transcript import ZERO_HASH, hash_bytes
from election.protocol.attestation import (
    LIFETIME,
    Action,
    Attestation,
    Request,
    Role,
    attest,
)
from election.protocol.voter_list import LeafClaim
from tests.contracts.leaf_acts import CHANGES, FOREIGN, act_of, ask
from tests.contracts.leaf_desk import BLINDED, LOCK, LeafDesk
from tests.stateful.leaves_model import EXPIRED, NOT_LISTED, WRONG, Flaw, Leaf, Stage

_INFINITY: Final = bytes(128)
_OTHER_LOCK: Final = SigningKey(0xBAD)
_NOT_LOCKED: Final = Flaw(Stage.LOCK, "voter_list: signature for a leaf without a lock")
_NOT_UNLOCKED: Final = Flaw(
    Stage.LOCK, "voter_list: not signed by the lock of the leaf"
)
_NO_SIGNATURE: Final = Flaw(Stage.LOCK, "signature: v is not 27 or 28")
_INFINITE: Final = Flaw(Stage.POINT, "voter_list: blinded message is infinity")
_STAGES: Final = {Role.PORTAL: Stage.PORTAL, Role.SMS_GATEWAY: Stage.SMS}
_NAMES: Final = {Role.PORTAL: "portal", Role.SMS_GATEWAY: "sms"}


@dataclass(frozen=True, slots=True)
class Case:
    """An act about to be made. lock: what a registration names."""

    desk: LeafDesk
    leaf: Leaf
    action: Action
    expiry: int
    lock: SigningKey | None = None

    @property
    def request(self) -> Request:
        """Give what is attested."""
        if self.action is Action.REGISTER:
            return self.desk.registration(self.lock)
        return ask(self.desk, self.action)

    def honest(self) -> dict[str, Any]:
        """Give what an honest act is made of."""
        given: dict[str, Any] = {
            _NAMES[role]: self.desk.attest(self.request, role, expiry=self.expiry)
            for role in Role
        }
        if self.action is Action.REGISTER:
            given["lock"] = self.lock
        elif self.leaf.lock is not None:
            given["signature"] = self.desk.sign_lock(self.request, self.leaf.lock)
        return given

    def make(self, **flawed: Any) -> Act:
        """Make the act."""
        return act_of(self.desk, self.action, **(self.honest() | flawed))

    def subject(self) -> bytes:
        """Give the hash of M' that the contract will remember."""
        return hash_bytes(BLINDED) if self.action is Action.ISSUE else ZERO_HASH


Flawed = tuple[Flaw, Callable[[], Mapping[str, Any]]]
"""A flaw, and what it puts in the place of something honest."""


def list_flaws(case: Case) -> dict[str, Flawed]:
    """List by name what may be wrong with an act."""
    return {
        **dict(_attestation_flaws(case)),
        **dict(_claim_flaws(case)),
        **dict(_lock_flaws(case)),
        **dict(_point_flaws(case)),
    }


def list_claims(desk: LeafDesk) -> dict[str, LeafClaim]:
    """List by name claims that are not on the list."""
    claim = desk.claim
    return {
        "another voter": replace(claim, voter=FOREIGN),
        "another index": replace(claim, index=claim.index ^ 1),
        "another contest": replace(claim, contest=claim.contest + 1),
        "short path": replace(claim, path=claim.path[1:]),
    }


def _claim_flaws(case: Case) -> Iterator[tuple[str, Flawed]]:
    for name, claim in list_claims(case.desk).items():
        yield name, (Flaw(Stage.PROOF, NOT_LISTED), partial(dict, claim=claim))


def _attestation_flaws(case: Case) -> Iterator[tuple[str, Flawed]]:
    for role in Role:
        for name, (reason, make) in _attesters(case, role).items():
            flaw = Flaw(_STAGES[role], reason)
            yield f"{_NAMES[role]}: {name}", (flaw, partial(_put, role, make))


def _put(role: Role, make: Callable[[], Attestation]) -> Mapping[str, Any]:
    return {_NAMES[role]: make()}


def _attesters(
    case: Case, role: Role
) -> dict[str, tuple[str, Callable[[], Attestation]]]:
    desk, roles = case.desk, case.desk.rehearsal.roles
    keys = {Role.PORTAL: roles.portal, Role.SMS_GATEWAY: roles.sms_gateway}
    other = Role(3 - role)

    def stale(shift: int) -> Attestation:
        now = desk.rehearsal.opened.connection.read_clock()
        return desk.attest(case.request, role, expiry=now + shift)

    def by(key: SigningKey, signed_as: Role) -> Attestation:
        return attest(case.request, key, role=signed_as, expiry=case.expiry)

    def about(change: Callable[[Request], Request]) -> Attestation:
        return desk.attest(change(case.request), role, expiry=case.expiry)

    return {
        "expired": (EXPIRED, partial(stale, -1)),
        "too long": (
            "voter_list: attestation lives too long",
            partial(stale, LIFETIME + 1),
        ),
        "by the other": (WRONG, partial(by, keys[other], role)),
        "in the other role": (WRONG, partial(by, keys[role], other)),
        **{name: (WRONG, partial(about, change)) for name, change in CHANGES.items()},
    }


def _lock_flaws(case: Case) -> Iterator[tuple[str, Flawed]]:
    if case.action is Action.REGISTER:
        return

    def signed(key: SigningKey, change: Callable[[Request], Request] = replace) -> Any:
        return {"signature": case.desk.sign_lock(change(case.request), key)}

    lock = case.leaf.lock
    if lock is None:
        yield "a lock too many", (_NOT_LOCKED, partial(signed, LOCK))
        return
    yield "no lock", (_NO_SIGNATURE, partial(dict, signature=NO_SIGNATURE))
    yield "another lock", (_NOT_UNLOCKED, partial(signed, _OTHER_LOCK))
    for name, change in CHANGES.items():
        yield f"lock: {name}", (_NOT_UNLOCKED, partial(signed, lock, change))


def _point_flaws(case: Case) -> Iterator[tuple[str, Flawed]]:
    if case.action is Action.ISSUE:
        yield "infinity", (_INFINITE, partial(_ask_for_infinity, case))


def _ask_for_infinity(case: Case) -> Mapping[str, Any]:
    request = case.desk.issuance(_INFINITY)
    changed: dict[str, Any] = {
        _NAMES[role]: case.desk.attest(request, role, expiry=case.expiry)
        for role in Role
    }
    changed["blinded"] = _INFINITY
    if case.leaf.lock is not None:
        changed["signature"] = case.desk.sign_lock(request, case.leaf.lock)
    return changed
