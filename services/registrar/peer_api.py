"""What the portal asks: who somebody is, and to file or withdraw for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from election.crypto.transcript import Address
from services.registrar.applications import describe_person, file_application, withdraw
from services.registrar.desks import Desks
from services.shell.bodies import ElectionName, answer, read_body
from services.shell.peers import require_peer
from services.shell.service import Context
from services.shell.settings import Closed

Consent = Annotated[str, StringConstraints(pattern="^[0-9A-Za-zА-Яа-яЁё._-]{1,64}$")]
_Account = Annotated[str, StringConstraints(pattern="^0x[0-9a-f]{40}$")]


class _Application(Closed):
    consent: Consent
    locks: Annotated[
        dict[ElectionName, _Account | None], Field(min_length=1, max_length=16)
    ]


class _Withdrawal(Closed):
    consent: Consent
    elections: (
        Literal["all"]
        | Annotated[list[ElectionName], Field(min_length=1, max_length=16)]
    )


def make_peer_routes(context: Context, desks: Desks) -> list[Route]:
    """Make the routes that the portal's token opens, and nobody else's."""
    database, clock = context.database, context.clock

    async def show(request: Request) -> Response:
        await require_peer(request, "portal")
        return await describe(request.path_params["account"])

    async def describe(account: str, status: int = 200) -> Response:
        told = await database.run(describe_person, account, desks=desks)
        return answer(told, status)

    async def change(act: Callable[..., None], account: str, **named: Any) -> Response:
        """Run an act, once more where two met: then one of them sees the other."""
        try:
            await database.run(act, account, desks=desks, now=clock.now(), **named)
        except IntegrityError:
            await database.run(act, account, desks=desks, now=clock.now(), **named)
        return await describe(account, 201)

    async def apply(request: Request) -> Response:
        await require_peer(request, "portal")
        body = await read_body(request, _Application)
        locks = {
            name: Address(bytes.fromhex(lock[2:]) if lock else bytes(20))
            for name, lock in body.locks.items()
        }
        account = request.path_params["account"]
        return await change(
            file_application, account, consent=body.consent, locks=locks
        )

    async def take_back(request: Request) -> Response:
        await require_peer(request, "portal")
        body = await read_body(request, _Withdrawal)
        elections = None if body.elections == "all" else body.elections
        account = request.path_params["account"]
        return await change(
            withdraw, account, consent=body.consent, elections=elections
        )

    one = "/peer/people/{account:path}"
    return [
        Route(f"{one}/applications", apply, methods=["POST"]),
        Route(f"{one}/withdrawals", take_back, methods=["POST"]),
        Route(one, show),
    ]
