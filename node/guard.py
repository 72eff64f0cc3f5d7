"""Refuse what a web page could have a browser send here, and what is packed.

A page may point a name of its own at this machine, and then ask the node as its own
server (DNS rebinding): names that nobody gave this node are refused. A page elsewhere
may ask only if its origin is in the node's file.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from node.config import RpcConfig

_FORBIDDEN: Final = 403
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_guard(bounds: RpcConfig) -> Middleware:
    """Return what looks at the head of each request before anything else."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = _refusal(request, bounds)
        if refusal is not None:
            return refusal
        if request.method == hdrs.METH_OPTIONS and hdrs.ORIGIN in request.headers:
            return web.Response(status=204)
        return await handler(request)

    return guard


async def share(request: web.Request, response: web.StreamResponse) -> None:
    """Let the page that asks read the answer; `guard` has refused all others."""
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and response.status != _FORBIDDEN:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Methods"] = "POST"
        response.headers["Access-Control-Allow-Headers"] = "content-type"
        response.headers["Vary"] = "Origin"


def _refusal(request: web.Request, bounds: RpcConfig) -> web.Response | None:
    host = request.headers.get(hdrs.HOST)
    if host is not None and not is_own_host(host, bounds.hosts):
        fact = "rpc.hosts in its file names others than IP addresses and localhost"
        return _refused(_FORBIDDEN, f"this node does not answer to that name; {fact}")
    origin = request.headers.get(hdrs.ORIGIN)
    if origin is not None and origin not in bounds.origins:
        fact = "rpc.origins in its file names those that may ask"
        return _refused(_FORBIDDEN, f"no page of that origin may ask this node; {fact}")
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
        return _refused(415, "a packed body is not taken; send it as it is")
    return None


def _refused(status: int, fact: str) -> web.Response:
    # The body is not read: there may be much of it.
    return web.Response(
        status=status, text=f"{fact}\n", headers={"Connection": "close"}
    )


def is_own_host(host: str, names: tuple[str, ...]) -> bool:
    """Say whether a Host header names this node: by address, localhost, or a name.

    names: others that it has. No page can have a browser send an address that is not
    in the page's own URL.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name == "localhost" or name in {each.lower() for each in names}:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
