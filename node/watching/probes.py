"""Answer /health, /ready and /metrics beside JSON-RPC, and count HTTP requests."""

from __future__ import annotations

import time

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from node.watching.watch import Watch

_KNOWN = ("/", "/health", "/ready", "/metrics")
_METRICS = "text/plain; version=0.0.4; charset=utf-8"


def add_probes(application: web.Application, watch: Watch) -> None:
    """Add the routes: health says that the node answers, ready that it keeps blocks."""

    async def health(_: web.Request) -> web.Response:
        height = watch.engine.chain.head.number
        return _json({"healthy": True, "height": height})

    async def ready(_: web.Request) -> web.Response:
        status = watch.status()
        return _json(status, status=200 if status["ready"] else 503)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=watch.metrics(), headers={"Content-Type": _METRICS})

    application.router.add_get("/health", health)
    application.router.add_get("/ready", ready)
    application.router.add_get("/metrics", metrics)


def count_requests(watch: Watch) -> Middleware:
    """Make what counts requests by path and status."""

    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        begun, status = time.perf_counter(), "gone"
        try:
            response = await handler(request)
            status = str(response.status)
        except web.HTTPException as error:
            status = str(error.status)
            raise
        finally:
            path = request.path if request.path in _KNOWN else "other"
            watch.meter.requests[path, status] += 1
            watch.meter.request_seconds += time.perf_counter() - begun
        return response

    return count


def _json(value: object, *, status: int = 200) -> web.Response:
    body = msgspec.json.encode(value) + b"\n"
    return web.Response(body=body, content_type="application/json", status=status)
