"""Faults that a network lives through, one after another, while it is sent to.

One network for all of them, since a network costs more than a fault. After each, every
node has one history, and nothing is lost that anyone saw mined.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from node.engine.comet.history import reset
from node.engine.comet.home import NodeHome
from node.exit_codes import ExitCode
from tests.network.cheating import Cheat
from tests.network.engines import ask_engine, tell_engine
from tests.network.ground import LOOK, Ground, open_ground
from tests.network.nodes import Node
from tests.patience import wait_until

_ALL = (0, 1, 2, 3)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with open_ground(tmp_path_factory.mktemp("network")) as ground:
        yield ground


@pytest.fixture
def ground(running: Ground) -> Iterator[Ground]:
    """All four make blocks before a fault, and again when it is over."""
    running.await_growth(_ALL, 1)
    yield running
    running.await_growth(_ALL, 1)
    running.require_whole()


def test_one_is_killed_and_the_others_go_on(ground: Ground) -> None:
    ground.stop([3], signal.SIGKILL)
    ground.await_growth((0, 1, 2))
    ground.start([3])


def test_two_are_killed_and_nothing_is_agreed_until_one_is_back(
    ground: Ground,
) -> None:
    ground.stop([2, 3], signal.SIGKILL)
    stood = ground.require_standstill((0, 1))
    ground.start([2])
    ground.await_growth((0, 1, 2))
    assert ground.nodes[0].height() > stood
    ground.start([3])


def test_one_is_cut_off_and_the_others_go_on(ground: Ground) -> None:
    links = ground.links([0])
    for wire in links:
        wire.cut()
    ground.await_growth((1, 2, 3))
    for wire in links:
        wire.mend()


def test_two_are_cut_off_from_two_and_nothing_is_agreed_until_they_meet(
    ground: Ground,
) -> None:
    links = ground.links([0, 1])
    for wire in links:
        wire.cut()
    ground.require_standstill(_ALL)
    for wire in links:
        wire.mend()


def test_all_are_stopped_and_go_on_from_where_they_were(ground: Ground) -> None:
    ground.stop(_ALL)
    ground.start(_ALL)


@pytest.mark.parametrize(
    "fault", ["die-finalizing", "die-before-write", "die-after-write"]
)
def test_one_dies_while_it_keeps_a_block(ground: Ground, fault: str) -> None:
    ground.stop([2])
    ground.start([2], fault)
    assert ground.nodes[2].await_end() == -signal.SIGKILL
    ground.start([2])


def test_one_loses_its_chain_and_executes_all_again(ground: Ground) -> None:
    node = ground.nodes[1]
    ground.stop([1])
    shutil.rmtree(NodeHome(node.home).chain)
    ground.start([1])


def test_one_that_executes_something_else_is_outvoted_and_halts(
    ground: Ground,
) -> None:
    node = ground.nodes[3]
    ground.stop([3])
    ground.start([3], "lie")
    assert node.await_end() == ExitCode.DAMAGED
    assert "signed another result than this node's: AppHash" in node.said()
    ground.await_growth((0, 1, 2))
    reset(node.home)
    ground.start([3])


def test_one_that_signs_twice_is_shown_to_all(ground: Ground) -> None:
    first, cheat = ground.nodes[0], ground.nodes[3]
    told = first.ask("veche_networkStatus")
    height = told["height"] - 1
    held = Cheat.of(NodeHome(cheat.home), told["network"], place=0)
    header = ask_engine(first, lambda rpc: rpc.commit(height))["header"]
    proof = held.sign_twice(height, time=header["time"], validators=len(_ALL))
    assert tell_engine(first, "broadcast_evidence", evidence=proof) == ""
    note = {"height": height, "address": held.address, "organisation": cheat.name}
    for node in ground.nodes:
        wait_until(partial(_has_noted, node, note), pause=LOOK)
    ground.stop([1])
    ground.start([1])
    assert _has_noted(ground.nodes[1], note)


def _has_noted(node: Node, note: dict[str, Any]) -> bool:
    return note in node.ask("veche_networkStatus")["misbehaviour"]
