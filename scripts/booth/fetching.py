"""Ask a web server for a file as a browser would, in bounded time and memory.

Nobody is redirected, nothing is read from the environment, no cookie is kept, and what
is packed is unpacked no further than the bound.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import aiohttp
import brotli  # type: ignore[import-untyped]
from yarl import URL

DEADLINE: Final = 20.0
"""Seconds for one answer, from the host's name to the last byte."""

_AT_ONCE: Final = 6  # requests to one host, as browsers send them
_HEADER: Final = 16_384  # bytes of one


@dataclass(frozen=True, slots=True)
class Guise:
    """Who asks: servers know programs by these headers."""

    name: str
    headers: Mapping[str, str]


_NAVIGATES: Final = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8",
    "Accept-Encoding": "gzip, br",
}
GUISES: Final = (
    Guise(
        "a phone's browser",
        _NAVIGATES
        | {
            "User-Agent": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 "
            "(KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36",
        },
    ),
    Guise(
        "a computer's browser",
        _NAVIGATES
        | {
            "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) "
            "Gecko/20100101 Firefox/140.0",
        },
    ),
    Guise("a program", {"Accept-Encoding": "identity", "User-Agent": "veche"}),
)
"""Each file is asked for once in each, one after the other."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. headers: values by small name, in their order."""

    status: int
    headers: Mapping[str, Sequence[str]]
    body: bytes


class NoAnswerError(Exception):
    """Report that a server gave no whole answer; the text says how it failed."""


class TooLongError(Exception):
    """Report an answer of more bytes than the file may have."""


def open_session() -> aiohttp.ClientSession:
    """Open what asks one place; to be closed, inside a running loop."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=_AT_ONCE),
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
        max_line_size=_HEADER,
        max_field_size=_HEADER,
    )


_FAILURES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (TimeoutError, f"gives no whole answer within {DEADLINE:g} s"),
    (aiohttp.ClientConnectorDNSError, "no host has this name"),
    (aiohttp.ClientConnectorCertificateError, "shows a certificate not trusted here"),
    (aiohttp.ClientSSLError, "does not speak https"),
    (aiohttp.ClientConnectorError, "nobody answers there"),
    (aiohttp.ClientResponseError, "does not speak http"),
    (Exception, "breaks off before its answer is whole"),
)
"""What each failure means; of several that fit, the first."""


async def fetch(
    session: aiohttp.ClientSession, url: str, *, guise: Guise, most: int
) -> Answer:
    """Ask once; raises NoAnswerError and TooLongError. most: bytes of a body."""
    asked = session.get(
        URL(url, encoded=True), headers=guise.headers, allow_redirects=False
    )
    try:
        async with asyncio.timeout(DEADLINE), asked as response:
            return await _read(response, most)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        facts = (fact for kind, fact in _FAILURES if isinstance(error, kind))
        raise NoAnswerError(next(facts)) from None


async def _read(response: aiohttp.ClientResponse, most: int) -> Answer:
    headers: dict[str, list[str]] = {}
    for name, value in response.raw_headers:
        spelt = name.decode("latin-1").lower()
        headers.setdefault(spelt, []).append(value.decode("latin-1"))
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > most:
            raise TooLongError
    encoding = headers.get("content-encoding", [])
    return Answer(response.status, headers, _unpack(bytes(body), encoding, most))


def _unpack(body: bytes, encoding: Sequence[str], most: int) -> bytes:
    """Unpack what was asked for, no further than the bound; the rest stays as it is."""
    unpack = _UNPACK.get(encoding[0]) if len(encoding) == 1 else None
    if unpack is None:
        return body
    try:
        raw, is_whole = unpack(body, most + 1)
    except (zlib.error, brotli.error):
        raise NoAnswerError(_NOT_UNPACKED) from None
    if len(raw) > most:
        raise TooLongError
    if not is_whole:
        raise NoAnswerError(_NOT_UNPACKED)
    return raw


def _unpack_gzip(body: bytes, most: int) -> tuple[bytes, bool]:
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS)
    raw = unpacker.decompress(body, most)
    return raw, unpacker.eof and not unpacker.unused_data


def _unpack_brotli(body: bytes, most: int) -> tuple[bytes, bool]:
    unpacker = brotli.Decompressor()
    raw = unpacker.process(body, output_buffer_limit=most)
    while len(raw) < most and not unpacker.can_accept_more_data():
        raw += unpacker.process(b"", output_buffer_limit=most - len(raw))
    return raw, unpacker.is_finished()


_NOT_UNPACKED: Final = "packs its answer so that nobody can unpack it"
_UNPACK: Final = {"gzip": _unpack_gzip, "br": _unpack_brotli}
