"""My application: file it, agree by a code, withdraw it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.portal.account_pages import Account, describe_person, sort_parts
from services.portal.desk import Desk
from services.portal.filing_desk import FilingDesk
from services.portal.filings import (
    APPLY,
    WITHDRAW,
    FiledPart,
    Filing,
    Wish,
    find_pending,
)
from services.portal.people import LIVE, WITHDRAWN_FROM, Part, Person
from services.portal.sessions import Session
from services.shell.problems import Problem
from services.shell.text import _, language_of

_LOCK: Final = re.compile("0x[0-9a-f]{40}")
_CODE: Final = re.compile("[0-9]{6}")
_PAGE: Final = "/application"
_PENDING_FOR: Final = 1_200
"""Seconds that a code may be valid for from when it was asked for: a message leaves
within ten minutes or not at all, and its code is valid for ten."""


class Applications:
    """The pages of an application."""

    def __init__(self, desk: Desk, account: Account, filing: FilingDesk) -> None:
        self._desk, self._account, self._filing = desk, account, filing

    def make_routes(self) -> Sequence[BaseRoute]:
        """Make the routes."""
        page = self._desk.page
        return [
            Route("/application", page(self.show)),
            Route("/application/apply", page(self.apply), methods=["POST"]),
            Route("/application/withdraw", page(self.withdraw), methods=["POST"]),
            Route("/application/code", page(self.agree), methods=["POST"]),
            Route("/application/again", page(self.send_again), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show the application, its history, and what can be done about it."""
        session = await self._desk.require(request)
        person = await self._account.read(request, session)
        now = self._desk.context.clock.now()
        return self._desk.show(
            request,
            "application.html",
            session=session,
            pending=await self._find_pending(request, session, person),
            open_parts=_list_open(person, now),
            again_from=_find_again_from(person, now),
            lock_page=_find_lock_page(self._desk),
            **describe_person(person),
        )

    async def _find_pending(
        self, request: Request, session: Session, person: Person | None
    ) -> Filing | None:
        """Find what waits for its code, unless it leads nowhere, or is begun anew."""
        if "anew" in request.query_params:
            return None
        pending = await self._desk.context.database.run(
            find_pending,
            account=session.account,
            since=self._desk.context.clock.now() - _PENDING_FOR,
        )
        return pending if pending and pending.action == _find_act(person) else None

    async def apply(self, request: Request) -> Response:
        """File one for all elections that are still to come; a code is sent for it."""
        session, form = await self._desk.accept_form(request)
        person = _require_listed(await self._account.read(request, session))
        now = self._desk.context.clock.now()
        if _find_again_from(person, now) is not None:
            raise _TOMORROW
        covered = [
            FiledPart(each.election, each.contest, each.leaf, _read_lock(form, each))
            for each in _require_open(person, now)
        ]
        wish = Wish(session.account, person.voter_id, APPLY, covered)
        await self._filing.ask(wish, person, language=language_of(request))
        return self._desk.lead(_PAGE)

    async def withdraw(self, request: Request) -> Response:
        """Withdraw from one election or all; a code is sent for it."""
        session, form = await self._desk.accept_form(request)
        person = _require_listed(await self._account.read(request, session))
        chosen = str(form.get("election", ""))
        covered = [
            FiledPart(each.election, each.contest, each.leaf, None)
            for each in _require_open(person, self._desk.context.clock.now())
            if chosen in ("all", each.election)
        ]
        if not covered:
            raise Problem("unknown_election", _("Choose which election it is for."))
        wish = Wish(session.account, person.voter_id, WITHDRAW, covered)
        await self._filing.ask(wish, person, language=language_of(request))
        return self._desk.lead(_PAGE)

    async def agree(self, request: Request) -> Response:
        """Take the code of a message."""
        session, form = await self._desk.accept_form(request)
        code = "".join(str(form.get("code", "")).split())
        if not _CODE.fullmatch(code):
            raise Problem(
                "no_code",
                _(
                    "The code has six digits. It is in the message whose number is "
                    "shown on the page of your application."
                ),
            )
        await self._filing.agree(
            session, str(form.get("serial", "")), code, language=language_of(request)
        )
        return self._desk.lead(_PAGE)

    async def send_again(self, request: Request) -> Response:
        """Have one more code sent."""
        session, form = await self._desk.accept_form(request)
        serial = str(form.get("serial", ""))
        await self._filing.send_again(session, serial, language=language_of(request))
        return self._desk.lead(_PAGE)


def _require_listed(person: Person | None) -> Person:
    if person is None or not person.elections:
        raise Problem(
            "not_listed",
            _(
                "You are not on the list of voters of this election. If you think that "
                "this is wrong, please call the support line."
            ),
            HTTPStatus.FORBIDDEN,
        )
    return person


def _find_act(person: Person | None) -> str | None:
    """Say what can be filed: to withdraw for who has applied, else to apply."""
    state = person.application.state if person and person.application else None
    if state in LIVE:
        return WITHDRAW if state in WITHDRAWN_FROM else None
    return APPLY


def _find_again_from(person: Person | None, now: int) -> int | None:
    """Give from when one may apply again, if that is not yet."""
    last = person.application if person else None
    first = last.again_from if last else None
    return first if first is not None and first > now else None


def _list_open(person: Person | None, now: int) -> list[Part]:
    """List the elections that one may apply for, or withdraw from, now."""
    parts = sort_parts(person.elections) if person else []
    return [each for each in parts if each.takes_applications(now)]


def _require_open(person: Person, now: int) -> list[Part]:
    found = _list_open(person, now)
    if not found:
        raise Problem(
            "not_open",
            _(
                "Applications and withdrawals are not taken at this time. The times "
                "stand on the page “Who I am here”."
            ),
            HTTPStatus.CONFLICT,
        )
    return found


_TOMORROW: Final = Problem(
    "tomorrow",
    _("A new application can be filed from the next day on, Moscow time."),
    HTTPStatus.CONFLICT,
)


def _find_lock_page(desk: Desk) -> str | None:
    """Give the page of the first booth on which locks are made, and sign."""
    booths = desk.settings.booths
    return f"{booths[0].url}/lock.html" if booths else None


def _read_lock(form: FormData, part: Part) -> str | None:
    """Read the code of a lock, its address, for an election, if one was made for it."""
    text = str(form.get(f"lock-{part.election}", "")).strip().lower()
    if not text:
        return None
    if not _LOCK.fullmatch(text) or not int(text, 16):
        raise Problem(
            "no_lock",
            _(
                "This is no code of a lock: it has 0x and 40 characters, digits and "
                "letters from a to f, as the lock page of the booth showed it. Nothing "
                "was filed."
            ),
        )
    return text
