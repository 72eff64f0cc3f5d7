"""What every request passes before a service sees it: host, size, pace, headers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy.exc import InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.shell.addresses import group_address
from services.shell.logs import describe_fault
from services.shell.problems import Problem, answer_problem, draw_case
from services.shell.text import _

_BODY_TIME: Final = 15  # seconds for a body to arrive
_MOST_ADDRESSES: Final = 50_000
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
}
"""Unless a response says otherwise; a page says what it needs."""


@dataclass
class Pace:
    """Let each address send so many requests a minute, some of them at once.

    Addresses are kept in memory alone, for as long as they matter, and never logged.
    """

    rate: float
    burst: float
    left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, address: str, now: float) -> int:
        """Take one request; 0 if it may pass, else the seconds until one may."""
        left, since = self.left.get(address, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.rate / 60)
        if left < 1:
            return int((1 - left) * 60 / self.rate) + 1
        if len(self.left) >= _MOST_ADDRESSES:
            self._forget(now)
        self.left[address] = (left - 1, now)
        return 0

    def _forget(self, now: float) -> None:
        """Forget who has all of its burst again; the oldest where that is nobody."""
        full = self.burst * 60 / self.rate
        kept = {a: v for a, v in self.left.items() if now - v[1] < full}
        if len(kept) >= _MOST_ADDRESSES:
            kept = dict(sorted(kept.items(), key=lambda each: each[1][1])[1_000:])
        self.left = kept


class Border:
    """Refuse what no service should see, and put headers on every answer."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Collection[str],
        largest: int,
        pace: Pace,
        is_https: bool,
    ) -> None:
        self.app = app
        self._hosts, self._largest, self._pace = hosts, largest, pace
        self._is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        guarded = _Body(receive, self._largest)
        answered = _Answer(send, is_https=self._is_https)
        try:
            self._look(scope)
            await self.app(scope, guarded, answered)
        except Exception as error:
            if answered.has_begun:
                raise
            response = _answer_error(Request(scope), error)
            await response(scope, receive, answered)

    def _look(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        bare = host if host in self._hosts else host.rpartition(":")[0]
        if bare not in self._hosts:
            raise Problem("wrong_host", _("This service has another address."))
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit() or len(length) > 18:
            raise Problem("bad_request", _("The length of the request is no number."))
        if int(length) > self._largest:
            raise _TOO_LARGE
        client = scope.get("client")
        address = group_address(client[0]) if client else ""
        wait = self._pace.take(address, time.monotonic())
        if wait:
            raise Problem(
                "too_many_requests",
                _("Too many requests: try again %(wait)s."),
                HTTPStatus.TOO_MANY_REQUESTS,
                retry_after=wait,
                wait=wait,
            )


def _answer_error(request: Request, error: Exception) -> Response:
    """Answer with a problem; one that nobody foresaw is logged by its place alone."""
    if isinstance(error, Problem):
        return answer_problem(request, error)
    case = draw_case()
    log = request.app.state.context.log
    if isinstance(error, OperationalError | InternalError | NoConnectionError):
        log.error("cannot_keep", case=case, **describe_fault(error))
        return answer_problem(request, _CANNOT_KEEP, case=case)
    log.error("fault", case=case, **describe_fault(error))
    return answer_problem(request, _FAULT, case=case)


class _Answer:
    """Send an answer with the headers that it lacks."""

    def __init__(self, send: Send, *, is_https: bool) -> None:
        self._send, self._is_https = send, is_https
        self.has_begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if self._is_https:
                headers.setdefault("Strict-Transport-Security", "max-age=63072000")
        await self._send(message)


_FAULT: Final = Problem(
    "fault",
    _("This is a fault of ours. Nothing was lost: please try again in a minute."),
    HTTPStatus.INTERNAL_SERVER_ERROR,
)
_CANNOT_KEEP: Final = Problem(
    "cannot_keep",
    _(
        "Our records cannot be used just now. Nothing was done, and your right "
        "to vote is not used up: please try again in a minute."
    ),
    HTTPStatus.SERVICE_UNAVAILABLE,
    retry_after=60,
)
_TOO_LARGE: Final = Problem(
    "too_large",
    _("The request is too large."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
)


class _Body:
    """Receive a body of bounded size, in bounded time."""

    def __init__(self, receive: Receive, largest: int) -> None:
        self._receive, self._left = receive, largest
        self._until = time.monotonic() + _BODY_TIME
        self._is_whole = False

    async def __call__(self) -> Any:
        if self._is_whole:  # what comes next is that the client went away
            return await self._receive()
        try:
            async with asyncio.timeout(self._until - time.monotonic()):
                message = await self._receive()
        except TimeoutError:
            raise Problem(
                "too_slow",
                _("The request did not arrive in time."),
                HTTPStatus.REQUEST_TIMEOUT,
            ) from None
        self._left -= len(message.get("body", b""))
        self._is_whole = not message.get("more_body", False)
        if self._left < 0:
            raise _TOO_LARGE
        return message
