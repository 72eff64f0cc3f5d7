"""Faults that a network lives through, one after another, while it is sent to.

One network for all of them, since a network costs more than a fault. After each, every
node has one history, and nothing is lost that anyone saw mined.
"""

from __future__ import annotations

import resource
import secrets
import shutil
import signal
import time
from base64 import b64encode
from functools import partial
from pathlib import Path
from typing import Any

from node.engine.comet.binary import find_engine
from node.engine.comet.card import Card, read_card
from node.engine.comet.history import reset
from node.engine.comet.home import NodeHome
from node.engine.comet.joining import join, make_folder
from node.exit_codes import ExitCode
from tests.network.cheating import Cheat
from tests.network.engines import ask_engine, lone_engine, tell_engine
from tests.network.ground import ALL, LOOK, ORGANISATIONS, Ground
from tests.network.nodes import Node, free_ports
from tests.node.engine.comet.members import Council
from tests.patience import wait_until

_WRONG = 600  # seconds
_GIANT = 2_000_000  # bytes: more than a block or an engine's message may have
_LARGE = 250_000  # bytes: as much as the engine takes


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
    ground.require_standstill(ALL)
    for wire in links:
        wire.mend()


def test_all_are_stopped_and_go_on_from_where_they_were(ground: Ground) -> None:
    ground.stop(ALL)
    ground.start(ALL)


def test_slow_links_slow_all_and_stop_nobody(ground: Ground) -> None:
    for wire in ground.wires.values():
        wire.slow(200)
    ground.await_growth(ALL)
    for wire in ground.wires.values():
        wire.mend()


def test_links_that_stall_hold_everything_until_they_go_on(ground: Ground) -> None:
    links = ground.links([0, 1])
    for wire in links:
        wire.stall()
    ground.require_standstill(ALL)
    for wire in links:
        wire.mend()


def test_links_that_are_reset_stop_nobody_else(ground: Ground) -> None:
    links = ground.links([2])
    for wire in links:
        wire.reset()
    ground.await_growth((0, 1, 3))
    for wire in links:
        wire.mend()


def test_a_clock_that_is_wrong_moves_no_block(ground: Ground) -> None:
    for shift in (-_WRONG, _WRONG):
        ground.stop([3])
        sent = time.time()
        ground.start([3], shift=shift)
        wait_until(partial(_is_clock_told, ground.nodes[3], shift), pause=LOOK)
        ground.await_growth(ALL, 4)  # so that it has proposed, and its votes count
        head = ground.nodes[0].ask("eth_getBlockByNumber", "latest", False)
        assert sent - _WRONG / 2 < int(head["timestamp"], 16) <= time.time()
    ground.stop([3])
    ground.start([3])


def _is_clock_told(node: Node, shift: int) -> bool:
    told = int(node.ask("veche_networkStatus")["clock"])
    return abs(told - shift) < _WRONG / 2


def test_garbage_and_giants_are_refused_and_stop_nobody(ground: Ground) -> None:
    node = ground.nodes[0]
    for size in (*[200] * 50, *[_GIANT] * 3):
        raw = "0x" + secrets.token_bytes(size).hex()
        assert "error" in node.answer("eth_sendRawTransaction", raw)


def test_a_member_that_gives_on_garbage_gets_none_of_it_agreed_on(
    ground: Ground,
) -> None:
    honest, member = ground.nodes[0], ground.nodes[3]
    ground.stop([3])
    ground.start([3], "take-anything")
    ground.await_growth(ALL, 1)  # its engine answers, then
    garbage = [secrets.token_bytes(size) for size in (*[200] * 50, *[_LARGE] * 5)]
    for raw in garbage:
        assert (
            tell_engine(member, "broadcast_tx_sync", tx=b64encode(raw).decode()) == ""
        )
    with ground.hurry():
        wait_until(
            lambda: "rejected a proposed block" in honest.engine_log(), pause=LOOK
        )
    ground.await_growth((0, 1, 2), 4)
    ground.stop([3])
    ground.start([3])


def test_a_stranger_is_nobodys_peer(ground: Ground, tmp_path: Path) -> None:
    place = f"127.0.0.1:{free_ports(1)}"
    said = Card("stranger", "0x" + "11" * 20, "", place, "")
    home = NodeHome(tmp_path / "stranger")
    card = make_folder(home.root, find_engine(), said, validates=False)
    genesis = NodeHome(ground.nodes[0].home).genesis.read_bytes()
    peers = [read_card(NodeHome(node.home).card).peer for node in ground.nodes]
    join(home.root, genesis, listen=place, peers=peers)
    with lone_engine(home):
        for node in ground.nodes:
            wait_until(partial(_refuses, node, card.node_id), pause=LOOK)
    for node in ground.nodes:
        told = node.ask("veche_networkStatus")["peers"]
        assert card.node_id not in {peer["node_id"] for peer in told}


def _refuses(node: Node, node_id: str) -> bool:
    return any(
        node_id in line and "no node of this network" in line
        for line in node.engine_log().splitlines()
    )


def test_one_dies_while_it_keeps_a_block(ground: Ground) -> None:
    ground.stop([2])
    for fault in ("die-finalizing", "die-before-write", "die-after-write"):
        ground.start([2], fault)
        with ground.hurry():
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
    with ground.loads[3].unbelieved():
        ground.start([3], "lie")
        with ground.hurry():
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
    proof = held.sign_twice(height, time=header["time"], validators=len(ALL))
    assert tell_engine(first, "broadcast_evidence", evidence=proof) == ""
    note = {"height": height, "address": held.address, "organisation": cheat.name}
    with ground.hurry():
        for node in ground.nodes:
            wait_until(partial(_has_noted, node, note), pause=LOOK)


def _has_noted(node: Node, note: dict[str, Any]) -> bool:
    return note in node.ask("veche_networkStatus")["misbehaviour"]


def test_a_full_disk_stops_one_which_says_so_and_goes_on_with_room(
    ground: Ground,
) -> None:
    node = ground.nodes[2]
    assert node.process is not None
    written = NodeHome(node.home).chain / "data.mdb"
    most = (written.stat().st_size, resource.RLIM_INFINITY)
    resource.prlimit(node.process.pid, resource.RLIMIT_FSIZE, most)
    with ground.hurry():
        assert node.await_end() == ExitCode.DISK
    assert "is the disk full?" in node.said()
    ground.await_growth((0, 1, 3))
    ground.start([2])


def test_an_observer_comes_late_and_a_validator_is_replaced(ground: Ground) -> None:
    """The last of all: the network is another one then."""
    council, first = Council(), ground.nodes[0]
    observer = ground.join("observer", council, 0)
    ground.start([observer])
    ground.await_growth((*ALL, observer))
    told = ground.nodes[observer].ask("eth_getBlockByNumber", "0x1", False)
    assert told == first.ask("eth_getBlockByNumber", "0x1", False)
    successor = ground.join("successor", council, 3, replaced=ground.nodes[3])
    ground.stop([3])
    ground.start([successor])
    ground.await_growth((0, 1, 2, successor))
    names = {*ORGANISATIONS[:3], "party"}
    with ground.hurry():
        wait_until(lambda: _signing(first) == names, pause=LOOK)
    ground.stop([successor])
    ground.await_growth((0, 1, 2))
    with ground.hurry():
        wait_until(lambda: _signing(first) == {*ORGANISATIONS[:3]}, pause=LOOK)
    ground.start([successor])


def _signing(node: Node) -> set[str]:
    told = node.ask("veche_networkStatus")["validators"]
    return {each["name"] for each in told if each["signed"]}
