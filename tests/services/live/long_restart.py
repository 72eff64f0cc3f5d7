"""`veche live` killed by kill -9, all of it at once, and begun again: nothing is lost.

Run by `make live-test`: preparing an election and three starts take minutes.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import httpx2

from election.client.open_election import read_box
from scripts.shared.session import enter
from services.live.control import Control
from services.live.layout import SERVED, Layout, open_layout
from services.live.robot import wait_for
from tests.patience import PATIENCE

LIVE: Final = (sys.executable, "-m", "scripts", "live")
VOTERS: Final = ("voter1", "voter4")  # of one district: a ballot alone is not opened


def test_all_of_it_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    home = tmp_path / "all"
    with live(home) as layout:
        for voter in VOTERS:
            act(home, "apply", voter)
    with live(home) as layout:
        control = open_control(layout)
        wait_for("registration", lambda: count_online(control) == len(VOTERS))
        control.move("freeze")
        control.move("opening")
        wait_ready(layout)
        for voter in VOTERS:
            act(home, "vote", voter, "--choice", "1")
        assert count_cast(control) == 0  # relays wait for a crowd
    with live(home) as layout:
        control = open_control(layout)
        control.move("last")
        wait_for("ballots", lambda: count_cast(control) == len(VOTERS))
        control.move("close")
        counted = json.loads(act(home, "count", "--json"))
        assert counted


@contextmanager
def live(home: Path) -> Iterator[Layout]:
    """Run all of it, and kill it."""
    command = (*LIVE, "run", "--home", str(home), "--voters", "6", "--free-ports")
    with subprocess.Popen(  # noqa: S603  our own program
        (*command, "--json"), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()  # once all answer
            layout = open_layout(home, voters=6, are_free=True)
            wait_ready(layout)
            yield layout
        finally:
            process.send_signal(signal.SIGKILL)  # its parts end with it
            process.wait(PATIENCE)


def act(home: Path, *words: str) -> str:
    command: Sequence[str] = (*LIVE, *words, "--home", str(home))
    return subprocess.run(  # noqa: S603  our own program
        command, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def wait_ready(layout: Layout) -> None:
    with httpx2.Client(trust_env=False, timeout=PATIENCE) as client:

        def is_ready(name: str) -> bool:
            return client.get(f"{layout.url(name)}/ready").is_success

        for name in SERVED:
            wait_for(name, partial(is_ready, name))


def open_control(layout: Layout) -> Control:
    return Control(layout, enter(layout.record, layout.url("chain")))


def count_online(control: Control) -> int:
    opened = control.opened
    return sum(map(opened.voter_list.online, opened.contests))


def count_cast(control: Control) -> int:
    opened = control.opened
    return sum(read_box(opened, each).handle.cast_count() for each in opened.contests)
