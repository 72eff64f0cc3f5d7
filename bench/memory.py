"""Measure the memory that a record takes of its readers, for each voter.

Each reader is a process of its own; what it took at most is compared for two sizes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bench.crowd import gather
from election.audit.audit import run_checks
from election.audit.evidence import Evidence
from reference.audit import list_checks, run_check
from reference.bundle import read_bundle as read_again
from reference.record import Record
from scripts.files.bundle_file import read_bundle

VOTERS: Final = 1_000, 4_000
CITY: Final = 500_000
CHECKS: Final = (
    *("record", "clock", "lists", "leaves", "attestations", "issuance"),
    *("casting", "counting", "extensions"),
)
"""Those that remember something of every voter, or could."""
UNSIGNED: Final = tuple(name for name in CHECKS if name != "attestations")
"""The reference recovers signers in Python: it would take hours."""


def require(held: bool, result: object) -> None:
    if not held:
        raise SystemExit(f"the record is no record: {result}"[:500])


def read(path: Path) -> None:
    read_bundle(path)


def audit(path: Path) -> None:
    evidence = Evidence(read_bundle(path))
    for result in run_checks(evidence, CHECKS, progress=lambda *_: None):
        require(result.held, result)


def refer(path: Path) -> None:
    record, checks = Record(read_again(path.read_bytes())), list_checks({})
    for name in UNSIGNED:
        result = run_check(name, record, checks=checks)
        require(result.held, result)


READERS: Final = {"read": read, "audit": audit, "refer": refer}
NAMES: Final = {
    "read": "read a bundle",
    "audit": "audit it, all but ballots and sums",
    "refer": "audit it again, in the reference",
}


def measure(reader: str, path: Path) -> int:
    """Give the bytes that a process took at most."""
    command = [sys.executable, "-m", "bench.memory", reader, str(path)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603
    return int(done.stdout)


def main(voters: tuple[int, int] = VOTERS) -> None:
    few, many = voters
    crowd = gather()
    print(f"memory, {few:,} and {many:,} voters of one contest")
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{each}.jsonl.gz" for each in voters]
        for path, each in zip(paths, voters, strict=True):
            crowd.write(path, each)
        for reader, name in NAMES.items():
            least, most = (measure(reader, path) for path in paths)
            slope = max(0, most - least) / (many - few)  # less is noise
            city = (least + slope * (CITY - few)) / 2**20
            print(f"{name:48}{slope:9,.0f} bytes a voter, {city:,.0f} MiB for {CITY:,}")


def read_once(reader: str, path: Path) -> None:
    READERS[reader](path)
    status = Path("/proc/self/status").read_text()  # what exec does not inherit
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    print(int(line.split()[1]) * 1024)


if __name__ == "__main__":
    if sys.argv[1] in READERS:
        read_once(sys.argv[1], Path(sys.argv[2]))
    else:
        main((int(sys.argv[1]), int(sys.argv[2])))
