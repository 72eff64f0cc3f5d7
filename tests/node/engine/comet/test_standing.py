"""A node says where it stands, while its engine does not, too."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from node.config import Config
from node.engine.comet.clock_lead import ClockLead
from node.engine.comet.engine_rpc import EngineRpc
from node.engine.comet.membership import Membership
from node.engine.comet.misbehaviour import Misbehaviour, Misbehaviours
from node.engine.comet.standing import Standing, find_behind
from node.machine import StateMachine
from node.store import MemoryStore
from scripts.nodes.network_standing import Comparison, NodeStanding, lay_out
from tests.node.engine.comet.members import (
    Council,
    keys_of,
    make_genesis_text,
    make_network_config,
)

_CHEAT = Misbehaviour(7, "ab" * 20, "press")


def test_a_node_whose_engine_is_silent_tells_what_its_chain_knows(
    config: Config, tmp_path: Path
) -> None:
    council = Council()
    noted = Misbehaviours(tmp_path / "misbehaviour.jsonl")
    noted.note(_CHEAT)
    machine = StateMachine(make_network_config(config, council), MemoryStore())
    genesis = make_genesis_text(config, council)
    clock = ClockLead(lambda: 600)
    for _ in range(3):
        clock.compare(0)

    async def tell() -> dict[str, Any]:
        rpc = EngineRpc(tmp_path / "nobody.sock")
        try:
            membership = Membership(machine)
            return await Standing(rpc, membership, noted, clock, genesis).tell()
        finally:
            await rpc.close()

    found = msgspec.convert(asyncio.run(tell()), NodeStanding)
    assert "does not answer" in found.engine
    assert found.behind is None
    assert found.block.hash == "0x" + machine.chain.head.hash.hex()
    compared = Comparison({"http://node": found}, agree=True, compared=0)
    assert not compared.holds
    lines = "\n".join(lay_out(compared))
    assert "press signed twice at height 7" in lines
    assert "does not answer" in lines
    assert "600 s ahead of the network's" in lines


@pytest.mark.parametrize(("seed", "named"), [(3, "press"), (99, "")])
def test_a_peer_is_called_by_its_organisation_whatever_it_calls_itself(
    config: Config, tmp_path: Path, seed: int, named: str
) -> None:
    council = Council()
    machine = StateMachine(make_network_config(config, council), MemoryStore())
    standing = Standing(
        EngineRpc(tmp_path / "nobody.sock"),
        Membership(machine),
        Misbehaviours(tmp_path / "misbehaviour.jsonl"),
        ClockLead(lambda: 0),
        make_genesis_text(config, council),
    )
    told = {"id": keys_of(seed).node_id.hex(), "moniker": "commission"}
    peer = {"node_info": told, "remote_ip": "192.0.2.1", "is_outbound": False}
    assert standing._tell_peer(peer, 7)["name"] == named


@pytest.mark.parametrize(
    ("height", "peers", "behind"),
    [
        (0, [], None),
        (7, [], None),
        (7, [0], None),
        (7, [0, 9], 2),
        (7, [6], 0),
        (0, [0], 0),
    ],
)
def test_who_hears_of_no_height_does_not_know_how_far_behind_it_is(
    height: int, peers: list[int], behind: int | None
) -> None:
    assert find_behind(height, peers) == behind


@pytest.mark.parametrize(
    ("proposed", "lead"),
    [
        ((0, 0, 0), 600),
        ((1_200, 1_300, 1_250), -600),
        ((0, 0), 0),  # too few to say
        ((0, 599, 598), 0),  # one was long agreed on
        ((0, 0, 1_200), 0),
        ((598, 597, 601), 0),
    ],
)
def test_a_clock_is_wrong_if_it_is_against_all_of_the_last_blocks(
    proposed: tuple[int, ...], lead: int
) -> None:
    clock = ClockLead(lambda: 600)
    for each in proposed:
        clock.compare(each)
    assert clock.seconds == lead
