"""One connection for many requests, to a node that is nobody else's.

A connection for each, as `election.client.transport` has it, takes some milliseconds of
both sides, which is as much as a voter's act.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from threading import local
from typing import Final
from urllib.parse import urlsplit

from election.client.errors import ConnectionFailedError, Trouble
from election.client.transport import Post, show_url

_DEADLINE: Final = 600  # seconds for one answer
_RESTED: Final = 10  # seconds after which the node may have closed a connection
_HEADERS: Final = {"Content-Type": "application/json"}


class _Link(HTTPConnection):
    """A connection that is closed when nobody has it any more."""

    used = 0.0

    def __del__(self) -> None:
        self.close()


class _Kept(local):
    """The connection of one thread, if it has one."""

    link: _Link | None = None


def open_kept_post(url: str) -> Post:
    """Give what posts to a URL of http, from any thread, and never twice."""
    parts, kept = urlsplit(url), _Kept()

    def open_link() -> _Link:
        return _Link(parts.hostname or "", parts.port, timeout=_DEADLINE)

    def post(body: bytes) -> bytes:
        link, kept.link = kept.link, None
        if link is None or time.monotonic() - link.used > _RESTED:
            link = open_link()
        status, raw = _exchange(link, parts.path or "/", body, url)
        if status != HTTPStatus.OK:
            fact = f"refuses the request (http status {status})"
            raise ConnectionFailedError(show_url(url), fact, Trouble.STATUS)
        kept.link, link.used = link, time.monotonic()
        return raw

    return post


def _exchange(link: _Link, path: str, body: bytes, url: str) -> tuple[int, bytes]:
    try:
        link.request("POST", path, body, _HEADERS)
        answer = link.getresponse()
        return answer.status, answer.read()
    except ConnectionRefusedError:
        fact = "no node answers there"
        raise ConnectionFailedError(show_url(url), fact, Trouble.AWAY) from None
    except (OSError, HTTPException):
        fact = "breaks off before its answer is whole"
        raise ConnectionFailedError(show_url(url), fact, Trouble.LOST) from None
