"""The gateway's routes for a booth: a code for a ballot, and what it earns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import BaseRoute

from election.protocol.attestation import Action, Request, Role, attest
from election.protocol.notice import Notice, sign_notice
from services.gateway.admission import accept_issue, require_issuing
from services.gateway.bodies import (
    IssueBody,
    IssueCheckBody,
    IssueCodeBody,
    spell_attestation,
    spell_signature,
    to_hash,
)
from services.gateway.desk import Desk
from services.gateway.issues import open_issue, prove_issue, scope_of, send_again
from services.gateway.messages import read_phone
from services.gateway.serials import number_of
from services.shell.bodies import answer, read_body
from services.shell.booth_route import BoothRoute
from services.shell.problems import Problem


def make_booth_routes(desk: Desk) -> list[BaseRoute]:
    """Make the routes that a booth calls."""

    async def open_it(asked: Asked) -> Response:
        body = await read_body(asked, IssueBody)
        terms, now = desk.terms(body.election), desk.now()
        desk.require_clock(body.election)
        closing = desk.nodes.closing(body.election, terms)
        issue = accept_issue(body, terms, now=now, closing=closing)
        row = await desk.run(open_issue, issue, now=now)
        return answer(await _describe(desk, row), 201)

    async def send(asked: Asked) -> Response:
        desk.require_patience()
        body = await read_body(asked, IssueCodeBody)
        serial, now = desk.require_serial(asked), desk.now()
        row = await _known(
            desk, asked, _send, desk, serial, language=body.language, now=now
        )
        return answer(await _describe(desk, row))

    async def check(asked: Asked) -> Response:
        desk.require_patience()
        body = await read_body(asked, IssueCheckBody)
        serial, now = desk.require_serial(asked), desk.now()
        outcome, row = await _known(
            desk,
            asked,
            prove_issue,
            serial,
            body.code,
            subject=body.h_req,
            key=desk.key,
            now=now,
        )
        await desk.judge(outcome, scope_of(row), serial=serial)
        desk.require_clock(row.election)
        return answer({"attestation": _attest(desk, row)})

    return [
        BoothRoute("/issues", open_it, methods=["POST"]),
        BoothRoute("/issues/{serial}/code", send, methods=["POST"]),
        BoothRoute("/issues/{serial}/check", check, methods=["POST"]),
    ]


def _send(
    connection: Connection, desk: Desk, serial: str, *, language: str, now: int
) -> Row[Any]:
    row = send_again(connection, serial, language=language, now=now)
    terms = desk.terms(row.election)
    closing = desk.nodes.closing(row.election, terms)
    require_issuing(terms, now=now, closing=closing)  # undoes it, if it is too late
    return row


async def _known(desk: Desk, asked: Asked, act: Any, *args: Any, **named: Any) -> Any:
    """Run what may find that there is no such request, and count who guesses."""
    try:
        return await desk.run(act, *args, **named)
    except Problem as problem:
        if problem.code == "unknown_serial":
            raise desk.refuse_stranger(asked) from None
        raise


def _request_of(desk: Desk, row: Row[Any]) -> Request:
    ctx = desk.terms(row.election).contest(row.contest).box.ctx
    leaf, subject = to_hash(row.leaf), to_hash(row.subject)
    return Request(ctx, Action.ISSUE, leaf, row.nonce, subject)


def _attest(desk: Desk, row: Row[Any]) -> dict[str, object]:
    """Sign as the gateway; the same row gives the same statement."""
    request, key = _request_of(desk, row), desk.context.account.key
    made = attest(request, key, role=Role.SMS_GATEWAY, expiry=row.expiry)
    return spell_attestation(made)


async def _describe(desk: Desk, row: Row[Any]) -> dict[str, Any]:
    """Say, signed, under which serial a message is about this request."""
    request = _request_of(desk, row)
    notice = Notice(
        request.ctx, request.leaf, request.subject, row.opened_at, row.serial
    )
    signature = sign_notice(notice, desk.context.account.key)
    phone = await desk.context.database.run(read_phone, row.voter_id)
    return {
        **await desk.describe(row.serial, row.voter_id),
        "message": number_of(row.serial),
        "time": row.opened_at,
        "statement": spell_signature(signature),
        "phone_ends": (phone or "")[-2:],
    }
