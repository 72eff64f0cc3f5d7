"""How fast a registrar brings applications on a devnet's chain, attesters and all.

    python -m bench.registering --applications 300

The registrar asks two attesters over HTTP, as it asks portal and SMS organisation; all
of it runs on this machine: node, registrar, attesters. The node makes a block a second,
as a network does: one for each act would bring its clock to the freeze before they are
all there. The processor's time says what two cores could do, whoever else uses them.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, func, select

from bench.processor import spent, spent_by_all
from bench.stopping import run_stoppable
from election.client.rpc import Connection as Node
from election.client.rpc import connect
from election.crypto.transcript import Address
from scripts.shared.files import key_file
from services.registrar.applications import file_application
from services.registrar.desks import open_desks
from services.registrar.service import SERVICE
from services.registrar.tables import leaves
from services.registrar.transitions import Times
from services.registrar.voters_csv import Voter
from services.shell.opening import open_context
from tests.client.devnet import run_node
from tests.client.stage import deploy
from tests.services.registrar.ground import Ground, make_ground, open_ground
from tests.services.running import PASSWORD

ALL: Final = 11_228  # applications of 2019
_PROMISED: Final = 600  # seconds for all of them, on two cores
_A_BLOCK, _LOOK = 1, 1  # seconds
_NO_LOCK: Final = Address(bytes(20))


def _people(count: int) -> list[Voter]:
    return [
        Voter(
            n + 2, f"V{n}", f"a{n}", f"Иванов {n}", "1970-01-31", "", contest, "Крюково"
        )
        for n in range(count)
        for contest in ((1, 30)[n % 2],)
    ]


def _file_all(ground: Ground, count: int) -> None:
    with open_context(SERVICE, ground.home, PASSWORD, write=lambda _: None) as context:
        desks = open_desks(context)
        times = ground.stage.manifest.times
        for desk in desks.values():
            desk.times = Times(times.registration, times.freeze, times.freeze)

        def file(connection: Connection) -> None:
            for number in range(count):
                file_application(
                    connection,
                    f"a{number}",
                    consent=f"C{number}",
                    locks={ground.name: _NO_LOCK},
                    desks=desks,
                    now=times.registration,
                )

        context.database.run_now(file)


def _count(connection: Connection) -> int:
    return int(connection.scalar(select(func.count()).select_from(leaves)) or 0)


def measure(count: int) -> None:
    """Print how long it takes until so many are on the chain, as final blocks say."""
    vars(key_file)["_COST"] = 2  # keys of this measurement open at once
    with tempfile.TemporaryDirectory() as name, run_node() as url:
        stage = deploy(connect(url))
        stage.make_keys()
        ground = make_ground(Path(name), stage, url, voters=_people(count))
        ground.travel(stage.manifest.times.registration)
        _file_all(ground, count)
        begun, used, own = time.perf_counter(), _spent(), spent(os.getpid())
        with open_ground(ground) as running, _blocks(stage.connection):
            while running.context.database.run_now(_count) < count:
                time.sleep(_LOOK)
            taken, cpu = time.perf_counter() - begun, _spent() - used
            own = spent(os.getpid()) - own
    print(
        f"{count} applications on the chain in {taken:.1f} s, {count / taken:.1f} a s\n"
        f"ms of processor each: registrar and attesters {own / count:.1f}, "
        f"node {(cpu - own) / count:.1f}\n"
        f"{ALL} at that: {ALL * taken / count / 60:.1f} minutes here, "
        f"{ALL * cpu / count / 1_000:.0f} s of processor, "
        f"at most {2 * _PROMISED} on two cores"
    )


@contextmanager
def _blocks(node: Node) -> Iterator[None]:
    """Have a block made each second, and none between."""
    stop = threading.Event()

    def make() -> None:
        while not stop.wait(_A_BLOCK):
            node.request("evm_mine")

    node.request("evm_setAutomine", False)
    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _spent() -> float:
    """Read what this process and its node took so far, ms."""
    return spent_by_all(os.getpid())


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--applications", type=int, default=ALL)
    measure(parser.parse_args(arguments).applications)


if __name__ == "__main__":
    run_stoppable(main)
