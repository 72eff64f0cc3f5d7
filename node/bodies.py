"""Bound what all bodies under way hold together, and tell whose they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from aiohttp import web

from node.config import RpcConfig

LARGE: Final = 1 << 16  # bytes; as many connections as there may be have less together
_SHARE: Final = 4  # one client may have a quarter
_FORWARDED: Final = "X-Forwarded-For"


class Bodies:
    """Count the bytes of large bodies, from before they are read until the answer."""

    def __init__(self, bounds: RpcConfig) -> None:
        self._most = bounds.bodies
        self._largest = bounds.max_body
        self._held: Counter[str] = Counter()

    @contextmanager
    def held(self, request: web.Request, client: str) -> Iterator[bool]:
        """Hold room for a request's body; gives whether there is any.

        A body whose length nobody said may be as large as any.
        """
        length = request.content_length
        size = self._largest if length is None else min(length, self._largest)
        if size <= LARGE:
            yield True
            return
        own, share = self._held[client], max(self._most // _SHARE, self._largest)
        if own + size > share or self._held.total() + size > self._most:
            yield False
            return
        self._held[client] += size
        try:
            yield True
        finally:
            self._held[client] -= size
            self._held += Counter()  # forget who holds none


def client_of(request: web.Request, proxies: tuple[str, ...]) -> str:
    """Return who asks: the address that connects, or whom a trusted proxy names.

    Only the last hop is the proxy's own word: all before it may be the client's.
    """
    remote = request.remote or ""
    if remote not in proxies:
        return remote
    hops = request.headers.getall(_FORWARDED, [])
    named = hops[-1].rpartition(",")[2].strip() if hops else ""
    return named or remote
