"""The only socket of the library: a body to a node and one back, in bounded time.

One deadline holds for a whole answer, from the host's name to the last byte. Nothing
is read from the environment, nobody is redirected and no proxy is asked: a signed
transaction goes to the host that was named, or nowhere. Answers are taken as they are,
not unpacked, up to a size that is known before.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from election.client.errors import ConnectionFailedError, Trouble
from election.client.wire import cut_text

Post = Callable[[bytes], bytes]
"""Send the body of a request to a node, and give that of its answer."""

_DEADLINE: Final = 120  # seconds for one answer; a node may run every call of a batch
_LARGEST_ANSWER: Final = 2**26  # bytes; the receipts of 100 full batches have fewer
_HEADERS: Final = {
    "Content-Type": "application/json",
    "Accept-Encoding": "identity",
    "User-Agent": "veche",  # not which version of what: few have the same
}
_BUSY: Final = {429, 502, 503, 504}  # a gateway's words: there is a node, but not now
_SCHEMES: Final = ("http://", "https://")
_PORTS: Final = {"http": 80, "https": 443}  # where an address names none

_FACTS: Final[dict[type[Exception], tuple[Trouble, str]]] = {
    TimeoutError: (Trouble.SLOW, "gives no whole answer in time"),
    aiohttp.InvalidURL: (Trouble.ADDRESS, "is no address of a node"),
    aiohttp.NonHttpUrlClientError: (Trouble.ADDRESS, "is no address of a node"),
    UnicodeError: (Trouble.ADDRESS, "is no address of a node"),
    aiohttp.ClientConnectorDNSError: (Trouble.NAME, "no host has this name"),
    aiohttp.ClientConnectorCertificateError: (
        Trouble.TLS,
        "shows a certificate that is not trusted here",
    ),
    aiohttp.ClientSSLError: (Trouble.TLS, "does not speak https"),
    aiohttp.ClientConnectorError: (Trouble.AWAY, "no node answers there"),
    aiohttp.ClientResponseError: (Trouble.FOREIGN, "does not speak http"),
    aiohttp.ClientError: (Trouble.LOST, "breaks off before its answer is whole"),
    OSError: (Trouble.LOST, "breaks off before its answer is whole"),
}
"""What each failure means; of several that fit, the first."""


def open_post(url: str, *, patience: float | None = None) -> Post:
    """Give what posts to a URL, never twice: a repeated send would hide its outcome.

    patience: seconds for one whole answer, if not the default. Raises
    ConnectionFailedError at once if the
    URL names no node.
    """
    _check_url(url)

    def post(body: bytes) -> bytes:
        try:
            return asyncio.run(_exchange(url, body, patience or _DEADLINE))
        except (aiohttp.ClientError, OSError, UnicodeError) as error:
            kinds = (kind for kind in _FACTS if isinstance(error, kind))
            trouble, fact = _FACTS[next(kinds)]
            raise ConnectionFailedError(show_url(url), fact, trouble) from None

    return post


async def _exchange(url: str, body: bytes, patience: float) -> bytes:
    async with (
        asyncio.timeout(patience),
        aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=None),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers=_HEADERS,
            auto_decompress=False,
            trust_env=False,
        ) as session,
        session.post(url, data=BytesIO(body), allow_redirects=False) as response,
    ):
        _check_response(url, response)
        whole = bytearray()
        async for piece in response.content.iter_any():
            whole += piece
            if len(whole) > _LARGEST_ANSWER:
                fact = f"answers with more than {_LARGEST_ANSWER} bytes"
                raise ConnectionFailedError(show_url(url), fact, Trouble.LARGE)
        return bytes(whole)


def _check_response(url: str, response: aiohttp.ClientResponse) -> None:
    """Raise ConnectionFailedError for what is not the answer of a node itself."""
    status, shown = response.status, show_url(url)
    if status in _BUSY:
        fact = f"passes no answer of a node on (http status {status})"
        raise ConnectionFailedError(shown, fact, Trouble.BUSY)
    if 300 <= status < 400:
        fact = f"sends to another address (http status {status}), which is not followed"
        raise ConnectionFailedError(shown, fact, Trouble.STATUS)
    if status != HTTPStatus.OK:
        fact = f"refuses the request (http status {status})"
        raise ConnectionFailedError(shown, fact, Trouble.STATUS)
    if response.headers.get("Content-Encoding", "identity") != "identity":
        fact = "packs its answer, though asked not to"
        raise ConnectionFailedError(shown, fact, Trouble.FOREIGN)


def _check_url(url: str) -> None:
    if not url.lower().startswith(_SCHEMES):
        fact = "does not begin with http:// or https://"
        raise ConnectionFailedError(show_url(url), fact, Trouble.ADDRESS)
    if _read_netloc(url) is None:
        fact = "is no address of a node"
        raise ConnectionFailedError(show_url(url), fact, Trouble.ADDRESS)


def show_url(url: str) -> str:
    """Give what of a URL may be shown: no password, and no path, which may be a key."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        scheme, rest = "", url
    host = (_read_netloc(url) or rest).rpartition("@")[2]
    scheme = scheme.rpartition("@")[2]
    return cut_text(scheme + separator + re.split(r"[/?#\\]", host, maxsplit=1)[0])


def name_node(url: str) -> str:
    """Give what all spellings of one node's address have in common."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.hostname}:{port}{parts.path.rstrip('/')}"


def _read_netloc(url: str) -> str | None:
    """Read what stands between scheme and path; none if no host can be that."""
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts.netloc if named else None
