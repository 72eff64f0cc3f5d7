"""Get my ballot: a ticket, and the way to a booth that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from election.errors import ElectionError
from services.portal.account_pages import Account, describe_person
from services.portal.attesting import derive_own_leaf
from services.portal.desk import Desk
from services.portal.people import Part, Person
from services.portal.sessions import Session
from services.portal.standings import describe_standing
from services.portal.tickets import (
    Opening,
    derive_ticket,
    holding_until,
    mint_ticket,
    read_ticket,
)
from services.portal.tokens import draw_token
from services.shell.problems import Problem
from services.shell.text import _

_WARNED: Final = 3_600  # seconds before that from which it is shown


class Ballots:
    """The page of my ballot, and the ticket."""

    def __init__(self, desk: Desk, account: Account) -> None:
        self._desk, self._account = desk, account

    def make_routes(self) -> Sequence[BaseRoute]:
        """Make the routes."""
        page = self._desk.page
        return [
            Route("/ballot", page(self.show)),
            Route("/ballot/ticket", page(self.mint), methods=["POST"]),
            Route("/ballot/ticket/{handle}", page(self.show_ticket)),
        ]

    async def show(self, request: Request) -> Response:
        """Show in which elections a ballot can be got now."""
        session = await self._desk.require(request)
        person = await self._account.read(request, session)
        parts = person.elections if person else []
        now = self._desk.context.clock.now()
        described = describe_person(person)
        is_live = bool(described["is_live"])
        return self._desk.show(
            request,
            "ballot.html",
            session=session,
            open_parts=[each for each in parts if each.gives_ballots(now)],
            booths=self._desk.settings.booths,
            warned=_WARNED,
            standings={
                each.election: describe_standing(each, now, is_live=is_live)
                for each in parts
            },
            **described,
        )

    async def mint(self, request: Request) -> Response:
        """Mint a ticket for the own leaf, and lead to the page that shows it."""
        session, form = await self._desk.accept_form(request)
        person = await self._account.read(request, session)
        person, part = _require_ready(
            person, str(form.get("election", "")), now=self._desk.context.clock.now()
        )
        opening = self._open(part, person)
        if not self._desk.settings.booths:
            raise _NO_BOOTHS
        handle = draw_token()
        await self._desk.context.database.run(
            mint_ticket,
            ticket=self._derive(session, handle),
            cookie=session.cookie,
            opening=opening,
            now=self._desk.context.clock.now(),
        )
        return self._desk.lead(f"/ballot/ticket/{handle}")

    async def show_ticket(self, request: Request) -> Response:
        """Show a ticket of this session, and the booths that take it."""
        session = await self._desk.require(request)
        ticket = self._derive(session, request.path_params["handle"])
        database, now = self._desk.context.database, self._desk.context.clock.now()
        shown = await database.run(
            read_ticket, ticket=ticket, cookie=session.cookie, now=now
        )
        person = await self._account.read(request, session)
        part = person.part(shown.opening.election) if person and shown else None
        if shown is None or part is None:
            return self._desk.lead("/ballot")
        opening = shown.opening
        held = await database.run(
            holding_until, leaf=opening.leaf, election=opening.election, now=now
        )
        fragment = _write_fragment(opening, ticket, is_locked=part.locked)
        return self._desk.show(
            request,
            "ticket.html",
            session=session,
            booths=[
                (each.title, f"{each.url}/#{fragment}")
                for each in self._desk.settings.booths
            ],
            part=part,
            until=shown.expires,
            is_used=shown.is_used,
            held_until=held,
        )

    def _derive(self, session: Session, handle: str) -> str:
        key = self._desk.csrf_key
        return derive_ticket(key, cookie=session.cookie, handle=handle)

    def _open(self, part: Part, person: Person) -> Opening:
        """Open the own leaf, and compute that it is the one the registrar names."""
        terms = self._desk.context.elections.get(part.election)
        values = (part.index, part.salt, part.leaf, part.nonce)
        if terms is None or None in values:
            raise _NOT_YET
        opening = Opening(
            part.election,
            part.contest,
            int(part.index or 0),
            str(part.leaf),
            person.voter_id,
            str(part.salt),
            int(part.nonce or 0),
        )
        try:
            leaf = derive_own_leaf(
                terms,
                opening.contest,
                index=opening.index,
                voter_id=opening.voter_id,
                salt=opening.salt,
            )
        except (ElectionError, ValueError):
            leaf = ""
        if leaf != opening.leaf:
            self._desk.context.log.error("leaf_differs", election=part.election)
            raise _LEAF_DIFFERS
        return opening


def _write_fragment(opening: Opening, ticket: str, *, is_locked: bool) -> str:
    """Write what the booth reads; the leaf, from which its request follows, too.

    is_locked: the booth then asks for the words of the lock before it makes others.
    """
    known = {"contest": opening.contest, "leaf": opening.leaf.lower(), "ticket": ticket}
    return urlencode(known | ({"lock": 1} if is_locked else {}))


def _require_ready(
    person: Person | None, election: str, *, now: int
) -> tuple[Person, Part]:
    part = person.part(election) if person else None
    if person is None or part is None:
        raise Problem("unknown_election", _("Choose which election it is for."))
    if not part.gives_ballots(now):
        raise _CLOSED
    if not part.is_online:
        raise _NOT_ONLINE
    return person, part


_CLOSED: Final = Problem(
    "closed",
    _(
        "Ballots of this election are not given out now. The times stand on the page "
        "“My ballot”; nothing of your right to vote is used up."
    ),
    HTTPStatus.CONFLICT,
)
_NOT_ONLINE: Final = Problem(
    "not_online",
    _(
        "The public record does not have you as a voter who votes online and has not "
        "got a ballot yet. The page “My ballot” shows what it has. If you cannot "
        "explain it, please call the support line."
    ),
    HTTPStatus.CONFLICT,
)
_NOT_YET: Final = Problem(
    "not_yet",
    _(
        "Your place on the list of this election is not known here yet. Nothing of "
        "your right to vote is used up; please try again in some minutes."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE,
    retry_after=300,
)
_LEAF_DIFFERS: Final = Problem(
    "leaf_differs",
    _(
        "What the register says of your place on the list does not fit together, so "
        "that no ballot is asked for. Your right to vote is not used up. Please call "
        "the support line."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE,
)
_NO_BOOTHS: Final = Problem(
    "no_booths",
    _("No booth is named here yet. Please call the support line."),
    HTTPStatus.SERVICE_UNAVAILABLE,
)
