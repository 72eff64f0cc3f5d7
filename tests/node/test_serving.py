"""A desk lets everybody have a turn."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from node.engine.local import LocalEngine
from node.serving import Desk


def test_a_batch_lets_others_be_served_between_its_requests(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers: Any = None
    desk = Desk(engine, readers)
    served: list[str] = []
    answer = desk._dispatcher.answer

    def told(*arguments: Any) -> bytes:
        served.append("batch")
        return answer(*arguments)

    monkeypatch.setattr(desk._dispatcher, "answer", told)

    async def serve() -> None:
        async def another() -> None:
            while served.count("batch") < 3:
                served.append("another")
                await asyncio.sleep(0)

        request = {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"}
        body = msgspec.json.encode([request] * 3)
        await asyncio.gather(desk.answer(body), another())

    asyncio.run(serve())
    assert served == ["batch", "another"] * 2 + ["batch"]
