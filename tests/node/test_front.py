"""Large bodies are looked at one by one, and others come between them."""

from __future__ import annotations

import asyncio

from node.bodies import LARGE
from node.front import Turns


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
