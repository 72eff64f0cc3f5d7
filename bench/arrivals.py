"""Voters who arrive at so many a second, whatever became of those before them.

    python -m bench.arrivals --voters 200 --rate 10

Each logs in, gets a ticket, types a code, and has a credential asked for, at everything
of `veche live`; then it waits for the issuers. Steps of `bench.services`, which takes
them one after the other: here all are under way at once. Voters, their browsers and
phones are in this process and want the same two cores, so that less is left for what is
measured than two cores of its own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

from bench.meter import HERE, REST, Meter, find_begun
from bench.services import (
    Polls,
    Voter,
    await_ready,
    count_online,
    log_in,
    parts_of,
)
from bench.stopping import run_stoppable
from services.live.layout import Layout, open_layout
from services.live.people import Person, draw_people
from services.live.robot import wait_for
from services.live.running import running

_APPLYING: Final = 8  # at once


@dataclass
class Times:
    """Seconds from each voter's arrival until something; late: until it began."""

    late: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    served: list[float] = field(default_factory=list)


def measure(voters: int, rate: float) -> None:
    """Let voters arrive, and tell how long each waited."""
    with TemporaryDirectory() as name, ExitStack() as stack:
        layout = open_layout(Path(name) / "all", voters=voters + 1, are_free=True)
        control = stack.enter_context(running(layout, lambda _: None))
        meter = Meter(find_begun(parts_of(layout)), voters)
        first, *people = draw_people(voters + 1)
        await_ready(layout)
        with ThreadPoolExecutor(_APPLYING) as pool:
            list(pool.map(lambda each: _apply(layout, each), (first, *people)))
        wait_for("registration", lambda: count_online(control) > voters)
        for where in ("freeze", "opening"):
            control.move(where)
        time.sleep(REST)  # until every service's clock follows the jump
        await_ready(layout)
        polls = Polls(layout)
        _go(layout, polls, first, Times(), time.monotonic())
        meter.measure_rest()
        time.sleep(REST)
        times = Times()
        with meter.step("arrivals"):
            _arrive(layout, polls, people, rate, times)
        _tell(meter, times, rate)


def _apply(layout: Layout, person: Person) -> None:
    with ExitStack() as browsers:
        log_in(layout, person, browsers).apply()


def _arrive(
    layout: Layout, polls: Polls, people: Sequence[Person], rate: float, times: Times
) -> None:
    begun = time.monotonic()
    with ThreadPoolExecutor(len(people)) as pool:
        going = []
        for number, person in enumerate(people):
            due = begun + number / rate
            time.sleep(max(0.0, due - time.monotonic()))
            going.append(pool.submit(_go, layout, polls, person, times, due))
        for each in going:
            each.result()


def _go(layout: Layout, polls: Polls, person: Person, times: Times, due: float) -> None:
    """Go a voter's whole way; due: when it was to begin."""
    times.late.append(time.monotonic() - due)
    with ExitStack() as browsers:
        voter = Voter(log_in(layout, person, browsers))
        polls.open_at_portal(voter)
        polls.type_code(voter)
        polls.ask(voter)
        times.asked.append(time.monotonic() - due)
        polls.collect(voter)
        times.served.append(time.monotonic() - due)


def _tell(meter: Meter, times: Times, rate: float) -> None:
    print(f"{len(times.asked)} voters at {rate:g} a second; seconds after arrival:")
    for what, found in (
        ("began", times.late),
        ("request taken", times.asked),
        ("credential", times.served),
    ):
        held = sorted(found)
        print(
            f"  {what:<15}median {median(held):5.1f}, of 95 in 100 at most "
            f"{held[len(held) * 95 // 100]:5.1f}, longest {held[-1]:5.1f}"
        )
    (step,) = meter.steps.values()
    ours = sum(v for k, v in step.items() if k not in ("chain", "provider", HERE))
    print(
        f"ms of processor a voter: our services {ours:.1f}, chain {step['chain']:.1f}, "
        f"provider {step['provider']:.1f}, {HERE} {step[HERE]:.1f}"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure as the options say."""
    parser = argparse.ArgumentParser(prog="bench.arrivals", description=__doc__)
    parser.add_argument("--voters", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20, help="voters a second")
    given = parser.parse_args(arguments)
    measure(given.voters, given.rate)


if __name__ == "__main__":
    run_stoppable(main)
