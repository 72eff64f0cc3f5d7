"""Nodes hold together only if each answers, with its engine, and all have one block."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec
import pytest

from election.client.rpc import Connection
from scripts.nodes.network_standing import Block, Comparison, NodeStanding, stand

NODE = NodeStanding("n", "g", "1", 8, False, 0, Block(7, "0x07"), (), ())
STUCK = msgspec.structs.replace(NODE, engine="has stopped")


@pytest.mark.parametrize(
    ("nodes", "agree", "holds"),
    [
        ((NODE, NODE), True, True),
        ((NODE, NODE), False, False),
        ((NODE, "is silent"), True, False),
        ((NODE, STUCK), True, False),
    ],
)
def test_nodes_hold_if_all_answer_and_agree(
    nodes: tuple[NodeStanding | str, ...], agree: bool, holds: bool
) -> None:
    named = {f"http://node-{at}": node for at, node in enumerate(nodes)}
    assert Comparison(named, agree, 7).holds == holds


@dataclass
class _Node:
    standing: object

    def post(self, body: bytes) -> bytes:
        asked = json.loads(body)
        block = {"hash": "0x07"}
        is_block = asked["method"] == "eth_getBlockByNumber"
        told = {"id": asked["id"], "result": block if is_block else self.standing}
        return json.dumps(told).encode()


def test_node_that_says_anything_else_is_named_beside_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    nodes = {"http://one": _Node(msgspec.to_builtins(NODE)), "http://two": _Node(7)}
    monkeypatch.setattr(
        "scripts.nodes.network_standing.connect",
        lambda url: Connection(nodes[url].post, url=url, chain_id=1),
    )
    found = stand([*nodes])
    assert found.nodes["http://one"] == NODE
    assert "says not where it stands" in str(found.nodes["http://two"])
    assert not found.holds
