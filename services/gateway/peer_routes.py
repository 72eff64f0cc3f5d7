"""The gateway's routes for other services: consents, and attestations of them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from election.protocol.attestation import Role, attest
from services.gateway.admission import accept_consent, accept_request
from services.gateway.bodies import (
    AttestBody,
    ConsentBody,
    ConsentCheckBody,
    ConsentCodeBody,
    spell_attestation,
)
from services.gateway.consents import (
    ask_consent,
    give_consent,
    grant,
    read_consent,
    send_again,
)
from services.gateway.desk import Desk
from services.gateway.serials import number_of
from services.shell.bodies import answer, read_body
from services.shell.peers import require_peer


def make_peer_routes(desk: Desk) -> list[BaseRoute]:
    """Make the routes that portal and registrar call."""

    async def ask(request: Request) -> Response:
        await require_peer(request, "portal")
        body = await read_body(request, ConsentBody)
        consent = accept_consent(body, dict(desk.context.elections))
        serial = await desk.run(ask_consent, consent, now=desk.now())
        described = await desk.describe(serial, consent.voter_id)
        return answer({**described, "message": number_of(serial)}, 201)

    async def send(request: Request) -> Response:
        await require_peer(request, "portal")
        body = await read_body(request, ConsentCodeBody)
        serial = desk.require_serial(request)
        await desk.run(send_again, serial, language=body.language, now=desk.now())
        consent = await desk.run(read_consent, serial)
        described = await desk.describe(serial, consent.voter_id)
        return answer({**described, "message": number_of(serial)})

    async def check(request: Request) -> Response:
        await require_peer(request, "portal")
        body = await read_body(request, ConsentCheckBody)
        serial = desk.require_serial(request)
        outcome, scope = await desk.run(
            give_consent, serial, body.code, key=desk.key, now=desk.now()
        )
        await desk.judge(outcome, scope, serial=serial)
        return answer({"consented": True})

    async def attest_it(request: Request) -> Response:
        await require_peer(request, "registrar")
        body = await read_body(request, AttestBody)
        terms, now = desk.terms(body.election), desk.now()
        desk.require_clock(body.election)
        asked, voter_id = accept_request(body, terms, now=now)
        await desk.run(
            grant, body.election, body.contest, request=asked, voter_id=voter_id
        )
        key = desk.context.account.key
        made = attest(asked, key, role=Role.SMS_GATEWAY, expiry=body.expiry)
        return answer(spell_attestation(made))

    return [
        Route("/peer/consents", ask, methods=["POST"]),
        Route("/peer/consents/{serial}/code", send, methods=["POST"]),
        Route("/peer/consents/{serial}/check", check, methods=["POST"]),
        Route("/peer/attestations", attest_it, methods=["POST"]),
    ]
