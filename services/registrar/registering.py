"""Bring accepted applications on the chain, and withdrawn ones off it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, and_, exists, func, or_, select, update

from election.client.leaf_requests import LeafRequest, prepare_act
from election.crypto.signature import decode_signature, encode_signature
from election.crypto.transcript import Address, Hash
from election.errors import ElectionError
from election.protocol.attestation import (
    ATTESTED,
    Action,
    Attestation,
    Role,
    accept_attestation,
    request_registration,
    request_withdrawal,
)
from election.protocol.voter_list import LeafState
from services.registrar.desks import Desk
from services.registrar.outbox import Errand
from services.registrar.tables import (
    NO_LEAF,
    PENDING,
    applications,
    leaves,
    parts,
    people,
    sends,
)
from services.registrar.transitions import State
from services.shell.peers import PeerError, Peers
from services.shell.settings import Closed

_AT_ONCE: Final = 16  # attestations that are asked for
_FIRST_PAUSE, _LONGEST_PAUSE = 5, 600  # seconds between tries of a part
NOT_TAKEN: Final = "chain: not_taken"
_ROLES: Final = {Role.PORTAL: "portal", Role.SMS_GATEWAY: "gateway"}


class _Answer(Closed):
    expiry: int
    signature: str


def read_due(
    connection: Connection, election: str, *, now: int, most: int
) -> Sequence[Row[Any]]:
    """Read the parts whose leaf is not yet as they want it, and who may be asked for.

    The latest part of a leaf alone counts, and none whose leaf has a transaction under
    way.
    """
    later = parts.alias("later")
    state = func.coalesce(leaves.c.state, int(LeafState.NONE))
    to_register = and_(
        parts.c.wanted,
        applications.c.state == str(State.ACCEPTED),
        state == int(LeafState.NONE),
    )
    to_withdraw = and_(~parts.c.wanted, state == int(LeafState.ONLINE))
    return connection.execute(
        select(
            parts,
            func.coalesce(leaves.c.nonce, 0).label("nonce"),
            leaves.c.lock.label("set_lock"),
            people.c.voter_id,
        )
        .join(applications, applications.c.id == parts.c.application)
        .join(people, people.c.id == applications.c.person)
        .outerjoin(
            leaves,
            (leaves.c.election == parts.c.election) & (leaves.c.leaf == parts.c.leaf),
        )
        .where(
            parts.c.election == election,
            parts.c.leaf != NO_LEAF,
            parts.c.due <= now,
            or_(to_register, to_withdraw),
            ~exists().where(
                sends.c.election == parts.c.election,
                sends.c.leaf == parts.c.leaf,
                sends.c.state.in_(PENDING),
            ),
            ~exists().where(
                later.c.election == parts.c.election,
                later.c.leaf == parts.c.leaf,
                later.c.id > parts.c.id,
            ),
        )
        .order_by(parts.c.due, parts.c.id)
        .limit(most)
    ).all()


def make_request(desk: Desk, part: Row[Any]) -> LeafRequest:
    """Make the request of a part, at its leaf's counter; raises InputError."""
    claim = desk.lists.files[part.contest].claim(part.place)
    ctx, leaf = desk.ctx(part.contest), Hash(part.leaf)
    if part.wanted:
        lock = Address(part.lock)
        request = request_registration(ctx, leaf, nonce=part.nonce, lock=lock)
        return LeafRequest(claim, request, lock=lock)
    request = request_withdrawal(ctx, leaf, nonce=part.nonce)
    if part.set_lock is not None and any(part.set_lock):
        signature = decode_signature(part.lock_signature)
        return LeafRequest(claim, request, lock_signature=signature)
    return LeafRequest(claim, request)


def needs_lock(part: Row[Any]) -> bool:
    """Say whether a withdrawal waits for the signature of the leaf's lock."""
    is_locked = part.set_lock is not None and any(part.set_lock)
    return not part.wanted and is_locked and not part.lock_signature


async def ask_attesters(
    peers: Peers, desk: Desk, asked: LeafRequest, *, voter_id: str, now: int
) -> tuple[Attestation, Attestation]:
    """Ask both organisations, one after the other, and verify what they sign.

    voter_id: whose leaf it is, shown by its opening: what was filed before there was a
    list is known to them by the person alone. Raises PeerError, ElectionError for what
    does not hold.
    """
    request = asked.request
    body = {
        "election": desk.name,
        "contest": asked.claim.contest,
        "leaf": f"0x{request.leaf.hex()}",
        "action": request.action.name.lower(),
        "nonce": request.nonce,
        "h_req": f"0x{request.subject.hex()}",
        "expiry": now + ATTESTED,
        "opening": _open(desk, voter_id, request.leaf),
    }
    signers = {
        Role.PORTAL: desk.terms.portal,
        Role.SMS_GATEWAY: desk.terms.sms_gateway,
    }
    found = []
    for role, name in _ROLES.items():
        raw = await peers[name].call("POST", "/peer/attestations", body)
        attestation = read_attestation(raw)
        found.append(
            accept_attestation(
                attestation, request, role=role, signer=signers[role], now=now
            )
        )
    return found[0], found[1]


def _open(desk: Desk, voter_id: str, leaf: Hash) -> dict[str, Any]:
    """Show whose leaf it is; raises ElectionError if it is not this person's."""
    place = desk.lists.find(voter_id)
    if place is None or place.leaf != leaf:
        raise ElectionError("leaf", "is not the one of who applied")
    return {
        "voter_id": voter_id,
        "index": place.index,
        "salt": f"0x{place.salt.hex()}",
    }


def read_attestation(raw: Any) -> Attestation:
    """Read an attestation of JSON; raises ElectionError."""
    try:
        parsed = _Answer.model_validate(raw)
        signature = bytes.fromhex(parsed.signature.removeprefix("0x"))
    except ValueError:
        raise ElectionError("attestation", "is not readable") from None
    return Attestation(parsed.expiry, decode_signature(signature))


def spell_attestation(attestation: Attestation) -> dict[str, Any]:
    """Spell an attestation as bodies have it."""
    signature = encode_signature(attestation.signature)
    return {"expiry": attestation.expiry, "signature": f"0x{signature.hex()}"}


async def make_errands(
    peers: Peers, desk: Desk, due: Sequence[Row[Any]], *, now: int
) -> tuple[list[tuple[Row[Any], Errand]], dict[int, str]]:
    """Have parts attested, some at once; gives what can be sent, and troubles."""
    gate = asyncio.Semaphore(_AT_ONCE)
    handle = desk.voter_list(await asyncio.to_thread(desk.connect))
    troubles: dict[int, str] = {}

    async def make(part: Row[Any]) -> tuple[Row[Any], Errand] | None:
        if needs_lock(part):
            troubles[part.id] = "lock"
            return None
        async with gate:
            try:
                asked = make_request(desk, part)
                portal, sms = await ask_attesters(
                    peers, desk, asked, voter_id=part.voter_id, now=now
                )
            except PeerError as error:
                troubles[part.id] = f"{error.peer}: {error.code}"
                return None
            except ElectionError as error:
                troubles[part.id] = str(error)[:200]
                return None
        act = prepare_act(handle, asked, portal=portal, sms=sms)
        expiry = min(portal.expiry, sms.expiry)
        action = asked.request.action
        return part, Errand(desk.name, Hash(part.leaf), action, act, expiry)

    made = await asyncio.gather(*map(make, due))
    return [each for each in made if each is not None], troubles


def still_due(connection: Connection, part: Row[Any]) -> bool:
    """Say whether a part wants now what it wanted when it was attested."""
    found = connection.scalar(
        select(parts.c.id)
        .join(applications, applications.c.id == parts.c.application)
        .where(
            parts.c.id == part.id,
            parts.c.wanted == part.wanted,
            parts.c.consent == part.consent,
            or_(~parts.c.wanted, applications.c.state == str(State.ACCEPTED)),
        )
    )
    return found is not None


def note_troubles(
    connection: Connection, troubles: dict[int, str], *, now: int
) -> None:
    """Note why parts are not on their way, and when they are tried again."""
    for number, fact in troubles.items():
        tries = (
            connection.scalar(select(parts.c.tries).where(parts.c.id == number)) or 0
        )
        pause = min(_FIRST_PAUSE * 2 ** min(tries, 10), _LONGEST_PAUSE)
        connection.execute(
            update(parts)
            .where(parts.c.id == number)
            .values(tries=tries + 1, due=now + pause, trouble=fact)
        )


def note_started(connection: Connection, numbers: Sequence[int]) -> None:
    """Note that parts are on their way; how often they were tried is not forgotten."""
    for number in numbers:
        connection.execute(update(parts).where(parts.c.id == number).values(trouble=""))


def note_lost(connection: Connection, numbers: Sequence[int], *, now: int) -> None:
    """Let parts wait whose transactions, of these numbers, never counted.

    Else one that the chain refuses is attested, signed and kept anew all the time.
    """
    found = connection.scalars(
        select(func.max(parts.c.id))
        .join(
            sends,
            (sends.c.election == parts.c.election) & (sends.c.leaf == parts.c.leaf),
        )
        .where(sends.c.id.in_(numbers), sends.c.action != int(Action.ISSUE))
        .group_by(sends.c.id)
    ).all()
    note_troubles(connection, dict.fromkeys(found, NOT_TAKEN), now=now)
