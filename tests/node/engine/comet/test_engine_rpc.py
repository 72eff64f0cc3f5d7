"""What the engine answers is a result, or an error that has its word."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from node.engine.comet.engine_rpc import EngineRpc
from node.errors import EngineError


async def _ask(path: Path, answer: Any) -> Any:
    """Return what an engine's status is that gives this answer to all."""

    async def give(_asked: web.Request) -> web.Response:
        return web.json_response(answer)

    application = web.Application()
    application.router.add_post("/", give)
    runner = web.AppRunner(application)
    await runner.setup()
    rpc = EngineRpc(path)
    try:
        await web.UnixSite(runner, str(path)).start()
        return await rpc.status()
    finally:
        await rpc.close()
        await runner.cleanup()


def test_result_is_what_the_engine_answers(tmp_path: Path) -> None:
    answer = {"result": {"height": 1}}
    assert asyncio.run(_ask(tmp_path / "s", answer)) == {"height": 1}


@pytest.mark.parametrize(
    ("answer", "fact"),
    [
        (None, "no answer"),
        (["result"], "no answer"),
        ({}, "no answer"),
        ({"error": {"message": "internal", "data": "mempool is full"}}, "is full"),
        ({"error": {"message": "internal"}}, "internal"),
    ],
)
def test_answer_without_a_result_is_an_error(
    tmp_path: Path, answer: Any, fact: str
) -> None:
    with pytest.raises(EngineError, match=fact):
        asyncio.run(_ask(tmp_path / "s", answer))
