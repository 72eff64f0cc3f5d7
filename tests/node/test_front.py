"""Large bodies are looked at one by one, and others come between them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from node.bodies import LARGE, Bodies
from node.config import read_config
from node.front import Turns, make_application


def test_others_come_between_large_bodies() -> None:
    events: list[str] = []

    async def look(turns: Turns, name: str, size: int) -> None:
        await turns.wait(size)
        events.append(name)

    async def run() -> None:
        turns = Turns()
        large = [asyncio.create_task(look(turns, "large", LARGE + 1)) for _ in range(3)]
        while not all(task.done() for task in large):
            await asyncio.create_task(look(turns, "small", LARGE))

    asyncio.run(run())
    assert "large large" not in " ".join(events)
    assert (events[0], events.count("large")) == ("small", 3)


def test_a_body_is_its_clients_and_waits_for_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A trusted proxy says whose it is, for all that is bounded by client."""
    events: list[tuple[str, object]] = []
    held, wait = Bodies.held, Turns.wait

    def holding(bodies: Bodies, request: web.Request, client: str) -> Any:
        events.append(("held", client))
        return held(bodies, request, client)

    async def waiting(turns: Turns, size: int) -> None:
        await wait(turns, size)
        events.append(("waited", size))

    class Desk:
        async def answer(self, body: bytes, client: str) -> bytes:
            events.append((body.decode(), client))
            return b"[]"

    monkeypatch.setattr(Bodies, "held", holding)
    monkeypatch.setattr(Turns, "wait", waiting)
    desk: Any = Desk()
    bounds = read_config().rpc.model_copy(update={"trusted_proxies": ("127.0.0.1",)})

    async def run() -> None:
        server = TestServer(make_application(desk, bounds))
        headers = {
            "Content-Type": "application/json",
            "X-Forwarded-For": "192.0.2.7",
        }
        async with TestClient(server) as client:
            answer = await client.post("/", data=b"[1]", headers=headers)
            assert await answer.read() == b"[]"

    asyncio.run(run())
    assert events == [("held", "192.0.2.7"), ("waited", 3), ("[1]", "192.0.2.7")]
