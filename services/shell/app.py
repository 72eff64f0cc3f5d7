"""A service as an application of HTTP (ASGI)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from services.shell.border import Border, Pace
from services.shell.jobs import Jobs
from services.shell.probes import make_probes
from services.shell.problems import NOT_FOUND, Problem, answer_problem
from services.shell.service import Context, Parts
from services.shell.text import _


def make_app(context: Context, parts: Parts) -> Starlette:
    """Make the application; its jobs run as long as it does."""
    settings = context.settings
    jobs = Jobs(parts.jobs, log=context.log, meter=context.meter)

    @asynccontextmanager
    async def living(_: Starlette) -> AsyncIterator[None]:
        jobs.start()
        try:
            yield
        finally:
            await jobs.stop()
            await context.peers.close()

    app = Starlette(
        routes=[*make_probes(context, parts), *parts.routes],
        middleware=[
            Middleware(
                Border,
                hosts=settings.hosts,
                largest=settings.largest_body,
                pace=Pace(settings.rate, settings.burst),
                is_https=settings.is_https,
            )
        ],
        exception_handlers={
            Problem: _answer_problem,
            HTTPException: _answer_http,
        },
        lifespan=living,
    )
    app.router.redirect_slashes = False
    app.state.context = context
    return app


async def _answer_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101  as registered
    return answer_problem(request, error)


async def _answer_http(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", HTTPStatus.BAD_REQUEST)
    if status == HTTPStatus.NOT_FOUND:
        return answer_problem(request, NOT_FOUND)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        problem = Problem("wrong_method", _("This is asked in another way."), status)
    else:
        problem = Problem("bad_request", _("The request cannot be read."), status)
    response = answer_problem(request, problem)
    response.headers.update(getattr(error, "headers", None) or {})
    return response
