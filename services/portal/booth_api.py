"""What a booth asks of the portal: one attestation, by a ticket, without cookies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Final

from pydantic import StringConstraints
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from election.errors import EncodingError
from services.portal.attesting import hash_blinded, request_issue, sign
from services.portal.tickets import TicketError, use_ticket
from services.shell.bodies import HexPoint, answer, read_body
from services.shell.booth_route import BoothRoute
from services.shell.node_clock import NodeClock
from services.shell.problems import Problem
from services.shell.service import Context
from services.shell.settings import Closed
from services.shell.text import _


class TicketBody(Closed):
    """A ticket, and the M' of the booth."""

    ticket: Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{43}$")]
    blinded: HexPoint


def make_booth_routes(context: Context, node_clock: NodeClock) -> Sequence[BaseRoute]:
    """Make the routes that a booth calls."""

    async def attest_issue(request: Request) -> Response:
        body = await read_body(request, TicketBody)
        try:
            subject = hash_blinded(body.blinded)
        except EncodingError as error:
            raise Problem(
                "bad_request",
                _("The request cannot be read: %(key)s: %(fact)s"),
                key="blinded",
                fact=error.fact,
            ) from None
        node_clock.require()
        try:
            used = await context.database.run(
                use_ticket,
                ticket=body.ticket,
                subject=subject,
                now=context.clock.now(),
            )
        except TicketError as error:
            raise _tell(error) from None
        terms = context.elections[used.opening.election]
        asked = request_issue(terms, used.opening, subject)
        return answer(
            {
                **asdict(used.opening),
                "h_req": subject,
                "expiry": used.expiry,
                "attestation": sign(asked, context.account.key, expiry=used.expiry),
            }
        )

    return [BoothRoute("/booth/attestations", attest_issue, methods=["POST"])]


_TEXTS: Final = {
    "unknown_ticket": _(
        "This way from the personal account is not known. Please press “Get my "
        "ballot” there once more; your right to vote is not used up."
    ),
    "expired_ticket": _(
        "A quarter of an hour has passed since you came from your personal account. "
        "Please press “Get my ballot” there once more; your right to vote is not "
        "used up."
    ),
    "used_ticket": _(
        "This way from the personal account was used for another request already. If "
        "that was not you, log out everywhere in your account and call the support "
        "line. Your right to vote is not used up until a ballot is issued."
    ),
    "logged_out": _(
        "You have logged out of your personal account since. Please log in and press "
        "“Get my ballot” once more; your right to vote is not used up."
    ),
    "other_request": _(
        "Another request for your ballot was begun and still holds. Go on with the "
        "words that were shown then, or press “Get my ballot” once more %(wait)s. "
        "Your right to vote is not used up."
    ),
}


def _tell(error: TicketError) -> Problem:
    if error.wait is None:
        return Problem(error.code, _TEXTS[error.code], HTTPStatus.CONFLICT)
    return Problem(
        error.code,
        _TEXTS[error.code],
        HTTPStatus.CONFLICT,
        retry_after=error.wait,
        wait=error.wait,
    )
