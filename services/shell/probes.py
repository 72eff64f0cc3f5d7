"""Whether a service lives, whether it is of use, and its figures."""

from __future__ import annotations

import asyncio
import os
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.shell.bodies import answer
from services.shell.peers import require_peer
from services.shell.service import Context, Parts

_ROOM: Final = 1 << 20
"""Bytes that have to be free on the disk: some of what is taken next."""


def _require_room(folder: Path) -> None:
    """Raise OSError where a file could not grow; nothing is left of the try."""
    with TemporaryFile(dir=folder) as file:
        os.posix_fallocate(file.fileno(), 0, _ROOM)


def make_probes(context: Context, parts: Parts) -> list[Route]:
    """Make /health, /ready and /metrics."""

    async def health(_: Request) -> Response:
        return answer({"service": context.home.name, "alive": True})

    async def ready(_: Request) -> Response:
        wrong = await parts.unready()
        try:
            await context.database.run(lambda each: each.execute(text("SELECT 1")))
        except SQLAlchemyError:
            wrong = ["database: does not answer", *wrong]
        try:
            await asyncio.to_thread(_require_room, context.home.folder)
        except OSError as error:
            fact = (error.strerror or "cannot be used").lower()
            wrong = [f"{context.home.folder}: nothing can be written: {fact}", *wrong]
        status = HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK
        return answer({"ready": not wrong, "waits_for": wrong}, status)

    async def metrics(_: Request) -> Response:
        body = generate_latest(context.meter)
        return Response(body, media_type=CONTENT_TYPE_LATEST)

    async def hello(request: Request) -> Response:
        """Tell another service that each knows the other's key."""
        caller = await require_peer(request, *context.peers)
        return answer({"service": context.home.name, "caller": caller})

    return [
        Route("/peer/hello", hello),
        Route("/health", health),
        Route("/ready", ready),
        Route("/metrics", metrics),
    ]
