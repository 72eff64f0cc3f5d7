"""Measure an issuer that serves: what a new request costs beside those before."""

from __future__ import annotations

import argparse
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.crowd import Crowd, gather
from bench.scale import WAITING, furnish, require, told
from bench.stopping import run_stoppable
from election.protocol.events import Issued
from scripts.members.answering import place_answers
from scripts.shared.files.answered_file import find_answer
from scripts.shared.files.deployment_file import read_deployment
from scripts.shared.files.key_file import open_key_file
from services.issuer.record import Record
from tests.scripts.conftest import PASSWORD

_ASKED: Final = 2_000  # answers that are asked for


def measure(crowd: Crowd, voters: int) -> tuple[float, float, float]:
    """Give processor seconds of the first pass, of the next one, and of a look-up."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        furnish(crowd, folder)
        key_file = open_key_file(folder / "issuer", password=PASSWORD)
        deployment = read_deployment(folder / "election.json")
        record = Record(deployment, [], key_file)
        spent, answered = [], 0
        for call, issued in (("first", voters - WAITING), ("next", voters)):
            crowd.write(folder / f"{call}.gz", voters, issued=issued)
            with told(folder, f"{call}.gz"):
                record.urls = (folder / "urls").read_text().split()
                begun = time.process_time()
                answered = record.advance().answered
                spent.append(time.process_time() - begun)
        require(answered == WAITING, answered)
        return spent[0], spent[1], _look_up(record)


def _look_up(record: Record) -> float:
    """Ask for an answer that there is, as each GET does."""
    path = place_answers(record.key_file.path)
    with sqlite3.connect(path) as reading:
        ctx, leaf = reading.execute("SELECT ctx, leaf FROM answers").fetchone()
    begun = time.process_time()
    for _ in range(_ASKED):
        require(find_answer(path, ctx, leaf) is not None, Issued)
    return (time.process_time() - begun) / _ASKED


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure at a quarter of the voters, and at all of them."""
    parser = argparse.ArgumentParser(prog="bench.issuer", description=__doc__)
    parser.add_argument("--voters", type=int, default=800)
    voters = parser.parse_args(arguments).voters
    crowd = gather()
    for size in (voters // 4, voters):
        first, following, look = measure(crowd, size)
        print(
            f"{size:>7} issued: first pass {first:.2f} s, {WAITING} requests later "
            f"{following:.2f} s, {following / WAITING * 1e3:.1f} ms a request; "
            f"an answer {look * 1e3:.2f} ms, {1 / look:.0f} a second"
        )


if __name__ == "__main__":
    run_stoppable(main)
