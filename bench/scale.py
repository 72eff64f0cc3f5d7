"""Measure what a record takes of its readers: processor, time and memory.

`python -m bench.scale --voters 2000`; `--only` takes some of the readers. Each is a
process of its own. What a voter adds is taken from two sizes, one a quarter of the
other; a city follows from it. The record has no chain; what its nodes tell passes every
check.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.crowd import CONTEST, Crowd, gather
from bench.stopping import run_stoppable
from election.audit.audit import audit_board
from election.audit.report import Verdict
from election.client.deployment import Deployment
from election.crypto.transcript import ZERO_HASH
from election.protocol.events import ElectionDeployed
from reference.audit import audit_bundle
from scripts.__main__ import run
from scripts.anybody.reference_audit import compile_builds
from scripts.shared import cores
from scripts.shared.cores import all_cores
from scripts.shared.files import key_file
from scripts.shared.files.bundle_file import read_bundle
from scripts.shared.files.deployment_file import store_deployment
from scripts.shared.files.key_file import name_instance
from scripts.shared.roles import Role
from tests.audit.cast_of_roles import key_of
from tests.audit.tampering import find
from tests.scripts.conftest import PASSWORD
from tests.scripts.key_files import make_key_file, put_share

# else what a password takes hides what the record does
vars(key_file)["_COST"] = 2
# processes at every size, else the larger one alone pays for their start
vars(cores)["_WORTHWHILE"] = 1
CITY: Final = 500_000
WAITING: Final = 40
"""Voters who ask between two calls of an issuer."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a reader took, with the processes that it started.

    seconds: of processors. lasted: by the clock. memory: bytes at most, of all.
    """

    seconds: float
    lasted: float
    memory: int


def require(held: bool, what: object) -> None:
    if not held:
        raise SystemExit(f"the record is no record: {what}"[:2_000])


def read(folder: Path) -> None:
    read_bundle(folder / "all.jsonl.gz")


def audit(folder: Path) -> None:
    board = read_bundle(folder / "all.jsonl.gz")
    with all_cores() as spread:
        report = audit_board(board, progress=lambda *_: None, spread=spread)
    require(report.verdict is not Verdict.FAILED, report)


def refer(folder: Path) -> None:
    raw = (folder / "all.jsonl.gz").read_bytes()
    report = audit_bundle(raw, builds=compile_builds())
    faults = [fault for check in report.checks for fault in check.faults]
    require(not faults, faults)


def issue(folder: Path) -> None:
    urls = (folder / "urls").read_text().split()
    line = ["issue", f"--contest={CONTEST}", f"--out={folder / 'answers'}"]
    line += [f"--election={folder / 'election.json'}", f"--key={folder / 'issuer'}"]
    line += [f"--password-file={folder / 'password'}", "--json"]
    require(not run([*line, *(f"--rpc-url={each}" for each in urls)]), line)


READERS: Final = {"read": read, "audit": audit, "refer": refer, "issue": issue}
NAMES: Final = {
    "read": "read a bundle",
    "audit": "audit it, every check",
    "refer": "audit it again, in the reference",
    "issue": "issue, the first call",
    "again": f"issue, {WAITING} requests later",
}


def measure(reader: str, folder: Path) -> Cost:
    """Run a reader in a process of its own."""
    command = [sys.executable, "-m", "bench.scale", "--reader", reader, str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    require(done.returncode == 0, done.stderr[-2_000:])
    seconds, lasted, memory = done.stdout.split()[-3:]
    return Cost(float(seconds), float(lasted), int(memory))


def read_once(reader: str, folder: Path) -> None:
    begun = time.monotonic()
    READERS[reader](folder)
    lasted = time.monotonic() - begun
    own, others = map(
        resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    seconds = sum(each.ru_utime + each.ru_stime for each in (own, others))
    status = Path("/proc/self/status").read_text()  # what exec does not inherit
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    memory = int(line.split()[1]) + len(os.sched_getaffinity(0)) * others.ru_maxrss
    print(f"\n{seconds} {lasted} {memory * 1024}")


@contextmanager
def told(folder: Path, bundle: str) -> Iterator[None]:
    """Let two nodes tell of a bundle."""
    command = [sys.executable, "-m", "bench.board_server", str(folder / bundle)]
    with ExitStack() as stack:
        urls = []
        for _ in range(2):
            node = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
            stack.enter_context(node)
            stack.callback(node.terminate)
            port = node.stdout.readline() if node.stdout else ""
            urls.append(f"http://127.0.0.1:{int(port)}")
        (folder / "urls").write_text("\n".join(urls))
        yield


def furnish(crowd: Crowd, folder: Path) -> None:
    """Give an issuer its key file, and the file of the election."""
    board, deployed = crowd.board, find(crowd.board, ElectionDeployed)
    contracts = (("Election", board.election),)
    deployment = Deployment(board.chain_id, ZERO_HASH, 0, 0, contracts)
    store_deployment(folder / "election.json", deployment)
    (folder / "password").write_text(PASSWORD)
    made = make_key_file(folder / "issuer", Role.ISSUER, key_of("issuer 1"))
    at = deployed.log.timestamp
    instance = name_instance(board.chain_id, board.election, deployed_at=at)
    put_share(made, crowd.share, instance)


def measure_all(crowd: Crowd, voters: int, chosen: list[str]) -> dict[str, Cost]:
    """Measure every reader at one size."""
    with TemporaryDirectory() as name:
        folder, costs = Path(name), dict[str, Cost]()
        if {*chosen} - {"issue"}:
            crowd.write(folder / "all.jsonl.gz", voters)
        for reader in ("read", "audit", "refer"):
            if reader in chosen:  # those of an issuer come below
                costs[reader] = measure(reader, folder)
        if "issue" in chosen:
            furnish(crowd, folder)
            for call, issued in (("issue", voters - WAITING), ("again", voters)):
                crowd.write(folder / f"{call}.jsonl.gz", voters, issued=issued)
                with told(folder, f"{call}.jsonl.gz"):
                    costs[call] = measure("issue", folder)
        return costs


def show(few: int, many: int, costs: list[dict[str, Cost]]) -> None:
    """Print each reader's cost at the larger size, and for a city."""
    print(f"{few:,} and {many:,} voters; a city has {CITY:,}")
    heads = ("CPU s", "city", "time s", "city", "MiB", "city")
    print(f"{'':34}" + "".join(f"{head:>9}" for head in heads))
    for reader, name in NAMES.items():
        if reader not in costs[0]:
            continue
        least, most = (each[reader] for each in costs)
        rows = [
            (least.seconds, most.seconds),
            (least.lasted, most.lasted),
            (least.memory / 2**20, most.memory / 2**20),
        ]
        figures = ((pair[1], project(*pair, few=few, many=many)) for pair in rows)
        print(f"{name:34}" + "".join(f"{a:9,.1f}{b:9,.0f}" for a, b in figures))


def project(least: float, most: float, *, few: int, many: int) -> float:
    """Go on in a straight line from two sizes to a city; what falls is noise."""
    slope = max(0.0, most - least) / (many - few)
    return most + slope * (CITY - many)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure at a quarter of the voters, and at all of them."""
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("--voters", type=int, default=800)
    parser.add_argument("--only", nargs="*", default=[*READERS], choices=READERS)
    parser.add_argument("--reader", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.reader:
        read_once(chosen.reader[0], Path(chosen.reader[1]))
        return
    sizes = chosen.voters // 4, chosen.voters
    crowd = gather()
    costs = [measure_all(crowd, each, chosen.only) for each in sizes]
    show(*sizes, costs)


if __name__ == "__main__":
    run_stoppable(main)
