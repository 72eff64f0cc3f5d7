"""Log in at the identity provider, and out again."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.portal.desk import LEFT, Desk, origin_of
from services.portal.provider import ProviderError
from services.portal.sessions import (
    LOGIN_TIME,
    begin_login,
    begin_session,
    end_all_sessions,
    end_login,
    end_session,
)
from services.portal.tokens import derive_token, draw_token
from services.portal.told import LASTS
from services.shell.problems import Problem
from services.shell.text import _, language_of

DONE_PATH: Final = "/login/done"


def make_login_routes(desk: Desk) -> Sequence[BaseRoute]:
    """Make the routes of logging in and out."""
    work = _Login(desk)
    return [
        Route("/login", desk.page(work.begin)),
        Route(DONE_PATH, desk.page(work.finish)),
        Route("/logout", desk.page(work.leave), methods=["POST"]),
        Route("/logout/all", desk.page(work.leave_everywhere), methods=["POST"]),
    ]


class _Login:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._database, self._clock = desk.context.database, desk.context.clock
        self._cookie = "__Host-login" if desk.settings.is_https else "login"

    async def begin(self, request: Request) -> Response:
        """Send a browser to the provider; it is known again by a cookie of its own."""
        state, browser = draw_token(), draw_token()
        try:
            url = await self._desk.provider.begin(
                state=state,
                nonce=self._derive("nonce", state),
                verifier=self._derive("verifier", state),
                language=language_of(request),
            )
        except ProviderError as error:
            raise self._tell(error) from None
        now = self._clock.now()
        await self._database.run(begin_login, state=state, browser=browser, now=now)
        response = RedirectResponse(url, HTTPStatus.SEE_OTHER)
        response.headers["Cache-Control"] = "no-store"
        self._desk.put_cookie(response, self._cookie, browser, lasts=LOGIN_TIME)
        return response

    async def finish(self, request: Request) -> Response:
        """Take a browser that comes back from the provider, once."""
        told = request.query_params
        is_known = await self._database.run(
            end_login,
            state=told.get("state", ""),
            browser=request.cookies.get(self._cookie, ""),
            now=self._clock.now(),
        )
        if not is_known:
            raise _UNKNOWN_LOGIN
        if "code" not in told:
            raise _NOT_LOGGED_IN
        try:
            account = await self._desk.provider.finish(
                code=told["code"],
                issuer=told.get("iss"),
                nonce=self._derive("nonce", told["state"]),
                verifier=self._derive("verifier", told["state"]),
            )
        except ProviderError as error:
            raise self._tell(error) from None
        cookie = await self._database.run(
            begin_session,
            account=account,
            replaced=request.cookies.get(self._desk.session_cookie),
            now=self._clock.now(),
        )
        response = RedirectResponse("/", HTTPStatus.SEE_OTHER)
        response.headers["Cache-Control"] = "no-store"
        self._desk.put_cookie(response, self._desk.session_cookie, cookie)
        response.delete_cookie(
            self._cookie, secure=self._desk.settings.is_https, httponly=True
        )
        return response

    async def leave(self, request: Request) -> Response:
        """End this session, and the provider's where it can."""
        session, _form = await self._desk.accept_form(request)
        await self._database.run(end_session, cookie=session.cookie)
        return await self._see_off(language_of(request))

    async def leave_everywhere(self, request: Request) -> Response:
        """End all sessions of this person."""
        session, _form = await self._desk.accept_form(request)
        await self._database.run(end_all_sessions, account=session.account)
        return await self._see_off(language_of(request))

    async def _see_off(self, language: str) -> Response:
        """Lead to the provider's own logout (RP-initiated), if it has one."""
        target = "/"
        try:
            logout = (await self._desk.provider.locate()).logout
        except ProviderError:
            logout = None  # here it is done in any case
        if logout:
            query = {
                "client_id": self._desk.settings.provider.client_id,
                "post_logout_redirect_uri": f"{self._desk.settings.public_url}/",
                "ui_locales": language,
            }
            target = f"{logout}{'&' if '?' in logout else '?'}{urlencode(query)}"
        response = RedirectResponse(target, HTTPStatus.SEE_OTHER)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Clear-Site-Data"] = '"cache"'
        self._desk.put_cookie(response, LEFT, "1", lasts=LASTS)
        response.delete_cookie(
            self._desk.session_cookie,
            secure=self._desk.settings.is_https,
            httponly=True,
        )
        return response

    def _derive(self, purpose: str, state: str) -> str:
        """Derive what belongs to a login from its state, so that it is kept nowhere."""
        return derive_token(self._desk.csrf_key, purpose, state)

    def _tell(self, error: ProviderError) -> Problem:
        self._desk.context.log.warning("provider", fact=error.fact)
        return _PROVIDER_AWAY if error.is_away else _NOT_LOGGED_IN


async def learn_form_targets(desk: Desk) -> None:
    """Let the forms of logging out lead to the provider's logout."""
    try:
        metadata = await desk.provider.locate()
    except ProviderError:
        return  # asked again by its job
    if metadata.logout:
        desk.pages.form_targets = frozenset({origin_of(metadata.logout)})


_UNKNOWN_LOGIN: Final = Problem(
    "unknown_login",
    _(
        "This login was not begun in this browser, took longer than ten minutes, or "
        "was used already. Please begin again with the button “Log in”."
    ),
    HTTPStatus.FORBIDDEN,
)
_NOT_LOGGED_IN: Final = Problem(
    "not_logged_in",
    _(
        "You are not logged in: the login service did not confirm who you are. "
        "Please try again; if that does not help, call the support line."
    ),
    HTTPStatus.FORBIDDEN,
)
_PROVIDER_AWAY: Final = Problem(
    "provider_away",
    _("The login service does not answer just now. Please try again in a minute."),
    HTTPStatus.SERVICE_UNAVAILABLE,
    retry_after=60,
)
