"""Requests for credentials, from booths: checked, kept, sent in groups.

Whoever asks has shown both attestations before anything is looked up, kept or paid
for. A leaf never has two requests with different M' that could both come on the chain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, insert, or_, select, update

from election.client.contracts.voter_list import NO_SIGNATURE, VoterList
from election.client.leaf_requests import LeafRequest, prepare_act
from election.client.wire import Act
from election.crypto.group import decode_g1
from election.crypto.signature import (
    Signature,
    decode_signature,
    encode_signature,
    recover_signer,
)
from election.crypto.transcript import Hash, hash_bytes
from election.errors import ElectionError
from election.protocol.attestation import (
    Action,
    Attestation,
    Request,
    Role,
    accept_attestation,
    derive_lock_hash,
)
from election.protocol.voter_list import LeafState
from services.registrar import problems
from services.registrar.desks import Desk
from services.registrar.following import leaf_of, read_time
from services.registrar.tables import HELD, PENDING, requests, sends

_SOON: Final = 90  # seconds before attestations expire at which nobody waits any more


@dataclass(frozen=True, slots=True)
class Asked:
    """What a booth sends. lock: signature of the leaf's lock, if it has one."""

    contest: int
    index: int
    leaf: Hash
    blinded: bytes
    portal: Attestation
    gateway: Attestation
    lock: Signature | None

    @property
    def expiry(self) -> int:
        """Give until when both attestations hold."""
        return min(self.portal.expiry, self.gateway.expiry)


def accept_request(
    connection: Connection, desk: Desk, asked: Asked, *, now: int
) -> str:
    """Accept a request and keep it; returns its state. Raises Problem."""
    nonce, row = _accept_attested(connection, desk, asked, now=now)
    if row.state == LeafState.ISSUED:
        if row.blinded != asked.blinded:
            raise problems.ANOTHER
        return "issued"
    _accept_lock(desk, asked, nonce, bytes(row.lock))
    try:
        decode_g1(asked.blinded)
    except ElectionError:
        raise problems.BAD_POINT from None
    held = _find_held(connection, desk.name, asked.leaf)
    if held is not None and held.blinded != asked.blinded:
        last = max(held.portal_expiry, held.gateway_expiry)
        is_over = read_time(connection, desk.name) > last
        if not is_over or _is_pending(connection, held):
            raise problems.ANOTHER
        _set_state(connection, held.id, "expired")
        held = None
    values = _values(asked)
    if held is None:
        connection.execute(
            insert(requests).values(
                election=desk.name, nonce=nonce, state="queued", at=now, **values
            )
        )
        return "queued"
    if held.state == "queued":
        connection.execute(
            update(requests).where(requests.c.id == held.id).values(**values)
        )
    return str(held.state)


def _accept_attested(
    connection: Connection, desk: Desk, asked: Asked, *, now: int
) -> tuple[int, Row[Any]]:
    """Accept both attestations of a leaf's next step, or of the one that was issued.

    A leaf that is nobody's, or never moved, is told like a bad attestation and costs
    the same work: whoever has none learns nothing here, also not by the time it takes.
    """
    row = leaf_of(connection, desk.name, asked.leaf)
    is_known = desk.lists.holds(asked.contest, asked.index, asked.leaf)
    nonce = 0 if row is None else row.nonce - (row.state == LeafState.ISSUED)
    request = _request(desk, asked, nonce)
    pairs = (
        (asked.portal, Role.PORTAL, desk.terms.portal),
        (asked.gateway, Role.SMS_GATEWAY, desk.terms.sms_gateway),
    )
    for attestation, role, signer in pairs:
        try:
            accept_attestation(
                attestation,
                request,
                role=role,
                signer=signer,
                now=min(now, attestation.expiry),
            )
        except ElectionError:
            raise problems.BAD_ATTESTATION from None
    if row is None or not is_known:
        raise problems.BAD_ATTESTATION
    if asked.expiry < now:
        raise problems.EXPIRED
    if row.state not in (LeafState.ONLINE, LeafState.ISSUED):
        raise problems.NOT_ONLINE
    return nonce, row


def _accept_lock(desk: Desk, asked: Asked, nonce: int, lock: bytes) -> None:
    if not any(lock):
        if asked.lock is not None:
            raise problems.BAD_LOCK
        return
    try:
        digest = derive_lock_hash(_request(desk, asked, nonce))
        if asked.lock is None or recover_signer(digest, asked.lock) != lock:
            raise problems.BAD_LOCK
    except ElectionError:
        raise problems.BAD_LOCK from None


def _request(desk: Desk, asked: Asked, nonce: int) -> Request:
    ctx, subject = desk.ctx(asked.contest), hash_bytes(asked.blinded)
    return Request(ctx, Action.ISSUE, asked.leaf, nonce, subject)


def read_state(connection: Connection, election: str, leaf: Hash) -> str:
    """Say how far a leaf's latest request is; "none" if there was none."""
    found = connection.scalar(
        select(requests.c.state)
        .where(requests.c.election == election, requests.c.leaf == leaf)
        .order_by(requests.c.state.in_(HELD).desc(), requests.c.id.desc())
        .limit(1)
    )
    return str(found or "none")


def read_group(
    connection: Connection, election: str, *, now: int, every: int, most: int
) -> Sequence[Row[Any]]:
    """Read a group to be sent: its first waited long enough, or one soon expires."""
    queued = connection.execute(
        select(requests)
        .where(requests.c.election == election, requests.c.state == "queued")
        .order_by(requests.c.id)
    ).all()
    is_time = any(
        each.at + every <= now or _expiry(each) <= now + _SOON for each in queued
    )
    return queued[:most] if is_time else []


def settle_requests(connection: Connection, election: str, *, now: int) -> None:
    """Put back what was sent and is lost; end what expired for good."""
    time = read_time(connection, election)
    found = connection.execute(
        select(requests).where(
            requests.c.election == election,
            or_(requests.c.state == "queued", requests.c.state == "sent"),
        )
    ).all()
    for each in found:
        if _is_pending(connection, each):
            continue
        if time > max(each.portal_expiry, each.gateway_expiry):
            _set_state(connection, each.id, "expired")
        elif each.state == "sent" and _expiry(each) > now:
            _set_state(connection, each.id, "queued")


def note_sent(connection: Connection, number: int) -> None:
    """Note that a request is on its way."""
    _set_state(connection, number, "sent")


def make_issue_act(desk: Desk, handle: VoterList, row: Row[Any]) -> Act:
    """Make the act of a request; raises InputError."""
    claim = desk.lists.files[row.contest].claim(row.place)
    leaf, subject = Hash(row.leaf), hash_bytes(row.blinded)
    request = Request(desk.ctx(row.contest), Action.ISSUE, leaf, row.nonce, subject)
    lock = decode_signature(row.lock_signature) if row.lock_signature else NO_SIGNATURE
    asked = LeafRequest(claim, request, blinded=row.blinded, lock_signature=lock)
    portal = Attestation(row.portal_expiry, decode_signature(row.portal_signature))
    sms = Attestation(row.gateway_expiry, decode_signature(row.gateway_signature))
    return prepare_act(handle, asked, portal=portal, sms=sms)


def _values(asked: Asked) -> dict[str, Any]:
    return {
        "contest": asked.contest,
        "place": asked.index,
        "leaf": asked.leaf,
        "blinded": asked.blinded,
        "portal_expiry": asked.portal.expiry,
        "portal_signature": encode_signature(asked.portal.signature),
        "gateway_expiry": asked.gateway.expiry,
        "gateway_signature": encode_signature(asked.gateway.signature),
        "lock_signature": b"" if asked.lock is None else encode_signature(asked.lock),
    }


def _expiry(row: Row[Any]) -> int:
    return int(min(row.portal_expiry, row.gateway_expiry))


def _find_held(connection: Connection, election: str, leaf: Hash) -> Row[Any] | None:
    return connection.execute(
        select(requests).where(
            requests.c.election == election,
            requests.c.leaf == leaf,
            requests.c.state.in_(HELD),
        )
    ).one_or_none()


def _is_pending(connection: Connection, row: Row[Any]) -> bool:
    found = connection.scalar(
        select(sends.c.id).where(
            sends.c.election == row.election,
            sends.c.leaf == row.leaf,
            sends.c.state.in_(PENDING),
        )
    )
    return found is not None


def _set_state(connection: Connection, number: int, state: str) -> None:
    connection.execute(
        update(requests).where(requests.c.id == number).values(state=state)
    )
