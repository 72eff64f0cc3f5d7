"""Acts on a leaf, attested rightly or with one flaw."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

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
from tests.contracts.leaf_acts import CHANGES, FOREIGN, act_of, ask
from tests.contracts.leaf_desk import BLINDED, LOCK, LeafDesk
from tests.stateful.leaves_model import WRONG, Flaw, Leaf, Stage

_INFINITY: Final = bytes(128)
_OTHER_LOCK: Final = SigningKey(0xBAD)
_NOT_LISTED: Final = Flaw(Stage.PROOF, "voter_list: leaf is not on the list")
_NOT_LOCKED: Final = "voter_list: signature for a leaf without a lock"
_NOT_UNLOCKED: Final = "voter_list: not signed by the lock of the leaf"
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


Flawed = tuple[Flaw, Mapping[str, Any]]
"""A flaw, and what it puts in the place of something honest."""


def list_flaws(case: Case) -> dict[str, Callable[[], Flawed]]:
    """List by name what may be wrong with an act."""
    return {
        **dict(_attestation_flaws(case)),
        **dict(_claim_flaws(case)),
        **dict(_lock_flaws(case)),
        **dict(_point_flaws(case)),
    }


def _claim_flaws(case: Case) -> Iterator[tuple[str, Callable[[], Flawed]]]:
    claim = case.desk.claim
    for name, wrong in {
        "another voter": replace(claim, voter=FOREIGN),
        "another index": replace(claim, index=claim.index ^ 1),
        "another contest": replace(claim, contest=claim.contest + 1),
        "short path": replace(claim, path=claim.path[1:]),
    }.items():
        yield name, lambda wrong=wrong: (_NOT_LISTED, {"claim": wrong})  # type: ignore[misc]


def _attestation_flaws(case: Case) -> Iterator[tuple[str, Callable[[], Flawed]]]:
    for role in Role:
        for name, make in _attesters(case, role).items():
            yield f"{_NAMES[role]}: {name}", make


def _attesters(case: Case, role: Role) -> dict[str, Callable[[], Flawed]]:
    desk, roles = case.desk, case.desk.rehearsal.roles
    keys = {Role.PORTAL: roles.portal, Role.SMS_GATEWAY: roles.sms_gateway}
    other = Role(3 - role)

    def flawed(made: Attestation, reason: str = WRONG) -> Flawed:
        return Flaw(_STAGES[role], reason), {_NAMES[role]: made}

    def stale(shift: int, reason: str) -> Flawed:
        now = desk.rehearsal.opened.connection.read_clock()
        return flawed(desk.attest(case.request, role, expiry=now + shift), reason)

    def by(key: SigningKey, signed_as: Role) -> Flawed:
        made = attest(case.request, key, role=signed_as, expiry=case.expiry)
        return flawed(made)

    def about(change: Callable[[Request], Request]) -> Flawed:
        return flawed(desk.attest(change(case.request), role, expiry=case.expiry))

    return {
        "expired": lambda: stale(-1, "voter_list: attestation has expired"),
        "too long": lambda: stale(
            LIFETIME + 1, "voter_list: attestation lives too long"
        ),
        "by the other": lambda: by(keys[other], role),
        "in the other role": lambda: by(keys[role], other),
        **{
            name: lambda change=change: about(change)  # type: ignore[misc]
            for name, change in CHANGES.items()
        },
    }


def _lock_flaws(case: Case) -> Iterator[tuple[str, Callable[[], Flawed]]]:
    if case.action is Action.REGISTER:
        return
    desk, lock = case.desk, case.leaf.lock
    if lock is None:
        signed = desk.sign_lock(case.request, LOCK)
        unlocked = Flaw(Stage.LOCK, _NOT_LOCKED)
        yield "a lock too many", lambda: (unlocked, {"signature": signed})
        return
    locked = Flaw(Stage.LOCK, _NOT_UNLOCKED)
    other = desk.sign_lock(case.request, _OTHER_LOCK)
    yield "another lock", lambda: (locked, {"signature": other})
    for name, change in CHANGES.items():
        wrong = desk.sign_lock(change(case.request), lock)
        yield f"lock: {name}", lambda wrong=wrong: (locked, {"signature": wrong})  # type: ignore[misc]


def _point_flaws(case: Case) -> Iterator[tuple[str, Callable[[], Flawed]]]:
    if case.action is Action.ISSUE:
        yield "infinity", lambda: _ask_for_infinity(case)


def _ask_for_infinity(case: Case) -> Flawed:
    request = case.desk.issuance(_INFINITY)
    changed: dict[str, Any] = {
        _NAMES[role]: case.desk.attest(request, role, expiry=case.expiry)
        for role in Role
    }
    changed["blinded"] = _INFINITY
    if case.leaf.lock is not None:
        changed["signature"] = case.desk.sign_lock(request, case.leaf.lock)
    return Flaw(Stage.POINT, "voter_list: blinded message is infinity"), changed
