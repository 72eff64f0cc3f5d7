"""Nothing is signed while a node's clock and the own one differ by over a minute."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, Final

import pytest

from election.client.errors import ClientError
from services.shell import node_clock
from services.shell.node_clock import NodeClock
from services.shell.problems import Problem

NOW: Final = 1_800_000_000


def compare(
    monkeypatch: pytest.MonkeyPatch, *nodes: int | None, clock: str = "machine"
) -> NodeClock:
    """Look once; nodes: by how much their clocks differ, None for one that is away."""
    urls = [f"http://node-{number}" for number in range(len(nodes))]
    told = dict(zip(urls, nodes, strict=True))

    def reach(_: Any, url: str) -> Any:
        apart = told[url]
        if apart is None:
            raise ClientError(url, "is away")
        return SimpleNamespace(read_clock=lambda: NOW + apart)

    monkeypatch.setattr(node_clock, "reach", reach)
    settings = SimpleNamespace(clock=clock, elections=[SimpleNamespace(nodes=urls)])
    context: Any = SimpleNamespace(
        settings=settings,
        elections={"0xe": None},
        clock=SimpleNamespace(now=lambda: NOW),
    )
    made = NodeClock(context)

    async def look() -> None:
        await made.job.run()

    asyncio.run(look())
    return made


@pytest.mark.parametrize("nodes", [(61,), (-61,), (0, 61), (None, 61)])
def test_clock_that_differs_from_any_nodes_signs_nothing(
    monkeypatch: pytest.MonkeyPatch, nodes: tuple[int | None, ...]
) -> None:
    compared = compare(monkeypatch, *nodes)
    with pytest.raises(Problem, match="clock_differs"):
        compared.require()
    assert compared.wrong() == ["clock: 61 s apart from a node's"]


@pytest.mark.parametrize("nodes", [(60,), (-60, 0), (None,), ()])
def test_clock_that_differs_by_a_minute_at_most_signs(
    monkeypatch: pytest.MonkeyPatch, nodes: tuple[int | None, ...]
) -> None:
    compared = compare(monkeypatch, *nodes)
    compared.require()
    assert compared.wrong() == []


def test_clock_that_follows_a_chain_signs_after_a_jump_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compare(monkeypatch, 86_400, clock="chain").require()
