"""Speak HTTP for a desk, with bounds on how long a body and an answer may take."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress

from aiohttp import web

from node.bodies import LARGE, Bodies, client_of
from node.config import RpcConfig
from node.guard import make_guard, share
from node.serving import Desk
from node.watching.probes import add_probes, count_requests
from node.watching.watch import Watch

_AT_ONCE = struct.pack("ii", 1, 0)  # linger, for no time
_PIECE = 1 << 18  # bytes; whole answers would wait for nobody to take them


class Turns:
    """Let one large body at a time be looked at, and others answered in between."""

    def __init__(self) -> None:
        self._one = asyncio.Lock()

    async def wait(self, size: int) -> None:
        """Wait until a body of so many bytes may be looked at; a small one may."""
        if size > LARGE:
            async with self._one:
                await asyncio.sleep(0)  # the loop goes round: others come first


def make_application(
    desk: Desk, bounds: RpcConfig, watch: Watch | None = None
) -> web.Application:
    """Return what answers HTTP from a desk, and how a node is, if it is watched."""
    turns, bodies = Turns(), Bodies(bounds)

    async def answer(request: web.Request) -> web.StreamResponse:
        # Any web page may post a form to this port; only JSON makes browsers ask first.
        if request.content_type != "application/json":
            return web.Response(status=415, text="content type must be JSON\n")
        client = client_of(request, bounds.trusted_proxies)
        with bodies.held(request, client) as has_room:
            if not has_room:
                return _given_up(503, "too many large bodies are under way; try again")
            try:
                async with asyncio.timeout(bounds.transfer):
                    body = await request.read()
            except TimeoutError:
                fact = f"the body took more than {bounds.transfer} seconds"
                return _given_up(408, fact)
            await turns.wait(len(body))
            answers = await desk.answer(body, client)
        return await _send(request, answers, bounds.transfer)

    counting = [] if watch is None else [count_requests(watch)]
    application = web.Application(
        client_max_size=bounds.max_body,
        middlewares=[*counting, make_guard(bounds)],
    )
    if watch is not None:
        add_probes(application, watch)
    application.router.add_post("/", answer)
    application.on_response_prepare.append(share)
    return application


def _given_up(status: int, fact: str) -> web.Response:
    return web.Response(
        status=status, text=f"{fact}\n", headers={"Connection": "close"}
    )


async def _send(request: web.Request, body: bytes, seconds: int) -> web.StreamResponse:
    """Send an answer, and hang up on who does not take it."""
    response = web.StreamResponse()
    response.content_type = "application/json"
    response.content_length = len(body)
    with suppress(ConnectionError):  # the client left
        try:
            async with asyncio.timeout(seconds):
                await response.prepare(request)
                for start in range(0, len(body), _PIECE):
                    await response.write(body[start : start + _PIECE])
                await response.write_eof()
        except TimeoutError:
            _hang_up(request.transport)
    return response


def _hang_up(transport: asyncio.Transport | None) -> None:
    """Close a connection without waiting for what the system still holds for it."""
    if transport is None:
        return
    connection: socket.socket = transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    transport.abort()
