"""Measure a network of four validators beside nodes alone: `--batches 8 --rest 30`.

All run on this machine and share its processors, so rates are of one machine and no
network's; the time of processors is what each node takes. What a ballot takes of a
validator is told without what a node takes at rest, which has a line of its own, and
compared with what it takes of each of as many nodes that are in no network and do the
same at the same moments on this machine (`bench.apart`), once before the network and
once after it. The phases before the polls have to pass as they do: it takes some
ten minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.apart import Copies, prepare_chain, running_copies
from bench.cost import Cost, average, read_cost
from bench.load import BATCH, SLOTS, WARM, Load, prepare
from bench.polls import await_time
from bench.processor import hasten
from bench.stopping import run_stoppable
from election.client.rpc import Connection
from election.client.transport import open_post
from election.client.wire import Act
from election.crypto.signature import SigningKey
from node.engine.comet.history import reset as reset_node
from scripts.demo.network_nodes import Node, Nodes, await_agreement, network_processes

VALIDATORS: Final = 4
_PAUSE: Final = 6.0  # seconds of rest before a ballot: more than the time may lag
_LOOK: Final = 0.02  # seconds between looks at a node that catches up
_SETTLED: Final = 5.0  # seconds until nothing of a load is left to do


@dataclass(frozen=True, slots=True)
class Idle:
    """What a network does that nobody uses.

    costs: of each node, validators first, in ms a second. blocks, heights: that the
    chain and the engine made. disk: bytes that all folders grew by.
    """

    costs: list[Cost]
    blocks: int
    heights: int
    disk: int


def rest(nodes: Nodes, seconds: float) -> Idle:
    """Leave a network alone."""
    time.sleep(_SETTLED)
    heads, disk = _heights(nodes), _weigh(nodes)
    before = _read_costs(nodes.all)
    time.sleep(seconds)
    costs = [each.each(seconds) for each in _take(nodes.all, before)]
    after = _heights(nodes)
    return Idle(costs, after[0] - heads[0], after[1] - heads[1], _weigh(nodes) - disk)


def cast_after_rests(nodes: Nodes, load: Load) -> list[float]:
    """Return the seconds until each of some ballots is final, each after a rest."""
    seconds = []
    for act in load.alone:
        time.sleep(_PAUSE)
        seconds.append(_finish(nodes, act, load.relay))
    return seconds


@dataclass(frozen=True, slots=True)
class InTurn:
    """What batches took that were cast one after another.

    costs: of each validator, the first of which is asked, in ms a ballot; own: of them,
    what is beyond its rest. seconds: until each batch was final.
    """

    costs: list[Cost]
    own: list[Cost]
    seconds: list[float]


def cast_in_turn(nodes: Nodes, load: Load, acts: Sequence[Act], idle: Idle) -> InTurn:
    """Cast batches one after another."""
    before, begun = _read_costs(nodes.validators), time.perf_counter()
    seconds = [_finish(nodes, act, load.relay) for act in acts]
    await_agreement(nodes.validators)
    took = time.perf_counter() - begun
    ballots = len(acts) * BATCH
    costs = [each.each(ballots) for each in _take(nodes.validators, before)]
    rests = [each.each(ballots / took) for each in idle.costs[: len(costs)]]
    own = [cost.less(rest) for cost, rest in zip(costs, rests, strict=True)]
    return InTurn(costs, own, seconds)


def cast_at_once(nodes: Nodes, load: Load, acts: Sequence[Act]) -> float:
    """Cast batches with nobody waiting; returns gas a second."""
    begun = time.perf_counter()
    connection = _reach(nodes.validators[0])
    receipts = connection.send_all(acts, key=load.relay)
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


def _read_costs(nodes: Sequence[Node]) -> list[Cost]:
    return [read_cost(_id(each)) for each in nodes]


def _take(nodes: Sequence[Node], before: Sequence[Cost]) -> list[Cost]:
    """Return what nodes took since they were read."""
    pairs = zip(_read_costs(nodes), before, strict=True)
    return [after.less(earlier) for after, earlier in pairs]


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
    parser.add_argument(
        "--pace",
        type=float,
        default=1.0,
        help="how many times as long the phases last, where a machine is slow",
    )
    chosen = parser.parse_args(arguments)
    print(f"a network of {VALIDATORS} validators and an observer, L = {SLOTS}")
    _compare(chosen.batches, chosen.rest, chosen.nice, chosen.pace)


def _compare(batches: int, seconds: float, level: int, pace: float) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        theirs = prepare_chain(folder / "chain", 2 * batches)
        nodes = stack.enter_context(network_processes(VALIDATORS))
        load = prepare(_reach(nodes.validators[0]), 2 * batches, await_time, pace)
        hasten(os.getpid(), level)
        lone, beside = (
            stack.enter_context(
                running_copies(
                    folder / "chain", theirs, count, folder / f"copies-{count}", level
                )
            )
            for count in (1, VALIDATORS + 1)
        )
        idle = rest(nodes, seconds)
        _tell_rest(idle, seconds)
        _measure_ballots(nodes, load, idle, lone, beside, batches)
        grown = cast_at_once(nodes, load, load.batches[batches:])
        print(f"all at once:{grown / 1e6:20,.1f} million gas a second")
        took = cast_after_rests(nodes, load)
        print(
            f"final, one ballot after a rest: {median(took):5.2f} s,"
            f" {max(took):.2f} s at most  (at most 0.5 s)"
        )
        caught = catch_up(nodes)
        print(
            f"an observer joins:{caught / 1e6:14,.1f} million gas a second,"
            f" {caught / grown:.1f} times as fast  (at least 2 times)"
        )


def _measure_ballots(
    nodes: Nodes,
    load: Load,
    idle: Idle,
    lone: Copies,
    beside: Copies,
    batches: int,
) -> None:
    """Cast as many batches on all of them: a machine that others use changes."""
    theirs = lone.load.batches[WARM:]
    halves = theirs[:batches], theirs[batches:]
    first = [each.measure(halves[0]) for each in (lone, beside)]
    turns = cast_in_turn(nodes, load, load.batches[:batches], idle)
    second = [each.measure(halves[1]) for each in (lone, beside)]
    alone, together = (mean(pair) for pair in zip(first, second, strict=True))
    _tell_turns(turns, alone, together, len(beside.nodes))


def _tell_rest(idle: Idle, seconds: float) -> None:
    told = ", ".join(f"{each.total / 10:.1f}" for each in idle.costs)
    engine = average(idle.costs).engine
    print(
        f"at rest for {seconds:.0f} s: {idle.blocks} blocks, {idle.heights} of"
        f" the engine, {idle.disk:,} bytes; {told} % of a processor  (at most 3 %),"
        f" of it the engine {engine / 10:.1f}"
    )


def _tell_turns(turns: InTurn, alone: float, together: float, count: int) -> None:
    print(
        f"a node in no network: {alone:.2f} ms of a processor a ballot;"
        f" each of {count} at once on this machine: {together:.2f} ms"
    )
    for place, own in enumerate(turns.own):
        whose = "one that is not" if place else "the validator that is asked"
        print(
            f"{whose}: {own.total:.2f} ms a ballot, {BATCH} at once: application"
            f" {own.application:.2f}, engine {own.engine:.2f}; with its rest"
            f" {turns.costs[place].total:.2f}"
        )
    whole, own = average(turns.costs), average(turns.own)
    print(
        f"a validator beside as many nodes alone: {own.total / together:.2f} times"
        f"  (at most 1.5 times); with its rest beside one node alone:"
        f" {whole.total / alone:.2f} times\n"
        f"final, one batch after another: {median(turns.seconds):5.2f} s,"
        f" {max(turns.seconds):.2f} s at most  (at most 2 s)"
    )


if __name__ == "__main__":
    run_stoppable(main)
