"""What all pages share: who is logged in, forms that only our pages send, answers."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.portal.pages import Pages
from services.portal.provider import Provider
from services.portal.sessions import Limits, Session, find_session
from services.portal.settings import PortalSettings
from services.portal.tokens import are_same, derive_token
from services.portal.told import LASTS, Told, open_told, page_of, seal_told
from services.shell.peers import PeerError
from services.shell.problems import Problem, draw_case, log_refusal
from services.shell.service import Context
from services.shell.text import LANGUAGES, _, language_of

Endpoint = Callable[[Request], Awaitable[Response]]
_A_YEAR: Final = 31_536_000
_MOST_FIELDS: Final = 80
LEFT: Final = "left"
"""The cookie of who has just logged out, which the next page says, and drops."""


class LoginNeededError(Exception):
    """Report that nobody is logged in; the start page says how to."""


@dataclass(frozen=True)
class Desk:
    """What a page works with."""

    context: Context
    settings: PortalSettings
    provider: Provider
    pages: Pages
    csrf_key: bytes = field(repr=False)

    @property
    def session_cookie(self) -> str:
        """Name the cookie; `__Host-` binds it to this host and https."""
        return "__Host-session" if self.settings.is_https else "session"

    @property
    def _told_cookie(self) -> str:
        return "__Host-told" if self.settings.is_https else "told"

    @property
    def limits(self) -> Limits:
        """Say how long a login lasts."""
        return Limits(self.settings.session_idle, self.settings.session_longest)

    async def find(self, request: Request) -> Session | None:
        """Find who is logged in, if anybody is."""
        cookie = request.cookies.get(self.session_cookie)
        if not cookie:
            return None
        now = self.context.clock.now()
        return await self.context.database.run(
            find_session, cookie=cookie, limits=self.limits, now=now
        )

    async def require(self, request: Request) -> Session:
        """Find who is logged in; raises LoginNeededError."""
        found = await self.find(request)
        if found is None:
            raise LoginNeededError
        return found

    def form_token(self, session: Session) -> str:
        """Give what a form of this session carries, and of no other."""
        return derive_token(self.csrf_key, "form", session.cookie)

    async def accept_form(self, request: Request) -> tuple[Session, FormData]:
        """Accept a form that one of our pages sent; raises Problem.

        A page elsewhere can make a browser send a form with its cookies, but cannot
        know the token, nor hide where it comes from.
        """
        session = await self.require(request)
        self._require_origin(request)
        form = await request.form(max_files=0, max_fields=_MOST_FIELDS)
        if not are_same(str(form.get("token", "")), self.form_token(session)):
            raise _FORGED
        return session, form

    def _require_origin(self, request: Request) -> None:
        origin = request.headers.get("origin")
        if origin is not None:
            is_own = origin.lower() == self.settings.origin
        else:
            is_own = request.headers.get("sec-fetch-site") == "same-origin"
        if not is_own:
            raise _FORGED

    def put_cookie(
        self, response: Response, name: str, value: str, *, lasts: int | None = None
    ) -> None:
        """Set a cookie that no script reads."""
        response.set_cookie(
            name,
            value,
            max_age=lasts,
            path="/",
            secure=self.settings.is_https,
            httponly=True,
            samesite="lax",
        )

    def show(
        self,
        request: Request,
        template: str,
        *,
        session: Session | None,
        status: int = HTTPStatus.OK,
        **values: Any,
    ) -> Response:
        """Show a page."""
        language = language_of(request)
        is_problem = status >= HTTPStatus.BAD_REQUEST
        response = self.pages.render(
            template,
            language,
            status=status,
            path=request.url.path,
            language_path="/" if is_problem else request.url.path,
            told=None if is_problem else self._read_told(request, session),
            is_logged_in=session is not None,
            token=self.form_token(session) if session else "",
            support_phone=self.settings.support_phone,
            now=self.context.clock.now(),
            **values,
        )
        for name in (self._told_cookie, LEFT):
            if name in request.cookies:
                self._drop_cookie(response, name)
        if request.query_params.get("lang") in LANGUAGES:
            self.put_cookie(response, "lang", language, lasts=_A_YEAR)
        return response

    def lead(self, path: str) -> Response:
        """Answer a form: lead to a page, which may be opened again and come back to."""
        response = RedirectResponse(path, HTTPStatus.SEE_OTHER)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _read_told(self, request: Request, session: Session | None) -> Told | None:
        value = request.cookies.get(self._told_cookie)
        if not value or session is None:
            return None
        return open_told(value, key=self.csrf_key, session=session.cookie)

    def _drop_cookie(self, response: Response, name: str) -> None:
        response.delete_cookie(
            name, path="/", secure=self.settings.is_https, httponly=True, samesite="lax"
        )

    def page(self, endpoint: Endpoint) -> Endpoint:
        """Have whatever keeps an endpoint from its answer told on a page."""

        @functools.wraps(endpoint)
        async def guarded(request: Request) -> Response:
            try:
                return await endpoint(request)
            except LoginNeededError:
                return RedirectResponse("/?ended=1", HTTPStatus.SEE_OTHER)
            except Problem as problem:
                return await self._show_problem(request, problem)
            except PeerError as error:
                return await self._show_problem(request, spell_peer_error(error))

        return guarded

    async def _show_problem(self, request: Request, problem: Problem) -> Response:
        """Tell a problem on a page of its own, that of a form on the form's page."""
        case = draw_case()
        log_refusal(self.context.log, problem, case)
        session = await self.find(request)
        text = problem.spell(language_of(request))
        if request.method == "POST" and session is not None:
            told = Told(problem.code, text, case)
            value = seal_told(told, key=self.csrf_key, session=session.cookie)
            response = self.lead(page_of(request.url.path))
            self.put_cookie(response, self._told_cookie, value, lasts=LASTS)
            return response
        response = self.show(
            request,
            "problem.html",
            session=session,
            status=problem.status,
            title_text=text,
            case=case,
        )
        if problem.retry_after is not None:
            response.headers["Retry-After"] = str(problem.retry_after)
        return response


_FORGED: Final = Problem(
    "forged_form",
    _(
        "This form was not sent by a page of your account, or your login has changed "
        "since. Nothing was done: please open the page again."
    ),
    HTTPStatus.FORBIDDEN,
)
_AWAY: Final = _(
    "A part of the system does not answer just now. Nothing was lost, and your right "
    "to vote is not used up. Please try again in a minute."
)


def spell_peer_error(error: PeerError) -> Problem:
    """Tell what another service refused, in its words, which are for the reader."""
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:  # it says how long to wait
        return Problem(error.code, error.title, error.status, retry_after=60)
    if error.may_pass:
        return Problem("away", _AWAY, HTTPStatus.SERVICE_UNAVAILABLE, retry_after=60)
    return Problem(error.code, error.title, HTTPStatus.CONFLICT)


def origin_of(url: str) -> str:
    """Give the origin of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
