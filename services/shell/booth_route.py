"""Routes that a booth of the commission's list may call from a browser (CORS)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.shell.problems import Problem, answer_problem

Endpoint = Callable[[Request], Awaitable[Response]]
_AN_HOUR: Final = "3600"


class BoothRoute(Route):
    """A route whose answers a page of a booth may read; without cookies."""

    def __init__(
        self, path: str, endpoint: Endpoint, *, methods: Sequence[str]
    ) -> None:
        allowed = ", ".join(methods)

        async def guarded(request: Request) -> Response:
            if request.method == "OPTIONS":
                response = Response(status_code=204)
                response.headers["Access-Control-Allow-Methods"] = allowed
                response.headers["Access-Control-Allow-Headers"] = (
                    "Content-Type, Accept-Language"
                )
                response.headers["Access-Control-Max-Age"] = _AN_HOUR
            else:
                try:
                    response = await endpoint(request)
                except Problem as problem:  # whose reason the booth shall read, too
                    response = answer_problem(request, problem)
            origin = request.headers.get("origin", "").lower()
            response.headers["Vary"] = "Origin"
            if origin in request.app.state.context.settings.booth_origins:
                response.headers["Access-Control-Allow-Origin"] = origin
                response.headers["Access-Control-Expose-Headers"] = "Retry-After"
            return response

        super().__init__(path, guarded, methods=[*methods, "OPTIONS"])
