"""The start page, who I am here, voting on paper, help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.portal.desk import LEFT, Desk
from services.portal.people import LIVE, Part, Person, read_person
from services.portal.sessions import Session
from services.portal.words import LEAVES, PHASES, STATES
from services.shell.problems import NOT_FOUND
from services.shell.text import language_of


class Account:
    """Pages that show what the register says of a person."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def make_routes(self) -> Sequence[BaseRoute]:
        """Make the routes."""
        page = self.desk.page
        return [
            Route("/", page(self.home)),
            Route("/paper", page(self.paper)),
            Route("/help", page(self.help)),
        ]

    async def read(self, request: Request, session: Session) -> Person | None:
        """Ask the registrar who is logged in."""
        return await read_person(
            self.desk.context.peers["registrar"],
            session.account,
            language=language_of(request),
        )

    async def home(self, request: Request) -> Response:
        """Show who I am here, or how to log in."""
        session = await self.desk.find(request)
        if session is None:
            told = request.query_params
            return self.desk.show(
                request,
                "start.html",
                session=None,
                has_left=LEFT in request.cookies,
                has_ended="ended" in told,
            )
        person = await self.read(request, session)
        return self.desk.show(
            request, "home.html", session=session, **describe_person(person)
        )

    async def paper(self, request: Request) -> Response:
        """Say how to vote on paper instead, as far as it is still possible."""
        session = await self.desk.require(request)
        person = await self.read(request, session)
        now = self.desk.context.clock.now()
        phases = _find_deciding_phases(person)
        return self.desk.show(
            request,
            "paper.html",
            session=session,
            withdraw_until=phases.get("applications_close"),
            is_final=phases.get("freeze", now + 1) <= now,
            **describe_person(person),
        )

    async def help(self, request: Request) -> Response:
        """Say what to do when something does not work."""
        session = await self.desk.find(request)
        return self.desk.show(request, "help.html", session=session)


def describe_person(person: Person | None) -> dict[str, Any]:
    """Give what pages show of a person.

    state: of the application, in words' keys; withdrawn only once the chain has it.
    """
    application = person.application if person else None
    state = application.state if application else None
    is_leaving = state == "withdrawn" and any(
        each.is_leaving for each in (person.elections if person else [])
    )
    return {
        "state": "leaving" if is_leaving else state,
        "is_leaving": is_leaving,
        "person": person,
        "application": application,
        "is_live": application is not None and application.state in LIVE,
        "parts": sort_parts(person.elections) if person else [],
        "states": STATES,
        "leaves": LEAVES,
        "phases": PHASES,
    }


def _find_deciding_phases(person: Person | None) -> dict[str, int]:
    """Give the times of the election that decides on an application, by the registrar.

    It is no test, if any is none, and the last to be final.
    """
    parts = person.elections if person else []
    found = max(
        parts,
        key=lambda each: (not each.test, each.phases.get("freeze", 0)),
        default=None,
    )
    return found.phases if found else {}


def sort_parts(parts: Sequence[Part]) -> list[Part]:
    """Put elections in the order in which their polls open."""
    return sorted(parts, key=lambda each: each.phases.get("opening", 2**62))


def make_missing_route(desk: Desk) -> BaseRoute:
    """Answer whatever else is asked of a browser with a page."""

    async def missing(_: Request) -> Response:
        raise NOT_FOUND

    return Route("/{rest:path}", desk.page(missing))
