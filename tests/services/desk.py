"""A service of its own kind, with which the shell is tested: a visitors' book."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    String,
    Table,
    insert,
    select,
)
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scripts.shared.roles import Role
from services.shell.bodies import answer, read_body
from services.shell.booth_route import BoothRoute
from services.shell.peers import require_peer
from services.shell.problems import Problem
from services.shell.service import Context, Parts, Service
from services.shell.settings import Closed, Settings

TABLES: Final = MetaData()
VISITS: Final = Table(
    "visits",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("text", String(100), nullable=False, unique=True),
)


class DeskSettings(Settings):
    greeting: str


class Visit(Closed):
    text: Annotated[str, Field(max_length=100)]


def write(connection: Connection, text: str) -> None:
    connection.execute(insert(VISITS).values(text=text))


def read(connection: Connection) -> list[str]:
    return list(connection.scalars(select(VISITS.c.text).order_by(VISITS.c.id)))


def build(context: Context) -> Parts:
    async def visit(request: Request) -> Response:
        body = await read_body(request, Visit)
        if body.text == "fault":
            raise RuntimeError("of +79161234567")
        if body.text == "refused":
            raise Problem("refused", "No: %(why)s", 409, why="so")
        await context.database.run(write, body.text)
        return answer({"greeting": context.settings.greeting}, 201)

    async def visits(_: Request) -> Response:
        return answer(await context.database.run(read))

    async def echo(request: Request) -> Response:
        caller = await require_peer(request, "friend")
        return answer({"caller": caller, "body": (await request.body()).decode()})

    async def closed(request: Request) -> Response:
        return answer(await require_peer(request, "another"))

    return Parts(
        [
            BoothRoute("/visits", visit, methods=["POST"]),
            Route("/visits", visits),
            Route("/peer/echo", echo, methods=["POST"]),
            Route("/peer/closed", closed, methods=["POST"]),
        ]
    )


def make_desk(name: str = "desk", **changed: Any) -> Service:
    fields: dict[str, Any] = {
        "name": name,
        "summary": "A visitors' book.",
        "role": Role.PORTAL,
        "port": 0,
        "settings": DeskSettings,
        "config": 'greeting = "welcome"\n',
        "tables": TABLES,
        "migrations": "tests/services/desk_steps",
        "build": build,
    }
    return Service(**{**fields, **changed})
