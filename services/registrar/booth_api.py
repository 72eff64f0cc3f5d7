"""What a booth asks: to send a request for a credential, and how far it is."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import Field, StringConstraints
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from election.crypto.signature import Signature, decode_signature
from election.crypto.transcript import Hash
from election.protocol.attestation import Attestation
from services.registrar import problems
from services.registrar.desks import Desk, Desks
from services.registrar.issue_requests import Asked, accept_request, read_state
from services.registrar.lock_signatures import accept_lock_signature
from services.shell.bodies import ElectionName, HexPoint, HexWord, answer, read_body
from services.shell.booth_route import BoothRoute
from services.shell.service import Context
from services.shell.settings import Closed

_SignatureText = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{192}$")]
_LEAF: Final = re.compile("0x[0-9a-f]{64}")
_Number = Annotated[int, Field(ge=0, lt=2**31)]


class _Attestation(Closed):
    expiry: Annotated[int, Field(ge=0, lt=2**53)]
    signature: _SignatureText


class _IssueRequest(Closed):
    election: ElectionName
    contest: _Number
    leaf: HexWord
    index: _Number
    blinded: HexPoint
    portal: _Attestation
    gateway: _Attestation
    lock: _SignatureText | None = None


class _LockSignature(Closed):
    election: ElectionName
    leaf: HexWord
    nonce: _Number
    lock: _SignatureText


def make_booth_routes(context: Context, desks: Desks) -> list[BaseRoute]:
    """Make the routes that a page of a booth may call."""
    database, clock = context.database, context.clock

    async def post(request: Request) -> Response:
        body = await read_body(request, _IssueRequest)
        desk, now = _find(desks, body.election), clock.now()
        _require_polls(desk, body.contest, now)
        asked = _accept(body)
        try:
            state = await database.run(accept_request, desk, asked, now=now)
        except IntegrityError:  # two at once: the second one sees the first
            state = await database.run(accept_request, desk, asked, now=now)
        return answer({"state": state}, 202)

    async def show(request: Request) -> Response:
        desk = _find(desks, request.path_params["election"])
        leaf = request.path_params["leaf"]
        if _LEAF.fullmatch(leaf) is None:
            raise problems.BAD_POINT
        state = await database.run(read_state, desk.name, Hash(_bytes(leaf)))
        return answer({"state": state})

    async def sign_withdrawal(request: Request) -> Response:
        body = await read_body(request, _LockSignature)
        desk = _find(desks, body.election)
        await database.run(
            accept_lock_signature,
            desk,
            Hash(_bytes(body.leaf)),
            nonce=body.nonce,
            signature=_signature(body.lock),
        )
        return answer({"state": "signed"}, 202)

    return [
        BoothRoute("/requests", post, methods=["POST"]),
        BoothRoute("/requests/{election}/{leaf}", show, methods=["GET"]),
        BoothRoute("/withdrawals", sign_withdrawal, methods=["POST"]),
    ]


def _accept(body: _IssueRequest) -> Asked:
    return Asked(
        body.contest,
        body.index,
        Hash(_bytes(body.leaf)),
        _bytes(body.blinded),
        _attestation(body.portal),
        _attestation(body.gateway),
        None if body.lock is None else _signature(body.lock),
    )


def _require_polls(desk: Desk, contest: int, now: int) -> None:
    """Raise Problem while no ballots of a contest are given out."""
    if contest not in desk.terms.contests:
        raise problems.UNKNOWN_ELECTION
    if not desk.closing:
        raise problems.AWAY
    if not desk.terms.common.opening <= now < desk.closing:
        raise problems.POLLS_CLOSED


def _find(desks: Desks, name: str) -> Desk:
    desk = desks.get(name)
    if desk is None:
        raise problems.UNKNOWN_ELECTION
    return desk


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _signature(text: str) -> Signature:
    return decode_signature(_bytes(text))


def _attestation(body: _Attestation) -> Attestation:
    return Attestation(body.expiry, _signature(body.signature))
