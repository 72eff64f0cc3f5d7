"""Faults that take minutes, or root: `make faults`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Final

import pytest
from typing_extensions import override

from node.engine.comet.card import read_card
from node.engine.comet.home import NodeHome, read_signing_key
from scripts.demo.ground import Moment
from scripts.demo.holding import demo
from scripts.demo.network_ground import Network
from scripts.demo.network_nodes import Nodes, await_agreement
from scripts.demo.telling import Teller
from tests.network.crowd import silent_crowd
from tests.network.ground import ALL, LOOK, Ground
from tests.network.nodes import Node
from tests.network.signer import Signer
from tests.node.engine.comet.members import Council
from tests.patience import wait_until

_SUBSETS: Final = [some for size in range(1, 5) for some in combinations(ALL, size)]
_MINUTES: Final = 8.0  # seconds, for whom one second of standing is long
_STRANGERS: Final = 300  # more than the engine lets in by default, many times over
_NO_SIGNER: Final = "does not answer: the node waits"
_ROOM: Final = 3  # megabytes that a disk has left
_NO_ROOM: Final = "no space left on device"


@pytest.mark.parametrize("some", _SUBSETS, ids=str)
def test_any_of_them_are_killed_at_once(ground: Ground, some: tuple[int, ...]) -> None:
    rest = [place for place in ALL if place not in some]
    ground.stop(some, signal.SIGKILL)
    if len(rest) == 3:
        ground.await_growth(rest)
    elif rest:
        ground.require_standstill(rest)
    ground.start(some)


def test_a_disk_that_is_full_for_node_and_engine_stops_one_alone(
    ground: Ground,
) -> None:
    assert os.geteuid() == 0, "needs root, to mount a small disk"
    node = ground.nodes[2]
    ground.stop([2])
    with _small_disk(node.home) as enlarge:
        ground.start([2])
        wait_until(lambda: _is_stopped(node), pause=LOOK)
        ground.await_growth((0, 1, 3))
        enlarge()
        if node.process is None or node.process.poll() is not None:
            node.stop()
            ground.start([2])
        ground.await_growth(ALL)
        ground.stop([2])
    ground.start([2])


def _is_stopped(node: Node) -> bool:
    assert node.process is not None
    said = node.said()
    return node.process.poll() is not None or _NO_ROOM in said.lower()


@contextmanager
def _small_disk(folder: Path) -> Iterator[partial[None]]:
    """Have a folder on a disk of its own, nearly full; gives what enlarges it."""
    aside = folder.with_name(f"{folder.name}-aside")
    folder.rename(aside)
    used = sum(each.stat().st_blocks * 512 for each in aside.rglob("*"))
    size = used // 1_000_000 + _ROOM
    small = Path(tempfile.mkdtemp(prefix="veche-small-"))
    _run("mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(small))
    try:
        shutil.copytree(aside, small, dirs_exist_ok=True, copy_function=_copy)
        folder.symlink_to(small)
        yield partial(_run, "mount", "-o", "remount,size=500m", str(small))
    finally:
        folder.unlink()
        shutil.rmtree(aside)
        shutil.copytree(small, folder, copy_function=_copy)
        _run("umount", "--lazy", str(small))  # a test that failed may run on it
        small.rmdir()


def _copy(source: str, target: str) -> None:
    """Copy a file that has holes, such as a database, without filling them."""
    _run("cp", "--sparse=always", "--preserve", source, target)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603  ours


def test_nodes_that_cannot_agree_leave_their_engines_alone(ground: Ground) -> None:
    """However long: an engine that begins anew forgets its peers, and reaches none."""
    ground.stop(ALL)
    said = [len(node.said()) for node in ground.nodes]
    ground.start(ALL, "hurry")
    ground.await_growth(ALL)
    links = ground.links([0, 1])
    for wire in links:
        wire.cut()
    wait_until(lambda: all(map(_has_one_peer, ground.nodes)), pause=LOOK)
    _signal(ground.nodes, signal.SIGUSR1)
    ground.require_standstill(ALL, _MINUTES)
    _signal(ground.nodes, signal.SIGUSR2)
    for wire in links:
        wire.mend()
    ground.await_growth(ALL)
    for node, before in zip(ground.nodes, said, strict=True):
        assert "begins anew" not in node.said()[before:]
    assert "DialPeers" in ground.nodes[3].engine_log()  # that is called when it is back
    ground.stop(ALL)
    ground.start(ALL)


def _has_one_peer(node: Node) -> bool:
    return len(node.ask("veche_networkStatus")["peers"]) == 1


def _signal(nodes: Sequence[Node], number: signal.Signals) -> None:
    for node in nodes:
        assert node.process is not None
        node.process.send_signal(number)


def test_strangers_who_hold_connections_keep_no_member_out(ground: Ground) -> None:
    node, member = ground.nodes[0], ground.nodes[3]
    card = read_card(NodeHome(member.home).card)
    port = int(read_card(NodeHome(node.home).card).address.rpartition(":")[2])
    ground.stop([3])
    with silent_crowd(port, _STRANGERS):
        ground.start([3])
        wait_until(partial(_knows, node, card.node_id), pause=LOOK)


def _knows(node: Node, node_id: str) -> bool:
    told = node.ask("veche_networkStatus")["peers"]
    return node_id in {each["node_id"] for each in told}


def test_a_key_on_a_machine_of_its_own_signs_while_its_signer_runs(
    ground: Ground,
) -> None:
    node = ground.nodes[3]
    ground.stop([3])
    said = len(node.said())
    signer = Signer.for_node(node)
    try:
        ground.start([3])
        wait_until(lambda: "begins anew" in node.said()[said:], pause=LOOK)
        assert not _signs(ground, node.name)
        with signer.running():
            wait_until(lambda: _signs(ground, node.name), pause=LOOK)
        wait_until(lambda: _NO_SIGNER in node.said()[said:], pause=LOOK)
        wait_until(lambda: not _signs(ground, node.name), pause=LOOK)
        with signer.running():
            wait_until(lambda: _signs(ground, node.name), pause=LOOK)
        ground.stop([3])
        _require_no_key_taken(node)
    finally:
        node.stop()
        signer.give_back()
    ground.start([3])
    wait_until(lambda: _signs(ground, node.name), pause=LOOK)


def _signs(ground: Ground, organisation: str) -> bool:
    told = ground.nodes[0].ask("veche_networkStatus")["validators"]
    return any(each["signed"] for each in told if each["name"] == organisation)


def _require_no_key_taken(node: Node) -> None:
    """The engine made a key there all the same, and it is not taken for the node's."""
    home = NodeHome(node.home)
    assert home.key.exists()
    assert read_signing_key(home) == read_card(home.card).validator_key


def test_a_key_that_signs_on_two_machines_is_shown_to_all(ground: Ground) -> None:
    """The last of all: one of them has cheated from then on."""
    whose = ground.nodes[3]
    twin = ground.join("twin", Council(), 0)
    home = NodeHome(ground.nodes[twin].home)
    shutil.copyfile(NodeHome(whose.home).key, home.key)
    ground.start([twin], "sign-elsewhere")
    for place in (0, 1, 2):
        wait_until(partial(_names, ground.nodes[place], whose.name), pause=LOOK)
    ground.stop([twin])


def _names(node: Node, organisation: str) -> bool:
    noted = node.ask("veche_networkStatus")["misbehaviour"]
    return any(each["organisation"] == organisation for each in noted)


class _Stopped(Network):
    """All nodes are stopped in the middle of the polls, and started again."""

    def __init__(self, nodes: Nodes, pace: float) -> None:
        super().__init__(nodes, pace)
        self._all = nodes.all

    @override
    def meet_trouble(self, moment: Moment, teller: Teller) -> None:
        if moment is not Moment.BALLOTS:
            return
        for node in self._all:
            node.stop()
        for node in self._all:
            node.start()
        for node in self._all:
            node.await_start()
        await_agreement(self._all)


def test_an_election_goes_on_whose_network_was_stopped_while_polls_were_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("scripts.demo.holding.Network", _Stopped)
    tale = demo(None, silent=True, network=4, pace=3)
    assert tale.held
