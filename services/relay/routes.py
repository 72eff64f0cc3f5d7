"""What a relay answers: ballots are taken from anybody, and nobody is asked who."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from prometheus_client import CollectorRegistry, Counter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from election.crypto.transcript import Hash
from services.relay.store import look_up
from services.relay.taking import Desk, spell_promise
from services.shell.bodies import answer
from services.shell.booth_route import BoothRoute
from services.shell.database import Database
from services.shell.problems import NOT_FOUND, Problem
from services.shell.text import _

_TYPE: Final = "application/octet-stream"


def make_routes(
    desk: Desk,
    database: Database,
    contexts: Mapping[str, Sequence[Hash]],
    meter: CollectorRegistry,
) -> list[BaseRoute]:
    """Make the routes; contexts: ctx of the contests of each election, by its name."""
    refused = Counter(
        "veche_relay_refused", "Ballots not taken", ["code"], registry=meter
    )

    async def take(request: Request) -> Response:
        try:
            return await _take(request, desk)
        except Problem as problem:
            refused.labels(problem.code).inc()
            raise

    async def look(request: Request) -> Response:
        own = contexts.get(request.path_params["election"])
        ballot_hash = _read_hash(request.path_params["ballot_hash"])
        if own is None or ballot_hash is None:
            raise NOT_FOUND
        found = await database.run(look_up, own, ballot_hash)
        if found is None:
            raise Problem(
                "unknown_ballot",
                _("This delivery service knows nothing of that ballot."),
                HTTPStatus.NOT_FOUND,
            )
        return answer({"state": found.state.value, "block": found.block})

    return [
        BoothRoute("/ballots", take, methods=["POST"]),
        BoothRoute("/ballots/{election}/{ballot_hash}", look, methods=["GET"]),
    ]


async def _take(request: Request, desk: Desk) -> Response:
    """Take a ballot; its body is read once its length and contest are right."""
    if request.headers.get("content-type", _TYPE).partition(";")[0] != _TYPE:
        raise Problem(
            "wrong_type",
            _("A ballot comes as application/octet-stream."),
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )
    said = request.headers.get("content-length")
    if said is None:
        raise Problem(
            "length_missing",
            _("The length of a ballot comes before it."),
            HTTPStatus.LENGTH_REQUIRED,
        )
    contest = desk.find_contest(request.query_params.get("context"), int(said))
    desk.require_open(contest)
    record = await request.body()
    if len(record) != contest.size:
        raise Problem("wrong_size", _("The ballot did not arrive whole."))
    return answer(spell_promise(await desk.take(contest, record)))


def _read_hash(text: str) -> Hash | None:
    digits = text.removeprefix("0x")
    if len(digits) != 64:
        return None
    try:
        return Hash(bytes.fromhex(digits))
    except ValueError:
        return None
