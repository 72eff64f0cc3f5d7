"""Measure a network of four validators beside a node alone: `--batches 8 --rest 30`.

All run on this machine and share its processors, so rates are of one machine and no
network's; the time of processors is what each node takes. The phases before the polls
have to pass as they do: it takes some minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.polls import await_time, open_polls
from bench.processor import hasten, spent_by_all
from election.client.rpc import Connection
from election.client.transport import open_post
from election.client.wire import Act
from election.crypto.signature import SigningKey
from node.engine.comet.history import reset as reset_node
from rehearsal.node_process import started_node
from scripts.demo.network_nodes import Node, Nodes, await_agreement, network_processes

BATCH: Final = 32
SLOTS: Final = 5
VALIDATORS: Final = 4
_SINGLE: Final = 5  # ballots that are cast one by one, each after a rest
_PAUSE: Final = 6.0  # seconds of that rest: more than the time may lag behind
_LOOK: Final = 0.02  # seconds between looks at a node that catches up
_SETTLED: Final = 5.0  # seconds until nothing of a load is left to do


@dataclass(frozen=True, slots=True)
class Load:
    """Ballots that an account casts: some in batches, some alone."""

    relay: SigningKey
    batches: list[Act]
    alone: list[Act]


def prepare(connection: Connection, batches: int, travel: Callable[..., None]) -> Load:
    """Open the polls, and cast the first batch, which costs more than all others."""
    count = (batches + 1) * BATCH + _SINGLE
    box, relay, records = open_polls(
        connection, slots=SLOTS, ballots=count, travel=travel
    )
    alone = [box.handle.cast([each]) for each in records[:_SINGLE]]
    rest = records[_SINGLE:]
    acts = [box.handle.cast(rest[at : at + BATCH]) for at in range(0, len(rest), BATCH)]
    connection.send_all(acts[:1], key=relay)
    return Load(relay, acts[1:], alone)


def measure_alone(batches: int, level: int) -> float:
    """Return the ms of a processor that a ballot takes of a node without a network.

    level: of its priority while it is measured.
    """
    from rehearsal.chains import travel_to

    with (
        TemporaryDirectory() as folder,
        started_node("--home", f"{folder}/chain") as (connection, process),
    ):
        load = prepare(connection, batches, travel_to)
        hasten(process, level)
        before = spent_by_all(process)
        for act in load.batches:
            connection.send_all([act], key=load.relay)
        return (spent_by_all(process) - before) / (batches * BATCH)


@dataclass(frozen=True, slots=True)
class Idle:
    """What a network does that nobody uses: processors of each node, in percent.

    blocks: that it made of each kind; disk: bytes that each folder grew by.
    """

    processors: dict[str, float]
    blocks: int
    heights: int
    disk: int


def rest(nodes: Nodes, seconds: float) -> Idle:
    """Leave a network alone."""
    time.sleep(_SETTLED)
    heads, disk = _heights(nodes), _weigh(nodes)
    before = {each.name: spent_by_all(_id(each)) for each in nodes.all}
    time.sleep(seconds)
    took = {
        each.name: (spent_by_all(_id(each)) - before[each.name]) / seconds / 10
        for each in nodes.all
    }
    after = _heights(nodes)
    return Idle(took, after[0] - heads[0], after[1] - heads[1], _weigh(nodes) - disk)


def cast_after_rests(nodes: Nodes, load: Load) -> list[float]:
    """Return the seconds until each of some ballots is final, each after a rest."""
    seconds = []
    for act in load.alone:
        time.sleep(_PAUSE)
        seconds.append(_finish(nodes, act, load.relay))
    return seconds


def cast_in_turn(
    nodes: Nodes, load: Load, part: int
) -> tuple[list[float], list[float]]:
    """Cast batches one after another.

    Returns each validator's ms of a processor a ballot, and the seconds of each batch.
    """
    before = [spent_by_all(_id(each)) for each in nodes.validators]
    seconds = [_finish(nodes, act, load.relay) for act in load.batches[:part]]
    await_agreement(nodes.validators)
    after = [spent_by_all(_id(each)) for each in nodes.validators]
    ballots = part * BATCH
    took = [(end - begin) / ballots for begin, end in zip(before, after, strict=True)]
    return took, seconds


def cast_at_once(nodes: Nodes, load: Load, part: int) -> float:
    """Cast the rest with nobody waiting; returns gas a second."""
    begun = time.perf_counter()
    connection = _reach(nodes.validators[0])
    receipts = connection.send_all(load.batches[part:], key=load.relay)
    seconds = time.perf_counter() - begun
    return sum(each.gas_used for each in receipts) / seconds


def catch_up(nodes: Nodes) -> float:
    """Return the gas a second at which an observer executes the chain from nothing."""
    observer, whole = nodes.observer, _reach(nodes.validators[0])
    observer.stop()
    reset_node(observer.home, None)
    observer.start()
    own = observer.await_start()
    last = whole.read_head().number
    while not own.read_head().number:
        time.sleep(_LOOK)
    first, begun = own.read_head().number, time.perf_counter()
    while own.read_head().number < last:
        time.sleep(_LOOK)
    seconds = time.perf_counter() - begun
    return (
        sum(_read_gas(whole.url, each) for each in range(first + 1, last + 1)) / seconds
    )


def _read_gas(url: str, block: int) -> int:
    asked = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "eth_getBlockByNumber",
        "params": [hex(block), False],
    }
    answer = json.loads(open_post(url)(json.dumps(asked).encode()))
    return int(answer["result"]["gasUsed"], 16)


def _finish(nodes: Nodes, act: Act, key: SigningKey) -> float:
    """Cast, and wait until it is in a block, which is final in a network."""
    connection = _reach(nodes.validators[0])
    begun = time.perf_counter()
    connection.send_all([act], key=key)
    return time.perf_counter() - begun


def _id(node: Node) -> int:
    if node.process is None:
        raise SystemExit(f"node {node.name} does not run")
    return node.process.pid


def _reach(node: Node) -> Connection:
    if node.connection is None:
        raise SystemExit(f"node {node.name} does not run")
    return node.connection


def _heights(nodes: Nodes) -> tuple[int, int]:
    """Return the heights of the chain and of the engine."""
    told: dict[str, Any] = _reach(nodes.validators[0]).request("veche_networkStatus")
    return int(told["block"]["number"]), int(told["height"])


def _weigh(nodes: Nodes) -> int:
    return sum(_weigh_folder(each.home) for each in nodes.all)


def _weigh_folder(folder: Path) -> int:
    """Return the bytes on the disk of all files."""
    return sum(
        each.stat().st_blocks * 512 for each in folder.rglob("*") if each.is_file()
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print what is promised beside what is."""
    parser = argparse.ArgumentParser(prog="bench.network", description=__doc__)
    parser.add_argument("--batches", type=int, default=12)
    parser.add_argument("--rest", type=float, default=30.0, help="seconds")
    parser.add_argument(
        "--nice",
        type=int,
        default=0,
        help="priority while it is measured, where others run: -12, as root",
    )
    chosen = parser.parse_args(arguments)
    print(f"a network of {VALIDATORS} validators and an observer, L = {SLOTS}")
    alone = measure_alone(chosen.batches, chosen.nice)
    print(f"a node without a network:{alone:8.2f} ms of a processor a ballot")
    with network_processes(VALIDATORS) as nodes:
        load = prepare(_reach(nodes.validators[0]), chosen.batches, await_time)
        hasten(os.getpid(), chosen.nice)
        part = chosen.batches // 2
        took, seconds = cast_in_turn(nodes, load, part)
        each = ", ".join(f"{ms:.2f}" for ms in took)
        print(
            f"each validator, {BATCH} at once: {each} ms,"
            f" {mean(took) / alone:.2f} times  (at most 1.5 times)\n"
            f"final, one batch after another: {median(seconds):5.2f} s,"
            f" {max(seconds):.2f} s at most  (at most 2 s)"
        )
        grown = cast_at_once(nodes, load, part)
        print(f"all at once:{grown / 1e6:20,.1f} million gas a second")
        seconds = cast_after_rests(nodes, load)
        print(
            f"final, one ballot after a rest: {median(seconds):5.2f} s,"
            f" {max(seconds):.2f} s at most  (at most 0.5 s)"
        )
        idle = rest(nodes, chosen.rest)
        told = ", ".join(f"{used:.1f}" for used in idle.processors.values())
        print(
            f"at rest for {chosen.rest:.0f} s: {idle.blocks} blocks, {idle.heights} of"
            f" the engine, {idle.disk:,} bytes; {told} % of a processor"
            f"  (at most 3 %)"
        )
        caught = catch_up(nodes)
        print(
            f"an observer joins:{caught / 1e6:14,.1f} million gas a second,"
            f" {caught / grown:.1f} times as fast  (at least 2 times)"
        )


if __name__ == "__main__":
    main()
