"""Everything on this machine, for made-up voters: a TEST election with its services.

`veche live` runs it; `veche live vote` and `veche live count` act in one that runs.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from scripts.shared.moments import Moment
from scripts.shared.options import AsJson, path_option
from scripts.shared.terminal import say, show, tell, tell_json

EXAMPLE: Final = "veche live run --home live"
HomeFolder = Annotated[
    Path, path_option("--home", help="Folder of all of it; made if missing.")
]
Login = Annotated[str, typer.Argument(help="A made-up voter, as voter1.")]


def run(
    home: HomeFolder = Path("live"),
    voters: Annotated[
        int, typer.Option(min=6, max=3_000, help="Made-up voters of a new folder.")
    ] = 30,
    free_ports: Annotated[
        bool, typer.Option("--free-ports", help="Any free ports, in a new folder.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run chain, services, identity provider and phones until Ctrl-C.

    The first time it prepares a TEST election, which takes a minute or two. What it
    prints are addresses: open the first one. The same folder goes on where it was.
    All of it listens on this machine alone.
    """
    from services.live.layout import open_layout
    from services.live.running import describe, running

    layout = open_layout(home.absolute(), voters=voters, are_free=free_ports)
    with _told_to_stop() as stop, running(layout, lambda text: say(f"{text} ...")):
        if as_json:
            tell_json(describe(layout))
        else:
            show(describe(layout), as_json=False)
            tell(f"open {layout.url('live')} in a browser; Ctrl-C stops all of it")
        stop.wait()
        say("stopping ...")


def vote(
    login: Login,
    choice: Annotated[int, typer.Option(min=1, help="Number on the ballot, from 1.")],
    home: HomeFolder = Path("live"),
    as_json: AsJson = False,
) -> None:
    """Vote for a made-up voter, who applied: from the login to two relays' promises.

    It plays the voter's browser, phone and device over HTTP. The ballot waits at the
    relays for others.
    """
    from services.live.prepared import open_person, read_pinned, require_slot
    from services.live.robot import open_robot
    from services.live.voter import draw_secret

    layout, person = open_person(home, login)
    pinned = read_pinned(layout)
    require_slot(pinned.terms, person, choice)
    with open_robot(layout, person) as robot:
        program, ticket = robot.take_program(pinned, draw_secret())
        say("asking for a credential ...")
        robot.ask(program, ticket)
        say("waiting for the issuers ...")
        record, code = program.make_ballot(robot.collect(program), choice)
        sent = program.send(record)
    result: dict[str, Any] = {"tracking_code": f"0x{code.hex()}"}
    until = {relay: Moment(each) for relay, each in sent.deadlines.items()}
    show(result | {"promised_until": until}, as_json=as_json)


def apply(login: Login, home: HomeFolder = Path("live")) -> None:
    """Apply to vote online for a made-up voter, as the portal's pages do."""
    from services.live.prepared import open_person
    from services.live.robot import open_robot

    layout, person = open_person(home, login)
    with open_robot(layout, person) as robot:
        robot.apply()
    tell(f"{login} has applied")


def count(home: HomeFolder = Path("live"), as_json: AsJson = False) -> None:
    """Count after the close, by two of three trustees, and audit it twice."""
    from services.live.counting import count as count_all
    from services.live.counting import lay_out_counts
    from services.live.prepared import open_prepared

    made = count_all(open_prepared(home))
    if as_json:
        show(made, as_json=True)
    else:
        tell(*lay_out_counts(made))


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    """Give what is set by Ctrl-C or SIGTERM, once all is up; before, they interrupt."""
    stop = threading.Event()

    def take(*_: Any) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        raise KeyboardInterrupt

    old = {each: signal.signal(each, take) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    except KeyboardInterrupt:
        say("stopped; the same folder goes on where it was")
    finally:
        for each, handler in old.items():
            signal.signal(each, handler)


COMMANDS: Final = {
    "run": (run, EXAMPLE),
    "apply": (apply, "veche live apply voter1 --home live"),
    "vote": (vote, "veche live vote voter1 --choice 2 --home live"),
    "count": (count, "veche live count --home live"),
}
