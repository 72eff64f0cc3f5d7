"""An engine is begun anew when it does not follow, not when nobody is in reach."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typing_extensions import override

from node.config import read_config
from node.engine.comet.agreement import Agreement
from node.engine.comet.engine_rpc import EngineRpc
from node.engine.comet.membership import Membership
from node.engine.comet.reach import Reach
from node.engine.comet.standstill import Standstill
from node.engine.comet.supervisor import count_failures, pause_after
from node.errors import EngineError
from node.machine import StateMachine
from node.store import MemoryStore
from tests.node.engine.comet.members import Council, keys_of, make_network_config

_HEIGHT = 7
_IDS = [keys_of(seed).node_id.hex() for seed in range(1, 6)]
_PEERS = [f"{each}@127.0.0.1:{at}" for at, each in enumerate(_IDS[1:], 1)]


class _Engine(EngineRpc):
    """Tell of the first validator's engine; heights: of its peers, None if silent."""

    def __init__(self, heights: dict[str, int] | None) -> None:
        super().__init__(Path("never-asked"))
        self.heights = heights
        self.dialled: list[str] = []

    @override
    async def status(self) -> dict[str, Any]:
        if self.heights is None:
            raise EngineError("it does not answer")
        return {"node_info": {"id": _IDS[0]}}

    @override
    async def peers(self) -> list[dict[str, Any]]:
        return [{"node_info": {"id": each}} for each in await self.peer_heights()]

    @override
    async def peer_heights(self) -> dict[str, int]:
        if self.heights is None:
            raise EngineError("it does not answer")
        return self.heights

    @override
    async def dial(self, peers: Sequence[str]) -> None:
        self.dialled += peers


@pytest.fixture(scope="module")
def membership() -> Membership:
    config = make_network_config(read_config(), Council())
    return Membership(StateMachine(config, MemoryStore()))


@pytest.mark.parametrize(
    ("heights", "excused"),
    [
        ({}, True),
        (dict.fromkeys(_IDS[1:3], _HEIGHT), True),  # three of five are none too many
        (dict.fromkeys(_IDS[1:3], _HEIGHT + 1), True),  # a block that is under way
        (dict.fromkeys(_IDS[1:2], _HEIGHT + 2), False),  # others do agree
        (dict.fromkeys(_IDS[1:4], _HEIGHT), False),  # enough, and nothing moves
        (None, False),  # the engine does not answer
    ],
)
def test_a_height_may_stand_where_too_few_are_in_reach(
    membership: Membership, heights: dict[str, int] | None, excused: bool
) -> None:
    reach = Reach(_Engine(heights), membership, _PEERS)
    assert asyncio.run(reach.excuses(_HEIGHT)) is excused


def test_named_peers_that_are_gone_are_called_and_no_others(
    membership: Membership,
) -> None:
    engine = _Engine(dict.fromkeys(_IDS[1:3], _HEIGHT))
    asyncio.run(Reach(engine, membership, _PEERS).call_missing())
    assert engine.dialled == _PEERS[2:]
    engine = _Engine(dict.fromkeys(_IDS[1:], _HEIGHT))
    asyncio.run(Reach(engine, membership, _PEERS).call_missing())
    assert engine.dialled == []


def test_an_engine_falls_silent_once_it_has_spoken(membership: Membership) -> None:
    """One that begins may replay its blocks, or wait until its network begins."""
    engine = _Engine(None)
    reach = Reach(engine, membership, _PEERS)

    def ask(*, answers: bool) -> tuple[bool, bool]:
        engine.heights = {} if answers else None
        return asyncio.run(reach.fell_silent()), reach.is_silent

    assert ask(answers=False) == (False, False)
    assert ask(answers=True) == (False, False)
    assert ask(answers=False) == (True, True)
    reach.lose()
    assert ask(answers=False) == (False, True)  # another one begins
    assert ask(answers=True) == (False, False)


def test_an_engine_that_is_silent_is_told_of_at_rest_too(
    membership: Membership,
) -> None:
    now = [0.0]
    node: Any = SimpleNamespace(
        pending=[], machine=membership.machine, awaits_block=lambda: False
    )
    reach = Reach(_Engine(None), membership, _PEERS)
    agreement = Agreement(reach, node, now=lambda: now[0])

    def look(at: float) -> str | None:
        now[0] = at
        asyncio.run(agreement.look())
        return agreement.reason

    assert (look(0), look(20)) == (None, None)
    reach.lose()
    assert (look(22), look(29)) == (None, None)
    assert "it does not answer" in str(look(32))


def test_an_engine_has_two_minutes_from_when_enough_are_back() -> None:
    now = [0.0]
    standstill = Standstill(lambda: now[0])
    began_anew = None
    while began_anew is None and now[0] < 1_000:
        now[0] += 1
        standstill.see(_HEIGHT, waiting=True)
        if standstill.is_doubtful() and now[0] < 600:  # too few in reach until then
            standstill.excuse()
        elif standstill.is_stuck():
            began_anew = now[0]
    assert began_anew is not None
    assert 710 < began_anew < 725


@pytest.mark.parametrize(
    ("earlier", "lasted", "pause"),
    [(0, 1, 1), (1, 1, 2), (4, 1, 30), (9, 1, 30), (9, 400, 1), (0, 400, 1)],
)
def test_the_pause_is_the_longer_the_more_starts_failed(
    earlier: int, lasted: float, pause: float
) -> None:
    assert pause_after(count_failures(earlier, lasted)) == pause


def test_what_waits_without_a_quorum_is_told_once_and_its_end_too(
    membership: Membership, caplog: pytest.LogCaptureFixture
) -> None:
    engine = _Engine(dict.fromkeys(_IDS[1:3], _HEIGHT))
    now, waiting = [0.0], ["a transaction"]
    node: Any = SimpleNamespace(
        pending=waiting,
        machine=membership.machine,
        awaits_block=lambda: bool(waiting),
    )
    ends: list[str] = []
    reach = Reach(engine, membership, _PEERS)
    agreement = Agreement(reach, node, ends.append, lambda: now[0])

    def look(at: float) -> str | None:
        now[0] = at
        asyncio.run(agreement.look())
        return agreement.reason

    assert (look(0), look(9)) == (None, None)
    assert "4 of 5 validators are needed, 3 are in reach" in str(look(10))
    assert look(12)
    engine.heights = dict.fromkeys(_IDS[1:4], _HEIGHT)
    assert look(14) is None  # enough are back
    engine.heights = None
    assert "it does not answer" in str(look(16))
    waiting.clear()
    assert look(18) is None  # at rest nothing is wrong
    begin, again = caplog.messages
    assert "4 of 5 validators are needed, 3 are in reach; 1 wait" in begin
    assert "it does not answer" in again
    assert ends == ["what waits is held up no more"] * 2
