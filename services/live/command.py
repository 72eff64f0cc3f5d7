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

from election.crypto.transcript import Address
from scripts.shared.errors import InputError
from scripts.shared.files.key_file import open_key_file
from scripts.shared.files.terms_file import digest_terms, read_terms
from scripts.shared.options import AsJson, path_option
from scripts.shared.terminal import say, show, tell, tell_json
from services.live.layout import Layout, open_layout
from services.live.people import Person, draw_people

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
    from services.live.robot import open_robot, sides_of

    layout, person = _open_running(home, login)
    terms = read_terms(layout.terms, pinned=digest_terms(layout.terms.read_bytes()))
    side_a, side_b = sides_of(layout, relays_of(layout))
    with open_robot(layout, person) as robot:
        device, ticket = robot.take_device(terms)
        say("asking for a credential ...")
        robot.ask(device, side_a, ticket)
        say("waiting for the issuers ...")
        record, code = device.make_ballot(robot.collect(device, side_a), choice)
        sent = device.send(side_b, record)
    result: dict[str, Any] = {"tracking_code": f"0x{code.hex()}"}
    show(result | {"promised_until": dict(sent.deadlines)}, as_json=as_json)


def apply(login: Login, home: HomeFolder = Path("live")) -> None:
    """Apply to vote online for a made-up voter, as the portal's pages do."""
    from services.live.robot import open_robot

    layout, person = _open_running(home, login)
    with open_robot(layout, person) as robot:
        robot.apply()
    tell(f"{login} has applied")


def count(home: HomeFolder = Path("live"), as_json: AsJson = False) -> None:
    """Count after the close, by two of three trustees, and audit it twice."""
    from services.live.counting import count as count_all

    show(count_all(_require(home)), as_json=as_json)


def relays_of(layout: Layout) -> dict[str, Address]:
    """Read the relays' accounts from their key files."""
    return {
        name: open_key_file(layout.home(name).key, password=layout.secret).account
        for name in ("relay-1", "relay-2")
    }


def _open_running(home: Path, login: str) -> tuple[Layout, Person]:
    layout = _require(home)
    for person in draw_people(layout.voters):
        if person.login == login:
            return layout, person
    fact = f"is none of voter1 to voter{layout.voters}"
    raise InputError(f"voter {login}", fact)


def _require(home: Path) -> Layout:
    if not (home / "prepared").exists():
        hint = f"veche live run --home {home}"
        raise InputError(str(home), "is no folder of `veche live`", hint=hint)
    return open_layout(home.absolute(), voters=0, are_free=False)


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
