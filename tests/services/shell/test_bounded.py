"""Of an answer no more is taken than is wanted, whatever the other side sends."""

from __future__ import annotations

import asyncio
import gzip

import httpx2
import pytest

from services.shell.bounded import Bounded
from tests.services.shell.test_peers import answering

LARGEST = 10


def ask(url: str) -> bytes:
    async def run() -> bytes:
        transport = Bounded(LARGEST)
        async with httpx2.AsyncClient(transport=transport) as client:
            return (await client.get(url)).content

    return asyncio.run(run())


def test_answer_is_taken_up_to_its_bound() -> None:
    with answering(b"x" * LARGEST) as url:
        assert ask(url) == b"x" * LARGEST
    with (
        answering(b"x" * (LARGEST + 1)) as url,
        pytest.raises(httpx2.RemoteProtocolError, match="too large"),
    ):
        ask(url)


def test_answer_that_is_packed_is_none() -> None:
    packed = {"Content-Encoding": "gzip"}
    with (
        answering(gzip.compress(b""), headers=packed) as url,
        pytest.raises(httpx2.RemoteProtocolError, match="packed, unasked"),
    ):
        ask(url)
