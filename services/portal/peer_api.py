"""What the registrar asks of the portal: attestations of what people filed here."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from election.errors import ElectionError
from election.protocol.attestation import LIFETIME
from election.protocol.terms import ElectionTerms
from services.portal.attesting import derive_own_leaf, request_filed, sign
from services.portal.filings import APPLY, NO_LOCK, WITHDRAW, FiledPart, find_wish
from services.shell.bodies import ElectionName, HexWord, answer, read_body
from services.shell.node_clock import NodeClock
from services.shell.peers import require_peer
from services.shell.problems import Problem
from services.shell.service import Context
from services.shell.settings import Closed
from services.shell.text import _

_Number = Annotated[int, Field(ge=0, lt=2**63)]
_FILED = {"register": APPLY, "withdraw": WITHDRAW}


class OpeningBody(Closed):
    """Whose leaf it is, for a filing that is older than the list."""

    voter_id: Annotated[str, Field(min_length=1, max_length=200)]
    index: _Number
    salt: HexWord


class AttestBody(Closed):
    """What shall be attested."""

    election: ElectionName
    contest: _Number
    leaf: HexWord
    action: Literal["register", "withdraw"]
    nonce: _Number
    h_req: HexWord
    expiry: _Number
    opening: OpeningBody | None = None


def make_peer_routes(context: Context, node_clock: NodeClock) -> Sequence[BaseRoute]:
    """Make the routes that other services call."""

    async def attest_filed(request: Request) -> Response:
        await require_peer(request, "registrar")
        body = await read_body(request, AttestBody)
        terms = context.elections.get(body.election)
        if terms is None:
            raise _refuse("unknown_election", _("This election is not known here."))
        now = context.clock.now()
        if not now <= body.expiry <= now + LIFETIME:
            raise _refuse(
                "wrong_expiry", _("The statement would be valid for too long or not.")
            )
        node_clock.require()
        wish = await context.database.run(
            find_wish,
            election=body.election,
            leaf=body.leaf,
            voter_id=_accept_opening(terms, body),
        )
        part = _require_filed(wish, body)
        asked = request_filed(
            terms,
            body.contest,
            action=body.action,
            leaf=body.leaf,
            nonce=body.nonce,
            lock=part.lock or NO_LOCK,
        )
        if f"0x{asked.subject.hex()}" != body.h_req:
            raise _refuse("other_lock", _("Another lock was filed, or none."))
        return answer(sign(asked, context.account.key, expiry=body.expiry))

    return [Route("/peer/attestations", attest_filed, methods=["POST"])]


def _accept_opening(terms: ElectionTerms, body: AttestBody) -> str | None:
    """Accept whose leaf it is said to be, by computing the leaf; raises Problem."""
    if body.opening is None:
        return None
    try:
        leaf = derive_own_leaf(
            terms,
            body.contest,
            index=body.opening.index,
            voter_id=body.opening.voter_id,
            salt=body.opening.salt,
        )
    except ElectionError:
        leaf = ""
    if leaf != body.leaf:
        raise _refuse(
            "wrong_leaf", _("The line of the list is not the one of this voter.")
        )
    return body.opening.voter_id


def _require_filed(wish: tuple[str, FiledPart] | None, body: AttestBody) -> FiledPart:
    if wish is None or wish[1].contest != body.contest:
        raise _refuse("not_filed", _("Nobody who was logged in filed this."))
    action, part = wish
    if action != _FILED[body.action]:
        raise _refuse("filed_otherwise", _("Something else was filed since."))
    return part


def _refuse(code: str, text: str) -> Problem:
    return Problem(code, text, HTTPStatus.FORBIDDEN)
