"""Nodes hold together only if each answers, with its engine, and all have one block."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import pytest

from election.client.rpc import Connection
from scripts.nodes.network_standing import (
    Block,
    Comparison,
    NodeStanding,
    Quorum,
    Validator,
    lay_out,
    stand,
)

HASH = "0x" + "07" * 32
NODE = NodeStanding("n", "g", "1", 8, False, 0, Block(7, HASH), (), ())
STUCK = msgspec.structs.replace(NODE, engine="has stopped")
_TWO = Quorum(2, 3, 4)


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


@pytest.mark.parametrize(
    ("change", "holds", "line"),
    [
        ({}, True, "not behind"),
        ({"behind": 3}, True, "3 behind the furthest peer"),
        ({"behind": None}, False, "how far behind is not known: no peer tells"),
        ({"stalled": "nothing is agreed on"}, False, "STANDS    nothing is agreed on"),
        ({"validates": True, "quorum": _TWO}, False, "QUORUM    3 of 4 validators are"),
        ({"quorum": _TWO}, True, "quorum    3 of 4 validators are needed, 2 are in"),
    ],
)
def test_a_node_that_cannot_agree_or_does_not_know_is_told_and_does_not_hold(
    change: dict[str, Any], holds: bool, line: str
) -> None:
    node = msgspec.structs.replace(NODE, **change)
    compared = Comparison({"http://node": node}, agree=True, compared=7)
    assert compared.holds is holds
    assert line in "\n".join(lay_out(compared))


def test_who_did_not_sign_is_not_accused_and_who_is_gone_is_named() -> None:
    validators = (
        Validator("press", "01", 10, True, False),
        Validator("party", "02", 10, False, True),
    )
    node = msgspec.structs.replace(NODE, validators=validators)
    told = "\n".join(lay_out(Comparison({"": node}, agree=True, compared=7)))
    assert "no link   1: press" in told
    assert "unsigned  1: party; two thirds are enough for a height" in told
    assert "missing" not in told


@dataclass
class _Node:
    standing: object
    block: object = field(default_factory=lambda: {"hash": HASH})

    def post(self, body: bytes) -> bytes:
        asked = json.loads(body)
        is_block = asked["method"] == "eth_getBlockByNumber"
        told = {"id": asked["id"], "result": self.block if is_block else self.standing}
        return json.dumps(told).encode()


_SAID: Final = msgspec.to_builtins(NODE)


@pytest.mark.parametrize(
    ("liar", "fact"),
    [
        (_Node(7), "says not where it stands"),
        (_Node({**_SAID, "block": {"number": -5, "hash": HASH}}), "$.block.number"),
        (_Node({**_SAID, "block": {"number": 10**30, "hash": HASH}}), "$.block.number"),
        (_Node({**_SAID, "block": {"number": 7, "hash": HASH + "\n"}}), "$.block.hash"),
        (_Node({**_SAID, "height": -1}), "$.height"),
        (_Node({**_SAID, "behind": -1}), "$.behind"),
        (_Node({**_SAID, "network": "x" * 10_000}), "$.network"),
        (_Node(_SAID, block=None), "answers what no node would"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_node_that_says_anything_else_is_named_beside_the_others(
    monkeypatch: pytest.MonkeyPatch, liar: _Node, fact: str
) -> None:
    """Whoever lies spoils its own standing, and nobody's else."""
    nodes = {"http://one": _Node(_SAID), "http://two": liar}
    monkeypatch.setattr(
        "scripts.nodes.network_standing.connect",
        lambda url: Connection(nodes[url].post, url=url, chain_id=1),
    )
    found = stand([*nodes])
    assert found.nodes["http://one"] == NODE
    assert fact in str(found.nodes["http://two"])
    assert not found.holds
