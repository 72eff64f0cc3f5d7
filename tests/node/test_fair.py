"""Whoever asks for much waits behind themselves, and nobody else behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from node.fair import FairTurns
from node.rpc.errors import RpcError

_Ask = Callable[[str], "asyncio.Task[None]"]
_ROUNDS = 100  # of the loop: nothing here waits for anything else


def _served(
    waiting: int, act: Callable[[FairTurns, _Ask], Coroutine[Any, Any, None]]
) -> list[str]:
    """Run with one place at work, which is taken; returns who had a turn, in order."""
    served: list[str] = []

    async def run() -> None:
        turns = FairTurns(1, waiting)
        await turns.begin("first")

        async def wait(client: str) -> None:
            async with turns.turn(client):
                served.append(client)

        def ask(client: str) -> asyncio.Task[None]:
            return asyncio.create_task(wait(client))

        acting = asyncio.create_task(act(turns, ask))
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        assert acting.done(), "somebody waits for ever"
        await acting

    asyncio.run(run())
    return served


def test_clients_have_turns_one_after_the_other() -> None:
    async def act(turns: FairTurns, ask: _Ask) -> None:
        tasks = [ask("many") for _ in range(4)] + [ask("one"), ask("two"), ask("two")]
        await asyncio.sleep(0)
        turns.end()
        await asyncio.gather(*tasks)

    assert _served(99, act) == ["many", "one", "two", "many", "two", "many", "many"]


def test_a_client_has_a_quarter_of_the_places() -> None:
    async def act(turns: FairTurns, ask: _Ask) -> None:
        tasks = [ask("many") for _ in range(3)]
        await asyncio.sleep(0)
        with pytest.raises(RpcError, match="too many of your requests"):
            await tasks[2]
        turns.end()
        await asyncio.gather(*tasks[:2])

    assert _served(8, act) == ["many", "many"]


def test_who_has_most_places_gives_one_up() -> None:
    async def act(turns: FairTurns, ask: _Ask) -> None:
        tasks = [ask(name) for name in "aabbccdd"]
        await asyncio.sleep(0)
        late = ask("late")
        await asyncio.sleep(0)
        turns.end()
        ended = await asyncio.gather(*tasks, late, return_exceptions=True)
        assert [isinstance(each, RpcError) for each in ended].count(True) == 1

    assert "late" in _served(8, act)


def test_who_leaves_holds_no_turn() -> None:
    async def act(turns: FairTurns, ask: _Ask) -> None:
        leaving, granted, staying = ask("a"), ask("b"), ask("c")
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.sleep(0)
        turns.end()
        granted.cancel()
        await staying
        await ask("d")

    assert _served(8, act) == ["c", "d"]


def test_a_client_has_one_place_where_there_are_few() -> None:
    async def act(turns: FairTurns, ask: _Ask) -> None:
        only = ask("only")
        await asyncio.sleep(0)
        turns.end()
        await only

    assert _served(2, act) == ["only"]


def test_who_has_one_place_gives_it_to_nobody() -> None:
    async def act(turns: FairTurns, ask: _Ask) -> None:
        tasks = [ask(name) for name in "abcd"]
        await asyncio.sleep(0)
        with pytest.raises(RpcError, match="too many requests"):
            await ask("late")
        turns.end()
        await asyncio.gather(*tasks)

    assert _served(4, act) == ["a", "b", "c", "d"]


def test_who_leaves_gives_the_place_back() -> None:
    async def act(turns: FairTurns, ask: _Ask) -> None:
        leaving = ask("a")
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.sleep(0)
        again = ask("a")
        await asyncio.sleep(0)
        turns.end()
        await again

    assert _served(4, act) == ["a"]


def test_turn_of_who_is_just_leaving_goes_on() -> None:
    async def act(turns: FairTurns, ask: _Ask) -> None:
        leaving, staying = ask("a"), ask("b")
        await asyncio.sleep(0)
        leaving.cancel()
        turns.end()  # before it could say so
        await staying

    assert _served(4, act) == ["b"]
