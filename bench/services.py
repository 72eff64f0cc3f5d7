"""What a voter's way costs all services: processor time by process and by step.

    python -m bench.services --voters 100

Everything of `veche live` runs, each service a process with a home of its own, with the
identity provider and an SMS centre; made-up voters with browsers, phones and devices
are in this process, whose time is told apart. Steps are taken one after the other, each
by all voters. What a process takes at rest is measured before, told for itself, and
left out of the steps, since a busy machine makes every step longer.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

import httpx2

from bench.meter import HERE, REST, Meter, find_begun
from bench.stopping import run_stoppable
from election.protocol.attestation import Attestation
from election.protocol.issuance import Credential
from scripts.voters.device.person_side import Opening
from services.live.control import Control
from services.live.layout import SERVED, Layout, open_layout
from services.live.people import Person, draw_people
from services.live.prepared import read_pinned
from services.live.robot import Robot, open_robot, wait_for
from services.live.running import running
from services.live.voter import Program, draw_secret

PROMISED: Final = 20
"""Logins, codes and requests for credentials a second, on two cores."""
_CORES: Final = 2
_BALLOT: Final = 50  # ms at most that a relay takes for a ballot
_BROWSERS: Final = 8  # voters at once
Value = TypeVar("Value")
_OTHERS: Final = ("chain", "provider", HERE)
"""What is no service of ours: a development chain, Django, and whom we play."""
_WAY: Final = ("login", "ticket", "code", "request")


@dataclass
class Voter:
    """A voter on the way; robot: with an open browser, logged in."""

    robot: Robot
    program: Program | None = None
    opening: Opening | None = None
    attestation: Attestation | None = None
    credential: Credential | None = None
    record: bytes = b""


class Polls:
    """What voters do once polls are open; each method is a step of one voter."""

    def __init__(self, layout: Layout) -> None:
        self._pinned = read_pinned(layout)

    def open_at_portal(self, voter: Voter) -> None:
        """Press a button of the portal, and have M' attested."""
        secret = draw_secret()
        voter.program, ticket = voter.robot.take_program(self._pinned, secret)
        voter.opening = voter.program.open_at_portal(ticket)

    def type_code(self, voter: Voter) -> None:
        """Have a code sent, and type it."""
        person, opening = require(voter.program).person, require(voter.opening)
        message = person.ask_code(opening, "ru")
        code = voter.robot.read_code(message.number)
        voter.attestation = person.type_code(opening, message, code)

    def ask(self, voter: Voter) -> None:
        """Have the request brought on the chain."""
        person, opening = require(voter.program).person, require(voter.opening)
        person.bring(opening, require(voter.attestation), is_locked=False)

    def collect(self, voter: Voter) -> None:
        """Combine what issuers answer."""
        program = require(voter.program)
        give_up = program.person.read_time() + 3_600
        voter.credential = program.collect(give_up=give_up)

    def choose(self, voter: Voter) -> None:
        """Make a ballot."""
        made = require(voter.program).make_ballot(require(voter.credential), 1)
        voter.record = made[0]

    def send(self, voter: Voter) -> None:
        """Send the ballot to two relays."""
        require(voter.program).send(voter.record)


def measure(voters: int) -> Meter:
    """Let so many voters go their way; returns what was measured."""
    with TemporaryDirectory() as name, ExitStack() as stack:
        layout = open_layout(Path(name) / "all", voters=voters + 1, are_free=True)
        control = stack.enter_context(running(layout, lambda _: None))
        meter = Meter(find_begun(parts_of(layout)), voters)
        pool = stack.enter_context(ThreadPoolExecutor(_BROWSERS))
        first, *people = draw_people(voters + 1)
        await_ready(layout)
        meter.measure_rest()
        with ExitStack() as browsers:
            log_in(layout, first, browsers).apply()
        with meter.step("application"), ExitStack() as browsers:
            list(pool.map(lambda each: log_in(layout, each, browsers).apply(), people))
        with meter.step("registration"):
            wait_for("registration", lambda: count_online(control) > voters)
        for where in ("freeze", "opening"):
            control.move(where)
        await_ready(layout)
        time.sleep(REST)  # what a jump of the clock sets going is no voter's
        go_to_the_polls(layout, meter, pool, stack)
    return meter


def go_to_the_polls(
    layout: Layout, meter: Meter, pool: ThreadPoolExecutor, browsers: ExitStack
) -> None:
    """Let everybody log in, get a credential, and send a ballot to two relays.

    One goes before them: issuers verify all that was before the first request.
    """
    polls = Polls(layout)
    first, *people = draw_people(meter.voters + 1)
    pioneer = Voter(log_in(layout, first, browsers))
    for act in (
        *(polls.open_at_portal, polls.type_code, polls.ask, polls.collect),
        *(polls.choose, polls.send),
    ):
        act(pioneer)
    time.sleep(REST)
    with meter.step("login"):
        robots = pool.map(lambda each: log_in(layout, each, browsers), people)
        voters = [Voter(robot) for robot in robots]
    for name, acts in {
        "ticket": (polls.open_at_portal,),
        "code": (polls.type_code,),
        "request": (polls.ask, polls.collect),
        "ballot": (polls.send,),
    }.items():
        with meter.step(name):
            for act in acts:
                list(pool.map(act, voters))
        if name == "request":
            list(pool.map(polls.choose, voters))


def require(value: Value | None) -> Value:
    """Give what an earlier step left."""
    if value is None:
        raise AssertionError
    return value


def parts_of(layout: Layout) -> dict[str, str]:
    """Name the folder of each part, as it stands in the command that began it."""
    names = (*SERVED, "chain", "provider")
    return {str(layout.folder / name): name for name in names}


def log_in(layout: Layout, person: Person, browsers: ExitStack) -> Robot:
    """Log a person in, whose browser stays open."""
    return browsers.enter_context(open_robot(layout, person))


def await_ready(layout: Layout) -> None:
    """Wait until every service says that it is of use."""
    with httpx2.Client(trust_env=False, timeout=60) as client:

        def is_ready(name: str) -> bool:
            return client.get(f"{layout.url(name)}/ready").is_success

        for name in SERVED:
            wait_for(name, partial(is_ready, name))


def count_online(control: Control) -> int:
    """Count who stands as voting online on the chain."""
    opened = control.opened
    return sum(map(opened.voter_list.online, opened.contests))


def tell(meter: Meter) -> None:
    """Print a table: a row for each process, a column for each step."""
    names = [*meter.processes, HERE]
    head = "".join(f"{step[:8]:>9}" for step in meter.steps)
    print(f"\n{'ms of processor a voter':<23}{head}{'rest':>7}")
    for name in sorted(names, key=lambda each: (each in _OTHERS, names.index(each))):
        cells = "".join(f"{step[name]:9.1f}" for step in meter.steps.values())
        print(f"{name:<23}{cells}{meter.rest[name]:7.1f}")
    ours = [name for name in names if name not in _OTHERS]
    _tell_sum(meter, "our services", ours)
    _tell_sum(meter, "with chain", [*ours, "chain"])
    _tell_sum(meter, "with chain, provider", [*ours, "chain", "provider"])
    relays = [name for name in ours if name.startswith("relay")]
    ballot = max(meter.steps["ballot"][name] for name in relays)
    print(f"a ballot that a relay accepts: {ballot:.1f} ms, at most {_BALLOT}")


def _tell_sum(meter: Meter, title: str, names: Sequence[str]) -> None:
    """Tell a sum, and how many voters two cores take through all steps a second."""
    way = sum(meter.steps[step][name] for step in _WAY for name in names)
    rest = sum(meter.rest[name] for name in names)
    carried = (_CORES * 1_000 - rest) / way
    print(
        f"{title:<23}{', '.join(_WAY[:-1])} and {_WAY[-1]}: {way:.1f} ms; at rest "
        f"{rest:.0f} ms a s\n{'':<23}{carried:.1f} a second on {_CORES} cores "
        f"(at least {PROMISED})"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure as many voters as the options say."""
    parser = argparse.ArgumentParser(prog="bench.services", description=__doc__)
    parser.add_argument("--voters", type=int, default=100)
    tell(measure(parser.parse_args(arguments).voters))


if __name__ == "__main__":
    run_stoppable(main)
